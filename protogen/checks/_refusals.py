"""The documentation of what inference finds: what Caffe dies of when it sets a net up."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["REFUSALS", "Words"]


class Words(NamedTuple):
    """What `protogen explain` tells of a rule without a file of its own."""

    summary: str
    does: str
    why: str
    example: str
    mended: str


_DIES = "Caffe dies on loading the net, with a line that names neither layer nor field."

REFUSALS = {
    "layer-parameter": Words(
        "A parameter with which Caffe refuses the layer.",
        "Makes the checks that Caffe makes of each layer's own message when it sets the layer up.",
        _DIES,
        "``convolution_param { kernel_size: 3 }`` says nothing of ``num_output``.",
        "``convolution_param { num_output: 64 kernel_size: 3 }``",
    ),
    "blob-count": Words(
        "A layer with more or fewer bottoms or tops than its type has.",
        "Counts the bottoms and tops of each layer.",
        _DIES,
        'An Eltwise with one ``bottom: "a"``: it takes two or more.',
        'Name the other: ``bottom: "b"``. "protogen layers TYPE" tells how many there may be.',
    ),
    "axis-out-of-range": Words(
        "An axis that the bottom does not have.",
        "Holds each axis that a layer names against the axes of its bottom, which count from 0, or"
        " from -1 back.",
        _DIES,
        "``concat_param { axis: 4 }`` for bottoms of four axes.",
        "``concat_param { axis: 1 }``, or -1 for the last.",
    ),
    "axis-count": Words(
        "A bottom with more or fewer axes than the layer reads.",
        "Counts the axes of each bottom where a type asks for a certain number.",
        _DIES,
        "A Pooling that reads the 64x1000 of an InnerProduct: it takes four axes.",
        "Pool before the InnerProduct, or Reshape to four axes in between.",
    ),
    "blob-shape": Words(
        "A shape that no blob can have, or that the layer cannot work on.",
        "Looks for sizes of zero or below, more than 2147483647 elements, and more than 32 axes.",
        "Caffe dies on loading the net, or at the first pass through it.",
        "``input_param { shape { dim: 64 dim: 3 dim: 4096 dim: 4096 } }``: 3221225472 elements.",
        "``dim: 32``, and two passes.",
    ),
    "group-does-not-divide": Words(
        "Groups into which the channels cannot be divided.",
        "Divides the channels of the bottom and ``num_output`` by ``group``.",
        _DIES,
        "``convolution_param { num_output: 64 kernel_size: 3 group: 3 }`` on 48 channels.",
        "``group: 4``, by which both 48 and 64 can be divided.",
    ),
    "filler": Words(
        "A filler that Caffe does not have, or that does not fit its blob.",
        "Looks up the type of each filler, and makes the checks of that filler.",
        _DIES,
        '``weight_filler { type: "xaviar" }``',
        '``weight_filler { type: "xavier" }``',
    ),
    "in-place-forbidden": Words(
        "A layer that overwrites its bottom, and that Caffe does not allow to.",
        "Finds layers with a top named as their bottom, of a type that refuses this.",
        _DIES,
        '``layer { type: "Flatten" bottom: "x" top: "x" }``',
        '``layer { type: "Flatten" bottom: "x" top: "flat" }``',
    ),
    "loss-weight-count": Words(
        "Weights of a loss that are not as many as the layer's tops.",
        "Counts ``loss_weight`` where it is given at all.",
        _DIES,
        "``loss_weight: 1 loss_weight: 0.3`` in a layer with one top.",
        "``loss_weight: 0.3``",
    ),
    "param-count": Words(
        "More ``param`` than the layer has learnable blobs.",
        "Counts ``param`` against the blobs that the layer learns.",
        _DIES,
        "Two ``param`` in a Convolution with ``bias_term: false``, which learns only weights.",
        "One ``param { lr_mult: 1 }``.",
    ),
    "shared-param-mismatch": Words(
        "Learnable blobs of one name that cannot be the same blob.",
        "Compares the shapes and multipliers of all ``param`` that have a name in common.",
        _DIES,
        '``param { name: "w" }`` in a convolution of 3x3 and in one of 5x5.',
        "Two names; or, where only the shapes differ and not the numbers of elements,"
        " ``share_mode: PERMISSIVE``.",
    ),
    "required-field": Words(
        "A field without which the layer cannot be set up.",
        "Looks for the fields that a layer's type asks for.",
        _DIES,
        "A PSROIPooling without ``output_dim``.",
        "``psroi_pooling_param { spatial_scale: 0.0625 output_dim: 21 group_size: 7 }``",
    ),
    "unknown-bottom": Words(
        "A bottom that no layer before it makes.",
        "Follows the blobs from layer to layer, in each phase by itself.",
        "Caffe dies on loading the net. A net may load in TRAIN and not in TEST, where the layer"
        " that makes the blob is there in TRAIN only.",
        '``bottom: "conv_1"`` after a layer with ``top: "conv1"``.',
        '``bottom: "conv1"``',
    ),
    "duplicate-top": Words(
        "A blob that two layers make.",
        "Follows the blobs from layer to layer; only working in place may make one again.",
        "Caffe dies on loading the net.",
        'Two convolutions with ``top: "conv1"``.',
        'Call the second one ``top: "conv2"``, and let the later layers read it.',
    ),
    "in-place-after-split": Words(
        "A blob overwritten in place that another layer reads as well.",
        "Lists the layers that read each blob; one that works in place must read it alone.",
        "Caffe gives each reader a copy, by a name of its own; the layer does not work in place any"
        " more, makes the blob a second time, and Caffe dies.",
        'A ReLU in place on ``"conv1"``, below a Pooling that reads ``"conv1"`` too.',
        'Give the ReLU ``top: "relu1"``, or put it before the Pooling.',
    ),
    "unknown-type": Words(
        "A layer type that neither Caffe nor a known fork of it has.",
        "Looks up the type of each layer. Types count by case.",
        "Caffe dies on loading the net.",
        '``type: "Relu"``',
        '``type: "ReLU"``; "protogen layers" lists the types.',
    ),
    "include-and-exclude": Words(
        "Rules of both kinds in one layer.",
        "Looks for layers with ``include`` and ``exclude``.",
        "Caffe dies on loading the net, even where both would say the same.",
        '``include { phase: TRAIN } exclude { stage: "deploy" }``',
        '``include { phase: TRAIN not_stage: "deploy" }``',
    ),
    "propagate-down-count": Words(
        "``propagate_down`` for some bottoms and not for others.",
        "Counts ``propagate_down`` where it is given at all.",
        "Caffe dies on loading the net.",
        "``propagate_down: true`` in an Eltwise of two bottoms.",
        "``propagate_down: true propagate_down: true``, or none.",
    ),
    "no-input-shape": Words(
        "An Input that says no shape, with a top that several layers read.",
        "Finds Input layers without a ``shape`` of whose tops one has two readers or more.",
        "Such a top has no elements at all. Caffe puts a Split behind a top with several readers,"
        " and dies there.",
        '``layer { name: "data" type: "Input" top: "data" }``, read by two Convolutions.',
        "``input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }``.",
    ),
    "data-source": Words(
        "A source of data that is there, and holds nothing of use.",
        "Reads the first record of a data layer's source for its shape, where the source is there.",
        "Caffe dies on loading the net.",
        'A Data layer whose ``source: "train_lmdb"`` is an empty database.',
        "Make the database anew, or name another.",
    ),
    "data-source-unread": Words(
        "A source of data that is there, and that protogen cannot read.",
        "Tells where the reader of a database is not installed, or where there is none.",
        "The shapes of the data stay unknown, and so does much of what depends on them. Caffe may"
        " well read it.",
        "A Data layer whose source is a LevelDB.",
        "Give the shape: ``--input data=32,3,227,227``.",
    ),
    "fork-dialect": Words(
        "A layer that forks of Caffe understand in different ways.",
        "Tells whose rule was taken, and what in the net told so.",
        "Another fork, or a converter, may compute another shape of the same text.",
        'An ``"Interp"``, which several forks have and not all alike.',
        "Nothing, if the fork is the one that the net is for.",
    ),
}
