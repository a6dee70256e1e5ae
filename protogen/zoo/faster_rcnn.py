"""Faster R-CNN, on VGG-16 and on ZFNet."""

from __future__ import annotations

from typing import Any, Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head, sides
from protogen.zoo._network import Registration, network
from protogen.zoo._options import Size
from protogen.zoo.vgg import stages
from protogen.zoo.zfnet import convolutions

#: The anchors at each place: three scales of three shapes.
_ANCHORS = 9


def _published(
    name: str, folder: str, *figures: int, more: tuple[str, ...] = (), **preset: Any
) -> Registration:
    layers, weights, statistics, macs = figures
    return network(
        name,
        (layers, weights, statistics, macs),
        title=f"{folder}_faster_rcnn",
        paper=(
            'Ren et al. 2015, "Faster R-CNN: Towards Real-Time Object Detection with Region'
            ' Proposal Networks"'
        ),
        source=(
            f"rbgirshick/py-faster-rcnn: models/pascal_voc/{folder}/faster_rcnn_end2end/"
            "test.prototxt"
        ),
        deviations=(
            "without a form for training, which needs the Python layers of the source",
            "the inner products count for the weights, but not for the multiply-accumulates, whose"
            " number depends on the regions found",
            *more,
        ),
        needs=("ROIPooling",),
        forms=("deploy",),
        **preset,
    )


_ZF = ("without scale_train and ignore_label, which do nothing in the phase TEST",)


@_published("faster-rcnn-vgg16", "VGG16", 49, 137_078_239, 0, 15_814_471_680, trunk="vgg16")
@_published("faster-rcnn-zf", "ZF", 33, 59_294_751, 0, 1_526_281_728, trunk="zf", more=_ZF)
@_published("zfnet", "ZF", 33, 59_294_751, 0, 1_526_281_728, trunk="zf", more=_ZF)
def faster_rcnn(
    form: Form,
    *,
    classes: int = 21,
    size: Size = 224,
    trunk: Literal["vgg16", "zf"] = "vgg16",
) -> None:
    """Regions that a small net proposes, each classified by inner products; class 0 is none."""
    height, width = sides(size)
    data, info = L.Input(
        name="input", top=["data", "im_info"], shape=[[1, 3, height, width], [1, 3]]
    )
    x = stages(data, pools=4) if trunk == "vgg16" else convolutions(data)
    rois = _proposals(x, info, 512 if trunk == "vgg16" else 256)
    pool, side = ("pool5", 7) if trunk == "vgg16" else ("roi_pool_conv5", 6)
    x = L.ROIPooling(
        x,
        rois,
        name="roi_pool5" if trunk == "vgg16" else "roi_pool_conv5",
        top=pool,
        pooled_h=side,
        pooled_w=side,
        spatial_scale=1 / 16,
    )
    for number in (6, 7):
        x = L.InnerProduct(x, name=f"fc{number}", num_output=4096)
        L.ReLU(x, name=f"relu{number}", in_place=True)
        # Dropout does nothing in the phase TEST; the published file has it all the same.
        L.Dropout(x, name=f"drop{number}", in_place=True, dropout_ratio=0.5)
    scores = L.InnerProduct(x, name=head("cls_score", classes, 21), num_output=classes)
    L.InnerProduct(x, name=head("bbox_pred", classes, 21), num_output=4 * classes)
    L.Softmax(scores, name="cls_prob")


def _proposals(bottom: Blob, info: Blob, channels: int) -> Blob:
    """The regions that probably have an object: (R, 5)."""
    x = L.Convolution(
        bottom, name="rpn_conv/3x3", top="rpn/output", num_output=channels, kernel_size=3, pad=1
    )
    L.ReLU(x, name="rpn_relu/3x3", in_place=True)
    scores = L.Convolution(x, name="rpn_cls_score", num_output=2 * _ANCHORS, kernel_size=1)
    boxes = L.Convolution(x, name="rpn_bbox_pred", num_output=4 * _ANCHORS, kernel_size=1)
    # Softmax compares background and object, which are an axis of their own for that.
    pairs = L.Reshape(scores, name="rpn_cls_score_reshape", shape=[0, 2, -1, 0])
    pairs = L.Softmax(pairs, name="rpn_cls_prob")
    scores = L.Reshape(pairs, name="rpn_cls_prob_reshape", shape=[0, 2 * _ANCHORS, -1, 0])
    rois: Blob = L.Python(
        scores,
        boxes,
        info,
        name="proposal",
        tops={"rois": (None, 5)},
        module="rpn.proposal_layer",
        layer="ProposalLayer",
        param_str="'feat_stride': 16",
    )
    return rois
