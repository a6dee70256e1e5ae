"""SSD300 and SSD512 on VGG-16."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import MEAN, Form, current_net
from protogen.zoo._network import network
from protogen.zoo._ssd import VOC, Source, detections, images
from protogen.zoo.vgg import stages

#: What boxes are predicted from, by the size of the image. (source: section 2.2, and the published
#: files; examples/ssd/ssd_pascal.py rounds the steps between the scales to percents)
_SOURCES = {
    # Scales from 20 % to 90 % of the image in equal steps, and 10 % for conv4_3.
    300: (
        Source("conv4_3_norm", 30, 60, [2], 8),
        Source("fc7", 60, 111, [2, 3], 16),
        Source("conv6_2", 111, 162, [2, 3], 32),
        Source("conv7_2", 162, 213, [2, 3], 64),
        Source("conv8_2", 213, 264, [2], 100),
        Source("conv9_2", 264, 315, [2], 300),
    ),
    # For COCO, whose objects are smaller: from 10 % to 90 %, and 4 % for conv4_3.
    512: (
        Source("conv4_3_norm", 20.48, 51.2, [2], 8),
        Source("fc7", 51.2, 133.12, [2, 3], 16),
        Source("conv6_2", 133.12, 215.04, [2, 3], 32),
        Source("conv7_2", 215.04, 296.96, [2, 3], 64),
        Source("conv8_2", 296.96, 378.88, [2, 3], 128),
        Source("conv9_2", 378.88, 460.8, [2], 256),
        Source("conv10_2", 460.8, 542.72, [2], 512),
    ),
}

_PAPER = 'Liu et al. 2015, "SSD: Single Shot MultiBox Detector"'

_DEVIATION = "without save_output_param, which only evaluation reads"

_NEEDS = ("DetectionOutput", "Normalize", "Permute", "PriorBox")


@network(
    "ssd300",
    (102, 26_285_486, 0, 31_373_537_792),
    title="VGG_VOC0712_SSD_300x300_deploy",
    paper=_PAPER,
    solver="ssd",
    source="weiliu89/caffe@ssd: examples/ssd/ssd_pascal.py",
    deviations=(_DEVIATION,),
    needs=_NEEDS,
)
@network(
    "ssd512",
    (113, 36_038_196, 0, 98_628_936_704),
    title="VGG_coco_SSD_512x512_deploy",
    paper=_PAPER,
    solver="ssd",
    source="cory8249/caffe: models/VGGNet/coco/SSD_512x512/deploy.prototxt",
    deviations=(_DEVIATION,),
    needs=_NEEDS,
    size=512,
    classes=81,
)
def ssd(form: Form, *, classes: int = VOC, size: Literal[300, 512] = 300) -> None:
    """Boxes from several layers of VGG-16 and the convolutions after it; class 0 is none."""
    data = images(
        form,
        size,
        batches=(32, 8),
        sources=("examples/VOC0712/VOC0712_trainval_lmdb", "examples/VOC0712/VOC0712_test_lmdb"),
        labels="data/VOC0712/labelmap_voc.prototxt",
        mean_value=MEAN,
    )
    _add_pairs(_reduced_vgg(data), size)
    # conv4_3 has another scale than the later layers. (source: section 3.1, after ParseNet)
    L.Normalize(
        current_net()["conv4_3"],
        name="conv4_3_norm",
        across_spatial=False,
        channel_shared=False,
        scale_filler={"type": "constant", "value": 20},
    )
    detections(
        form,
        data,
        _SOURCES[size],
        classes=classes,
        published=VOC if size == 300 else 81,
        kernel=3,
        keep=200,
        top=400,
        confidence=0.01,
    )


def _reduced_vgg(data: Blob) -> Blob:
    """VGG-16 with its fully connected layers as convolutions with a part of their weights.

    (source: section 3, "Base network", after DeepLab-LargeFOV)
    """
    x = stages(data, pools=4)
    # Without a stride the image keeps its size, and the dilation of fc6 makes up for it.
    x = L.Pooling(x, name="pool5", pool="MAX", kernel_size=3, stride=1, pad=1)
    x = L.Convolution(x, name="fc6", num_output=1024, kernel_size=3, pad=6, dilation=6)
    L.ReLU(x, name="relu6", in_place=True)
    x = L.Convolution(x, name="fc7", num_output=1024, kernel_size=1)
    L.ReLU(x, name="relu7", in_place=True)
    return x


def _add_pairs(bottom: Blob, size: int) -> None:
    """The further layers that boxes are predicted from, each smaller than the one before it."""
    halving = {"kernel_size": 3, "pad": 1, "stride": 2}
    x = _pair(bottom, 6, 256, **halving)
    x = _pair(x, 7, 128, **halving)
    # Images of 512 are halved twice more before they are as small as those of 300.
    rest = {"kernel_size": 3} if size == 300 else halving
    x = _pair(x, 8, 128, **rest)
    x = _pair(x, 9, 128, **rest)
    if size == 512:
        _pair(x, 10, 128, kernel_size=4, pad=1)


def _pair(bottom: Blob, number: int, inner: int, **convolution: Any) -> Blob:
    """A 1x1 convolution, and a larger one with twice the channels."""
    x = L.Convolution(bottom, name=f"conv{number}_1", num_output=inner, kernel_size=1)
    L.ReLU(x, name=f"conv{number}_1_relu", in_place=True)
    top: Blob = L.Convolution(x, name=f"conv{number}_2", num_output=2 * inner, **convolution)
    L.ReLU(top, name=f"conv{number}_2_relu", in_place=True)
    return top
