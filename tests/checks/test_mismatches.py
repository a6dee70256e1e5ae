"""Bottoms that differ: the account and the repairs, and what each repair keeps and changes.

The nets in the folder ``mismatches`` are those of public issues, cut down to what matters. Beside
each is what is reported. A real Caffe rejected each net as it is, and accepted it with each of the
repairs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import protogen
from protogen.analysis import Analysis
from protogen.checks import check
from protogen.explanations.mismatches import explanations
from protogen.net import infer_shapes
from protogen.shapes import Shape
from tests.checks.conftest import image, layer, reported


def pool(name: str, bottom: str, text: str) -> str:
    return layer(name, "Pooling", bottom, pooling_param=text)


def conv(name: str, bottom: str, text: str, kind: str = "Convolution") -> str:
    return layer(name, kind, bottom, convolution_param=text)


def deconv(name: str, bottom: str, text: str) -> str:
    return conv(name, bottom, text, "Deconvolution")


FOLDER = Path(__file__).parent / "mismatches"
NETS = sorted(path.stem for path in FOLDER.glob("*.prototxt"))


def net(name: str) -> str:
    return (FOLDER / f"{name}.prototxt").read_text()


def hints(text: str, **more: object) -> list[str]:
    """The repairs of the only mismatch in a net, without what they keep and change."""
    (found,) = check(protogen.loads(text), select=["S104", "S105", "S113"], **more).diagnostics  # type: ignore[arg-type]
    return [line.removeprefix("or ").rpartition(" (")[0] for line in found.hint.split("\n") if line]


def repaired(text: str, title: str) -> dict[str, Shape]:
    """The shapes of the net with the repair with this title."""
    read = protogen.loads(text)
    (found,) = explanations(read.analysis()).values()
    (fix,) = [fix for fix in found.fixes if fix.title.rpartition(" (")[0] == title]
    read.apply(fix.edits)
    after = infer_shapes(read)
    assert after.ok
    return after.blobs


@pytest.mark.parametrize("name", NETS)
def test_the_account_and_the_repairs(name: str) -> None:
    assert reported(net(name), "S104") == [(FOLDER / f"{name}.txt").read_text().rstrip("\n")]


@pytest.mark.parametrize("name", NETS)
def test_every_repair_has_the_net_accepted(name: str) -> None:
    (found,) = explanations(protogen.loads(net(name)).analysis()).values()
    for fix in found.fixes:
        read = protogen.loads(net(name))
        read.apply(fix.edits)
        assert infer_shapes(read).ok, fix.title


@pytest.mark.parametrize(("name", "safe"), [("inception_stem", True), ("shufflenet_odd", False)])
def test_a_fix_is_safe_if_it_only_rounds_as_elsewhere(name: str, safe: bool) -> None:
    (found,) = check(protogen.loads(net(name)), select=["S104"]).diagnostics
    assert found.fix is not None
    assert found.fix.safe is safe


HALVED = pool("a", "data", "kernel_size: 2 stride: 2") + conv(
    "b", "data", "num_output: 4 kernel_size: 2 stride: 2"
)


@pytest.mark.parametrize(
    ("joined", "first"),
    [
        # 7 is halved to 4 by a Pooling and to 3 by a Convolution: 4*4*4 and 4*3*3 elements.
        (
            layer("fa", "Flatten", "a")
            + layer("fb", "Flatten", "b")
            + layer("sum", "Eltwise", "fa", "fb"),
            'net.prototxt:20:1: error[S104] layer "sum" (Eltwise): bottoms differ: 64 and 36'
            " (axis 1): bottom 0 is 1x64, bottom 1 is 1x36",
        ),
        (
            layer("ia", "InnerProduct", "a", param='name: "w"', inner_product_param="num_output: 2")
            + layer(
                "ib", "InnerProduct", "b", param='name: "w"', inner_product_param="num_output: 2"
            ),
            'net.prototxt:15:3: error[S113] layer "ib" (InnerProduct): shares "w" with layer "ia",'
            " but their shapes differ: 2x36 here, 2x64 there",
        ),
    ],
)
def test_sizes_behind_counts_and_shared_parameters(joined: str, first: str) -> None:
    (text,) = reported(image(4, 7) + HALVED + joined, "S104", "S113")
    assert text.split("\n")[0].partition("layer")[2] == first.partition("layer")[2]
    assert 'both come from "data" (height and width 7) and part at "a" (Pooling), where' in text
    assert '\n  hint:  round_mode: FLOOR in "a" (' in text
    assert '\n         or "data" of 8x8, the nearest size that is accepted (' in text


def test_axes_that_were_permuted() -> None:
    order = "order: 0 order: 2 order: 3 order: 1"
    (text,) = reported(
        image(4, 8, 9)
        + HALVED
        + layer("pa", "Permute", "a", permute_param=order)
        + layer("pb", "Permute", "b", permute_param=order)
        + layer("sum", "Eltwise", "pa", "pb"),
        "S104",
    )
    assert 'both come from axis 3 of "data" (9) and part at "a" (Pooling), where Caffe' in text
    assert '"a" (line 2): 9 becomes 5: (9 - 2) / 2 = 3.5, which Caffe rounds up to 4, plus' in text
    assert '"pa" (line 12): axis 2 is axis 3 of "a"\n' in text
    # The image keeps its height, because only its width is rounded.
    assert 'or "data" of 8x10, the nearest size that is accepted (keeps all weights)' in text


def test_inputs_of_different_sizes() -> None:
    shapes = "shape { dim: 1 dim: 3 dim: 33 dim: 33 } shape { dim: 1 dim: 3 dim: 40 dim: 33 }"
    (text,) = reported(
        f'layer {{ name: "in" type: "Input" top: "a" top: "b" input_param {{ {shapes} }} }}'
        + layer("sum", "Eltwise", "a", "b"),
        "S104",
    )
    assert '\n  why:   they come from "a" (height 33) and "b" (height 40)\n' in text
    assert "Crop" not in text  # nothing says how the two images are aligned


LABELS = "shape { dim: 1 dim: 3 dim: 33 dim: 33 } shape { dim: 1 dim: 1 dim: 33 dim: 33 }"
LABELED = (
    f'layer {{ name: "in" type: "Input" top: "data" top: "label" input_param {{ {LABELS} }} }}\n'
)


def test_labels_are_resized_with_their_image() -> None:
    (text,) = reported(
        LABELED
        + pool("pool", "data", "kernel_size: 2 stride: 2")
        + deconv("up", "pool", "num_output: 5 kernel_size: 4 stride: 2 pad: 1")
        + layer("loss", "SoftmaxWithLoss", "up", "label"),
        "S104",
    )
    assert '"up" has 1 * 34 * 34 = 1156 predictions\n' in text
    assert 'they come from "data" and "label" (both height and width 33) and part at' in text
    assert 'or "data" and "label" of 34x34, the nearest size that is accepted' in text


@pytest.mark.parametrize(
    "joined",
    [
        # The number of axes, and of bottoms, has nothing to do with sizes.
        layer("a", "Flatten", "data", flatten_param="axis: 2")
        + layer("sum", "Eltwise", "a", "data"),
        layer("a", "Eltwise", "data"),
    ],
)
def test_no_account_of_anything_else(joined: str) -> None:
    (text,) = reported(image(4, 7) + joined, "S104", "S102")
    assert "why:" not in text


def test_one_axis_of_which_nothing_is_known() -> None:
    data = (
        'layer { name: "in" type: "Data" top: "data" data_param { source: "db" batch_size: 1 } }\n'
    )
    join = layer("sum", "Eltwise", "a", "b")
    (text,) = reported(data + HALVED + join, "S104", inputs={"data": (1, 4, None, 9)})
    assert 'both come from "data" (width 9) and part at "a" (Pooling), where Caffe' in text
    assert reported(data + HALVED + join, "S104") == []


# Windows ---------------------------------------------------------------------------------------


def test_a_stride_that_makes_the_difference() -> None:
    (text,) = reported(
        image(4, 28)
        + conv("a", "data", "num_output: 4 kernel_size: 3 pad: 1 stride: 2")
        + conv("b", "a", "num_output: 4 kernel_size: 1")
        + layer("sum", "Eltwise", "b", "data"),
        "S104",
    )
    assert 'part at "a" (Convolution), the only layer that changes the size\n' in text
    assert "28 becomes 14: (28 + 2*1 - 3) / 2 = 13.5, which Caffe rounds down to 13, plus 1" in text
    assert '\n  hint:  stride: 1 in "a" (' in text


def test_a_stride_is_not_changed_if_the_strides_agree() -> None:
    # Down by 2 and up by 2: with stride 1 in "up" the sizes would agree, but not the scales.
    down = conv("down", "data", "num_output: 4 kernel_size: 3 stride: 2 pad: 1")
    up = deconv("up", "down", "num_output: 4 kernel_size: 4 stride: 2 pad: 1")
    found = hints(image(4, 3) + down + up + layer("sum", "Eltwise", "up", "data"))
    assert found
    assert not any("stride" in hint for hint in found)


def test_the_ceil_mode_of_a_fork() -> None:
    joined = HALVED.replace(
        "kernel_size: 2 stride: 2 ", "kernel_size: 2 stride: 2 ceil_mode: true ", 1
    )
    (text,) = reported(image(4, 7) + joined + layer("sum", "Eltwise", "a", "b"), "S104")
    assert '\n  hint:  ceil_mode: false in "a" (' in text


def test_only_a_layer_without_which_the_sizes_agree_is_changed() -> None:
    # 16 is halved to 8 by "p" and stays so; "q" takes 1 off. Padding "p" would only hide that.
    halved = pool("p", "data", "kernel_size: 2 stride: 2")
    smaller = pool("q", "p", "kernel_size: 3 stride: 1 pool: AVE")
    up = deconv("up", "q", "num_output: 4 kernel_size: 2 stride: 2")
    found = hints(image(4, 16) + halved + smaller + up + layer("sum", "Eltwise", "up", "data"))
    assert 'pad: 1 in "q"' in found
    assert not any('"p"' in hint for hint in found)


DARKNET = (
    image(4, 26)
    + pool("mp11", "data", "kernel_size: 2 stride: 2")
    + conv("c12", "mp11", "num_output: 4 kernel_size: 3 pad: 1")
    + pool("mp13", "c12", "kernel_size: 2 stride: 1")
    + deconv("up", "mp13", "num_output: 4 kernel_size: 2 stride: 2")
    + layer("route", "Concat", "up", "data")
)
AS_DARKNET = (
    'pad: 1 in "mp13" and a Crop of its top to "c12" (axis: 2, offset: 1), as Darknet pools'
)


def test_the_pooling_of_darknet() -> None:
    """A real Caffe gave what numpy does with a row and a column of -inf at the end."""
    found = hints(DARKNET)
    assert found[0] == AS_DARKNET
    assert 'kernel_size: 3 pad: 1 in "mp13"' in found
    assert not any("mp11" in hint or "kernel_size: 1" in hint for hint in found)
    shapes = repaired(DARKNET, AS_DARKNET)
    assert shapes["mp13_padded"] == (1, 4, 14, 14)
    assert shapes["mp13"] == (1, 4, 13, 13)


# Layers that are inserted ----------------------------------------------------------------------


def test_a_crop_where_the_blobs_are_aligned() -> None:
    # FCN-32s, with half the difference at 22: the 19 is in the paper's own files.
    fcn = (
        LABELED.replace("33", "500")
        + conv("conv1_1", "data", "num_output: 4 kernel_size: 3 pad: 100")
        + "".join(
            pool(f"pool{i}", "conv1_1" if i == 1 else f"pool{i - 1}", "kernel_size: 2 stride: 2")
            for i in range(1, 6)
        )
        + conv("fc6", "pool5", "num_output: 4 kernel_size: 7")
        + deconv("upscore", "fc6", "num_output: 2 kernel_size: 64 stride: 32")
        + layer("loss", "SoftmaxWithLoss", "upscore", "label")
    )
    title = 'a Crop of "upscore" to "data" (axis: 2, offset: 19) before "loss"'
    assert hints(fcn) == [title]
    assert repaired(fcn, title)["loss_crop"] == (1, 2, 500, 500)


def test_no_crop_where_nothing_is_aligned() -> None:
    # The windows of kernel 2 lie half an element off those of kernel 1.
    one = conv("one", "data", "num_output: 4 kernel_size: 2 stride: 2 pad: 1")
    other = conv("other", "data", "num_output: 4 kernel_size: 1 stride: 2")
    found = hints(image(4, 8) + one + other + layer("sum", "Eltwise", "one", "other"))
    assert not any("Crop" in hint for hint in found)


@pytest.mark.parametrize(
    ("param", "title"),
    [
        ("axis: 1 offset: 8", 'axis: 2 offset: 8 in "crop"'),
        ("offset: 9 offset: 20", 'offset: 8 in "crop"'),
    ],
)
def test_a_crop_that_reaches_past_the_end(param: str, title: str) -> None:
    # Kernel 3 with pad 9 begins at element -8.
    padded = conv("conv", "data", "num_output: 2 kernel_size: 3 pad: 9")
    crop = layer("crop", "Crop", "conv", "data", crop_param=param)
    assert hints(image(3, 20) + padded + crop)[0] == title
    assert repaired(image(3, 20) + padded + crop, title)["crop"] == (1, 2, 20, 20)


GAP = image(16, 28) + pool("gap", "data", "pool: AVE global_pooling: true")


@pytest.mark.parametrize(
    ("join", "title"),
    [
        (
            layer("mul", "Eltwise", "data", "gap", eltwise_param="operation: PROD"),
            'a Flatten of "gap" before "mul" and a Scale with axis: 0 in place of "mul"',
        ),
        (
            layer("mul", "Eltwise", "gap", "data", eltwise_param="operation: PROD"),
            'a Flatten of "gap" before "mul" and a Scale with axis: 0 in place of "mul"',
        ),
        (
            layer("mul", "Eltwise", "data", "gap"),
            'a Flatten of "gap" before "mul" and a Bias with axis: 0 in place of "mul"',
        ),
        (
            layer("mul", "Scale", "data", "gap", scale_param="axis: 0"),
            'a Flatten of "gap" before "mul" and axis: 0 in "mul"',
        ),
    ],
)
def test_a_broadcast_is_a_scale(join: str, title: str) -> None:
    assert hints(GAP + join) == [title]  # and no image of 1x1
    assert repaired(GAP + join, title)["mul"] == (1, 16, 28, 28)


def test_an_average_of_the_whole_image_is_a_broadcast_too() -> None:
    net = image(16, 28) + pool("gap", "data", "pool: AVE kernel_size: 28")
    (hint,) = hints(net + layer("mul", "Eltwise", "data", "gap", eltwise_param="operation: PROD"))
    assert hint.endswith('a Scale with axis: 0 in place of "mul"')


@pytest.mark.parametrize(
    ("net", "title", "shape"),
    [
        (
            'layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }\n'
            + image(3, 16).replace("dim: 1", "dim: 4", 1)
            + layer("fc", "InnerProduct", "data", inner_product_param="num_output: 1")
            + layer("top", "Eltwise", "label", "fc", eltwise_param="coeff: 1 coeff: -1"),
            'a Reshape of "label" to 4x1 before "top"',
            (4, 1),
        ),
        (
            image(4, 7)
            + layer("fc", "InnerProduct", "data", inner_product_param="num_output: 196")
            + layer("top", "Eltwise", "fc", "data"),
            'a Flatten of "data" (axis: 1) before "top"',
            (1, 196),
        ),
        (
            'layer { name: "x" type: "Input" top: "x" top: "clip"'
            " input_param { shape { dim: 320 dim: 1 } } }\n"
            + layer("top", "LSTM", "x", "clip", recurrent_param="num_output: 15"),
            'a Reshape of "x" to 320x1x1 before "top"',
            (320, 1, 15),
        ),
    ],
)
def test_other_axes(net: str, title: str, shape: tuple[int, ...]) -> None:
    assert hints(net) == [title]
    assert repaired(net, title)["top"] == shape


def test_the_size_of_an_unpooled_blob() -> None:
    # 75 rows are pooled to 38, and 38 become 76.
    masked = 'top: "{0}" top: "{0}_mask"'
    down = "".join(
        pool(top, bottom, "kernel_size: 2 stride: 2").replace(f'top: "{top}"', masked.format(top))
        for top, bottom in (("p1", "data"), ("p2", "p1"))
    )
    up = layer("u2", "Upsample", "p2", "p2_mask", upsample_param="scale: 2")
    net = (
        image(3, 150, 64)
        + down
        + up
        + layer("u1", "Upsample", "u2", "p1_mask", upsample_param="scale: 2")
    )
    assert hints(net)[0] == 'upsample_h: 75 upsample_w: 32 in "u2"'
    assert repaired(net, hints(net)[0])["u1"] == (1, 3, 150, 64)


# Heads -----------------------------------------------------------------------------------------


def head(name: str, outputs: int, bottom: str = "fm") -> str:
    """A head of SSD: a 1x1 Convolution, a Permute and a Flatten."""
    return (
        conv(name, bottom, f"num_output: {outputs} kernel_size: 1")
        + layer(f"{name}_p", "Permute", name, permute_param="order: 0 order: 2 order: 3 order: 1")
        + layer(f"{name}_f", "Flatten", f"{name}_p")
    )


def prior(name: str, bottom: str) -> str:
    """7 sizes with the aspect ratios 1 and 0.3: 14 boxes for each pixel."""
    sizes = " ".join(f"min_size: {size}" for size in (7, 10, 15, 25, 35, 50, 70))
    return layer(
        name, "PriorBox", bottom, "data", prior_box_param=f"{sizes} aspect_ratio: 0.3 flip: false"
    )


OUTPUT = "num_classes: 2 nms_param { nms_threshold: 0.45 }"


def test_the_heads_of_ssd() -> None:
    ssd = image(8, 64) + conv("fm", "data", "num_output: 8 kernel_size: 16 stride: 16")
    ssd += head("loc", 28) + head("conf", 14) + prior("prior", "fm")
    ssd += layer(
        "out", "DetectionOutput", "loc_f", "conf_f", "prior", detection_output_param=OUTPUT
    )
    # 14 boxes take 14*4 coordinates, and scores for 2 classes.
    title = 'num_output: 56 in "loc"; num_output: 28 in "conf"'
    assert hints(ssd) == [title]
    assert repaired(ssd, title)["loc_f"] == (1, 56 * 4 * 4)


def test_the_wrong_one_of_several_heads() -> None:
    ssd = image(8, 64) + conv("fm", "data", "num_output: 8 kernel_size: 16 stride: 16")
    ssd += conv("fm2", "fm", "num_output: 8 kernel_size: 2 stride: 2")
    ssd += head("loc1", 56) + head("loc2", 28, "fm2") + head("conf1", 28) + head("conf2", 28, "fm2")
    ssd += prior("prior1", "fm") + prior("prior2", "fm2")
    ssd += layer("loc", "Concat", "loc1_f", "loc2_f") + layer(
        "conf", "Concat", "conf1_f", "conf2_f"
    )
    ssd += layer("prior", "Concat", "prior1", "prior2", concat_param="axis: 2")
    ssd += layer("out", "DetectionOutput", "loc", "conf", "prior", detection_output_param=OUTPUT)
    assert hints(ssd) == ['num_output: 56 in "loc2"']


def test_the_classes_of_a_loss() -> None:
    net = (
        'layer { name: "label" type: "Input" top: "label"'
        " input_param { shape { dim: 1 dim: 2 } } }\n"
        + image(3, 8)
        + layer("fc", "InnerProduct", "data", inner_product_param="num_output: 10")
        + layer("loss", "EuclideanLoss", "fc", "label")
    )
    assert hints(net) == ['num_output: 2 in "fc"']


def test_a_reshape_of_too_many_elements() -> None:
    net = (
        image(3, 6)
        + conv("score", "data", "num_output: 20 kernel_size: 1")
        + layer("rows", "Reshape", "score", reshape_param="shape { dim: 0 dim: 21 dim: 36 }")
    )
    (text,) = reported(net, "S104")
    assert '"rows" requires 21 * 36 = 756 elements\n' in text
    assert hints(net) == ['num_output: 21 in "score"']


def test_either_of_two_heads() -> None:
    net = image(3, 6)
    for name, outputs in (("a", 3), ("b", 5)):
        net += conv(name, "data", f"num_output: {outputs} kernel_size: 1")
    assert hints(net + layer("sum", "Eltwise", "a", "b")) == [
        'num_output: 5 in "a"',
        'num_output: 3 in "b"',
    ]


def test_an_accuracy_with_more_labels_than_scores() -> None:
    net = image(3, 8) + layer("fc", "InnerProduct", "data", inner_product_param="num_output: 10")
    (text,) = reported(net + layer("acc", "Accuracy", "fc", "data"), "S104")
    assert '"fc" has 1 prediction\n' in text
    assert '"data" has 1 * 3 * 8 * 8 = 192 labels' in text


def test_a_reshape_whose_last_size_is_open() -> None:
    """A real Caffe: "bottom count must be divisible by the product" (reshape_layer.cpp:80)."""
    net = image(3, 8) + layer("fc", "InnerProduct", "data", inner_product_param="num_output: 120")
    shape = "shape { dim: 0 dim: 8 dim: 4 dim: -1 }"
    (text,) = reported(net + layer("r", "Reshape", "fc", reshape_param=shape), "S101")
    assert '"r" requires a multiple of 32, such as 8 * 4 * 4 = 128 elements' in text
    assert 'hint:  num_output: 128 in "fc"' in text
    far = "shape { dim: 48 dim: 21 dim: -1 }"  # no num_output near 120 is a multiple of 1008
    (text,) = reported(net + layer("r", "Reshape", "fc", reshape_param=far), "S101")
    assert "hint" not in text


def test_a_kernel_that_does_not_fit() -> None:
    """A real Caffe accepts the net with images of 19x19, and not with 18x18."""
    net = image(3, 16) + conv("c1", "data", "num_output: 4 kernel_size: 3 stride: 2")
    net += layer("p1", "Pooling", "c1", pooling_param="kernel_size: 2 stride: 2")
    net += conv("c2", "p1", "num_output: 4 kernel_size: 5")
    (text,) = reported(net, "S107")
    assert text.splitlines()[-5:] == [
        '  where: bottom "p1" is 1x4x4x4',
        '  why:   "p1" has height and width 4:',
        '           "c1" (line 2): 16 becomes 7: (16 - 3) / 2 = 6.5, which Caffe rounds down to 6,'
        " plus 1",
        '           "p1" (line 7): 7 becomes 4: (7 - 2) / 2 = 2.5, which Caffe rounds up to 3,'
        " plus 1",
        '  hint:  "data" of 19x19, the nearest size that is accepted (keeps all weights)',
    ]


def test_an_image_with_its_channels_last() -> None:
    net = image(3, 16).replace("dim: 3 dim: 16 dim: 16", "dim: 16 dim: 16 dim: 3")
    net += conv("c", "data", "num_output: 4 kernel_size: 3 pad: 1")
    net += conv("d", "c", "num_output: 4 kernel_size: 5")
    (text,) = reported(net, "S107")
    assert text.endswith(
        '"data" of 1x3x16x16, in Caffe\'s order N, C, H, W (changes the weights of "c")'
    )


def test_bottoms_of_a_concat_with_different_numbers_of_axes() -> None:
    net = image(3, 8) + layer("fc", "InnerProduct", "data", inner_product_param="num_output: 10")
    net += layer("g", "Pooling", "data", pooling_param="global_pooling: true")
    assert hints(net + layer("cat", "Concat", "fc", "g")) == [
        'a Reshape of "fc" to 1x10x1x1 before "cat"'
    ]


def test_labels_without_an_axis_of_channels() -> None:
    net = image(3, 33) + image(1, 33).replace('"data"', '"label"').replace(
        "dim: 1 dim: 33", "dim: 33"
    )
    net += layer("p", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
    up = "num_output: 5 kernel_size: 2 stride: 2"
    net += layer("up", "Deconvolution", "p", convolution_param=up)
    net += layer("loss", "SoftmaxWithLoss", "up", "label")
    (text,) = reported(net, "S104")
    assert '"label" is 33 on axis 1 and axis 2: no layer changes it' in text
    assert 'hint:  a Crop of "up" to "data" (axis: 2, offset: 0) before "loss"' in text


def test_the_head_that_a_reshape_does_not_fit() -> None:
    """Heads of 8x8 and 4x4 with 80 and 84 channels; 21 divides 16 * 84 = 1344, not 64 * 80."""
    net = image(3, 8)
    for name, outputs, stride in (("a", 80, 1), ("b", 84, 2)):
        net += conv(name, "data", f"num_output: {outputs} kernel_size: 1 stride: {stride}")
        net += layer(f"{name}_flat", "Flatten", name)
    net += layer("conf", "Concat", "a_flat", "b_flat")
    net += layer("r", "Reshape", "conf", reshape_param="shape { dim: 0 dim: -1 dim: 21 }")
    (text,) = reported(net, "S101")
    assert 'or num_output: 84 in "a" (changes the weights of' in text


def test_the_axis_of_a_concat_of_prior_boxes() -> None:
    net = image(3, 64)
    for name, stride in (("a", 8), ("b", 16)):
        net += conv(name, "data", f"num_output: 4 kernel_size: 1 stride: {stride}")
        net += layer(f"{name}_prior", "PriorBox", name, "data", prior_box_param="min_size: 30")
    assert hints(net + layer("priors", "Concat", "a_prior", "b_prior")) == ['axis: 2 in "priors"']


# What repairs keep and change ------------------------------------------------------------------


def notes(text: str, title: str) -> str:
    """What a repair keeps and changes."""
    (found,) = explanations(protogen.loads(text).analysis()).values()
    (note,) = [f.title.rpartition(" (")[2] for f in found.fixes if f.title.startswith(title)]
    return note.removesuffix(")")


def test_what_repairs_keep_and_change() -> None:
    net = image(4, 7) + HALVED + layer("sum", "Eltwise", "a", "b")
    assert notes(net, "round_mode") == 'keeps all weights; changes the size of "a"'
    assert notes(net, "a Crop") == "keeps all weights and sizes"
    assert notes(net, '"data" of 8x8') == "keeps all weights"
    assert notes(net, "pad: 1") == (
        'keeps all weights; changes the size of "b" and what "b" computes'
    )


def test_a_repair_that_changes_weights() -> None:
    assert notes(net("ssd"), "kernel_size: 3 pad: 1") == (
        'changes the weights and the size of "up4"'
    )


def test_weights_that_depend_on_the_size_of_the_image() -> None:
    fc = layer("fc", "InnerProduct", "a", inner_product_param="num_output: 5")
    net = image(4, 7) + HALVED + fc + layer("sum", "Eltwise", "a", "b")
    # 4x4 becomes 3x3 with FLOOR; an 8x8 image keeps the 4x4.
    assert 'changes the weights of "fc"' in notes(net, "round_mode")
    assert notes(net, '"data" of 8x8') == "keeps all weights"


def test_what_changes_the_result_comes_last() -> None:
    for name in NETS:
        (found,) = explanations(protogen.loads(net(name)).analysis()).values()
        ranks = []
        for fix in found.fixes:
            keeps_weights = "changes the weights" not in fix.title
            ranks.append((not keeps_weights, " computes)" in fix.title))
        assert ranks == sorted(ranks), name


# Other errors, other phases, other joins -------------------------------------------------------

EXAMPLES = {
    **{name: net(name) for name in NETS},
    "darknet": DARKNET,
    "broadcast": GAP + layer("mul", "Eltwise", "data", "gap", eltwise_param="operation: PROD"),
    "heads": image(3, 6)
    + conv("a", "data", "num_output: 5 kernel_size: 1")
    + layer("sum", "Eltwise", "a", "data"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_error_elsewhere_removes_no_repair(name: str) -> None:
    text = EXAMPLES[name]
    wrong = (
        layer("odd", "NoSuchLayer", "data")
        + conv("large", "data", "num_output: 4 kernel_size: 999")
        + layer("twice", "Eltwise", "large", "data")
        + layer("lost", "ReLU", "nowhere")
    )
    assert hints(text)
    assert hints(text + wrong) == hints(text)


def test_a_repair_breaks_no_other_phase() -> None:
    # In TRAIN the pooling is joined with what rounds up as it does: FLOOR would break that.
    train = layer("other", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
    both = layer("both", "Eltwise", "a", "other")
    only = [part.replace("\n}", " include { phase: TRAIN }\n}") for part in (train, both)]
    test = layer("sum", "Eltwise", "a", "b").replace("\n}", " include { phase: TEST }\n}")
    found = hints(image(4, 7) + HALVED + "".join(only) + test, phases=("TRAIN", "TEST"))
    assert 'pad: 1 in "b"' in found
    assert not any("FLOOR" in hint for hint in found)


def test_the_fix_of_a_net_in_an_old_format_is_one_that_can_be_made() -> None:
    old = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 300 input_dim: 300\n'
    current = protogen.loads(net("ssd"))
    assert current.message.layer[0].type == "Input"
    del current.message.layer[0]
    upgraded = protogen.loads(old + current.text)
    (found,) = check(upgraded, select=["S104"]).diagnostics
    assert found.fix is not None
    assert found.hint.startswith(found.fix.title)
    assert found.fix.title.startswith('a Crop of "up4"')
    upgraded.apply_fix(found.fix)
    assert upgraded.analysis().ok


def test_no_layer_is_inserted_into_a_net_of_v1() -> None:
    old = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 75 input_dim: 75\n'
    old += 'layers { name: "p" type: POOLING bottom: "data" top: "p"'
    old += " pooling_param { kernel_size: 2 stride: 2 } }\n"
    old += 'layers { name: "up" type: DECONVOLUTION bottom: "p" top: "up"'
    old += " convolution_param { num_output: 3 kernel_size: 2 stride: 2 } }\n"
    old += 'layers { name: "sum" type: ELTWISE bottom: "data" bottom: "up" top: "sum" }'
    (found,) = check(protogen.loads(old), select=["S104"]).diagnostics
    titles = found.hint.split("\n")
    assert titles[0].startswith('a Crop of "up"')
    assert found.fix is not None
    assert found.fix.title.startswith('kernel_size: 3 pad: 1 in "up"')


def test_a_repair_of_all_joins_of_the_same_sort() -> None:
    """The second Crop of a U-Net is inserted where the first has moved nothing yet."""
    read = protogen.loads(net("unet"))
    (found,) = check(read, select=["S104"]).diagnostics
    assert found.fix is not None
    read.apply(found.fix.edits)
    assert [each.name for each in read.message.layer if each.type == "Crop"] == [
        "c1_crop",
        "c0_crop",
    ]
    assert infer_shapes(read).ok


def test_joins_with_the_same_cause_take_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    edited = Analysis.edited

    def counted(self: Analysis, *args: object) -> Analysis:
        nonlocal calls
        calls += 1
        return edited(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Analysis, "edited", counted)
    numbers = []
    for joins in (2, 40):
        calls = 0
        text = image(4, 7) + HALVED
        text += "".join(layer(f"e{i}", "Eltwise", "a", "b") for i in range(joins))
        found = explanations(protogen.loads(text).analysis())
        assert len(found) == joins
        for explanation in found.values():
            titles = [fix.title.partition(" (")[0] for fix in explanation.fixes]
            assert titles[:2] == ['round_mode: FLOOR in "a"', 'a Crop of "a" to "b"']
        numbers.append(calls)
    assert numbers[0] == numbers[1] < 30


def test_no_repair_needs_a_number_that_its_field_cannot_hold() -> None:
    # To make "b" as high as "d", its kernel would have to be 2**32.
    net = protogen.loads(
        """
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 4, 15, 1] } } }
        layer { name: "b" type: "Pooling" bottom: "d" top: "b"
          pooling_param { kernel_size: 4294967294 pad: 2147483647 stride: 4294967295 } }
        layer { name: "j" type: "Eltwise" bottom: "d" bottom: "b" top: "j" }
        """
    )
    report = check(net, notes=True)
    assert "S104" in [finding.code for finding in report.diagnostics]
    for finding in report.diagnostics:
        if finding.fix is not None:
            net.copy().apply_fix(finding.fix)


def test_no_derivation_tries_a_number_that_its_field_cannot_hold() -> None:
    # To see what sets the size of "a", its padding would be doubled.
    net = protogen.loads(
        """
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 4, 16, 1] } } }
        layer { name: "a" type: "Convolution" bottom: "d" top: "a" convolution_param {
          stride: 2147483648 pad: 4294967294 kernel_size: 3 num_output: 8 } }
        layer { name: "j" type: "Eltwise" bottom: "a" bottom: "d" top: "j" }
        """
    )
    assert "S104" in [finding.code for finding in check(net, notes=True).diagnostics]
