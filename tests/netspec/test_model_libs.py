"""The backbones of SSD, as the fork's own ``model_libs.py`` makes them, and its heads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from protogen import ComposeError, Net
from protogen.netspec import NetSpec, model_libs
from protogen.netspec import layers as L
from protogen.netspec.model_libs import (
    ConvBNLayer,
    CreateAnnotatedDataLayer,
    CreateMultiBoxHead,
    CreateRefineDetHead,
    InceptionV3Body,
    ResNet101Body,
    ResNet152Body,
    VGGNetBody,
    ZFNetBody,
)

Body = Callable[..., Any]

#: The sha256 of the message that branch ``ssd`` of weiliu89/caffe makes (commit 4817bf8), and its
#: number of layers: Python 2.7.18, protobuf 3.17.3.
BODIES: list[tuple[Body, dict[str, bool], str, int]] = [
    (VGGNetBody, {}, "820a81097a59068f6c78578cdaff87d57b977c7c6339d852dd923c9de833e570", 38),
    (
        VGGNetBody,
        {"fully_conv": True, "reduced": True, "dilated": True, "dropout": False},
        "a5dea1e326375947a8acff31778d965f171da2d7f5b4981d61150008a336fad0",
        36,
    ),
    (ResNet101Body, {}, "bb175bfe11881d644ddfb7bd1f5c17d2b630eea5a34b714b857fc03812b0cb9a", 448),
    (ResNet152Body, {}, "047ab2bed5ef7e231396b2150a32f57ba9747bdbc69a29f8914b5392f1304aa8", 669),
    (ZFNetBody, {}, "d5710e58edce29c08b61c3e6427825aad857bc1faf0a2f7ba14be562994a6b85", 22),
    (InceptionV3Body, {}, "30cbfcad640f4e3d105c81bc6a9c71276eb1957c3f4dcbbd0b0684a0e72b6d0c", 405),
]


def image(size: int = 300) -> NetSpec:
    n = NetSpec()
    n.data = L.Input(shape={"dim": [1, 3, size, size]})
    return n


@pytest.mark.parametrize(("body", "options", "sha256", "layers"), BODIES)
def test_the_backbones(body: Body, options: dict[str, bool], sha256: str, layers: int) -> None:
    n = image()
    assert body(n, from_layer="data", **options) is n
    message = n.to_proto()
    assert len(message.layer) == layers
    found = hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()
    assert found == sha256


def test_the_head_of_ssd300() -> None:
    """SSD300 has 8,732 boxes for 21 classes (Liu et al. 2016)."""
    n = image()
    VGGNetBody(n, "data", fully_conv=True, reduced=True, dilated=True, dropout=False)
    below = "relu7"
    for stage, depths, stride, pad in ((6, (256, 512), 2, 1), (7, (128, 256), 2, 1)):
        below = _extra(n, below, stage, depths, stride, pad)
    for stage, depths in ((8, (128, 256)), (9, (128, 256))):
        below = _extra(n, below, stage, depths, 1, 0)
    tops = CreateMultiBoxHead(
        n,
        num_classes=21,
        from_layers=["conv4_3", "fc7", "conv6_2", "conv7_2", "conv8_2", "conv9_2"],
        use_batchnorm=False,
        min_sizes=[30.0, 60.0, 111.0, 162.0, 213.0, 264.0],
        max_sizes=[60.0, 111.0, 162.0, 213.0, 264.0, 315.0],
        aspect_ratios=[[2], [2, 3], [2, 3], [2, 3], [2], [2]],
        normalizations=[20, -1, -1, -1, -1, -1],
        steps=[8, 16, 32, 64, 100, 300],
        prior_variance=[0.1, 0.1, 0.2, 0.2],
        kernel_size=3,
        pad=1,
        clip=False,
    )
    assert tops == [n.mbox_loc, n.mbox_conf, n.mbox_priorbox]
    blobs = Net.of(n.to_proto()).analysis().blobs
    assert blobs["mbox_loc"] == (1, 8732 * 4)
    assert blobs["mbox_conf"] == (1, 8732 * 21)
    assert blobs["mbox_priorbox"] == (1, 2, 8732 * 4)


def _extra(
    n: NetSpec, below: str, stage: int, depths: tuple[int, int], stride: int, pad: int
) -> str:
    one, two = f"conv{stage}_1", f"conv{stage}_2"
    ConvBNLayer(n, below, one, False, True, depths[0], 1, 0, 1)
    ConvBNLayer(n, one, two, False, True, depths[1], 3, pad, stride)
    return two


def test_the_heads_of_refinedet() -> None:
    n = image(64)
    ConvBNLayer(n, "data", "a", False, True, 8, 3, 1, 8)
    ConvBNLayer(n, "data", "b", False, True, 8, 3, 1, 8)
    tops = CreateRefineDetHead(
        n,
        num_classes=21,
        from_layers=["a"],
        from_layers2=["b"],
        use_batchnorm=False,
        min_sizes=[32],
        aspect_ratios=[[2]],
        kernel_size=3,
        pad=1,
    )
    names = ["arm_loc", "arm_conf", "arm_priorbox", "odm_loc", "odm_conf"]
    assert tops == [n[name] for name in names]
    blobs = Net.of(n.to_proto()).analysis().blobs
    # 8x8 places with 3 boxes each: the small square, and the ratios 2 and 1/2.
    sizes = [192 * 4, 192 * 2, 192 * 4, 192 * 4, 192 * 21]
    assert [blobs[name][-1] for name in names if blobs[name]] == sizes  # type: ignore[index]


def test_the_data_of_ssd() -> None:
    data, label = CreateAnnotatedDataLayer("lmdb", batch_size=4, label_map_file="map", anno_type=0)
    assert (data.fn, label.n) == (label.fn, 1)
    layer = data.to_proto().layer[0]
    assert (layer.name, layer.include[0].phase) == ("data", 0)
    assert len(layer.annotated_data_param.batch_sampler) == 1


def test_frozen_layers_do_not_learn() -> None:
    n = image()
    ZFNetBody(n, "data", freeze_layers=["conv1", "other"])
    conv1, conv2 = (n[name].fn.params["param"][0]["lr_mult"] for name in ("conv1", "conv2"))
    assert (conv1, conv2) == (0, 1)


def test_mistakes() -> None:
    n = image()
    with pytest.raises(ComposeError, match='the net has no layer "image" to start from'):
        VGGNetBody(n, "image")
    with pytest.raises(ComposeError, match="expected 1 or 2 values, got"):
        ConvBNLayer(n, "data", "a", False, True, 8, [3, 3, 3], 1, 1)
    with pytest.raises(ComposeError, match="num_classes must be positive, got 0"):
        CreateMultiBoxHead(n, num_classes=0)
    message = "expected one of min_sizes for each of 1 layers, got 0"
    with pytest.raises(ComposeError, match=message):
        CreateMultiBoxHead(n, num_classes=2, from_layers=["data"])


def test_what_scripts_import_with_a_star() -> None:
    assert {"os", "caffe", "caffe_pb2", "L", "P", "check_if_exist"} <= set(model_libs.__all__)
