"""Rules of what reads what: unused data, dead layers, work in place, names, BatchNorm, deploy."""

from __future__ import annotations

import pytest

from tests.checks.conftest import image, layer, told

DATA = (
    'layer { name: "data" type: "Input" top: "data" top: "label"\n'
    "  input_param { shape { dim: 4 dim: 8 dim: 2 dim: 2 } shape { dim: 4 } } }\n"
)
LOSS = layer("loss", "SoftmaxWithLoss", "fc", "label")


def fc(name: str, bottom: str) -> str:
    return layer(name, "InnerProduct", bottom, inner_product_param="num_output: 8")


def in_place(name: str, kind: str, blob: str) -> str:
    return layer(name, kind, blob).replace(f'top: "{name}"', f'top: "{blob}"')


FIRST = layer("first", "Convolution", "data", convolution_param="num_output: 8 kernel_size: 1")
TRAINED = DATA + fc("fc", "data") + LOSS


def test_unused_input() -> None:
    net = image(3, 8) + image(1, 8).replace("data", "mask") + layer("relu", "ReLU", "data")
    assert told(net, "G201") == [
        'net.prototxt:2:36: warning[G201] layer "mask" (Input): no layer reads its top "mask"'
    ]


def test_data_that_one_phase_reads_is_used() -> None:
    score = layer("acc", "Accuracy", "fc", "label").replace(
        'top: "acc"', 'top: "acc" include { phase: TEST }'
    )
    net = DATA + fc("fc", "data") + score
    assert told(net, "G201", phases=("TRAIN", "TEST")) == []
    assert len(told(net, "G201", phases=("TRAIN",))) == 1


def test_unread_top() -> None:
    net = TRAINED + layer("prob", "Softmax", "fc")
    assert told(net, "G202", phases=("TRAIN",)) == [
        'net.prototxt:15:16: warning[G202] layer "prob" (Softmax): no layer reads its top "prob"'
        " in TRAIN\n"
        '  where: "prob" is 4x8\n'
        "  why:   Caffe makes it an output of the net, and logs its values at every display"
    ]


@pytest.mark.parametrize(
    "more",
    [
        "",
        layer("acc", "Accuracy", "fc", "label"),
        layer("arg", "ArgMax", "fc"),
        layer("l2", "EuclideanLoss", "fc", "fc").replace('top: "l2"', 'top: "l2" loss_weight: 0'),
    ],
)
def test_losses_and_measures_are_there_to_be_looked_at(more: str) -> None:
    assert told(TRAINED + more, "G202", phases=("TRAIN",)) == []


def test_a_deploy_net_has_outputs() -> None:
    assert told(image(3, 8) + layer("prob", "Softmax", "data"), "G202", phases=("TRAIN",)) == []


def test_dead_layer_is_the_last_of_its_chain() -> None:
    net = TRAINED + fc("side1", "fc") + layer("relu", "ReLU", "side1") + fc("side2", "relu")
    assert told(net, "G2", phases=("TRAIN",)) == [
        'net.prototxt:23:1: warning[G203] layer "side2" (InnerProduct): no loss depends on it, so'
        " its weights are never trained\n"
        '  where: the same holds before it for "side1"'
    ]


def test_what_a_loss_depends_on_lives() -> None:
    assert told(TRAINED, "G203", phases=("TRAIN",)) == []


def test_a_sum_in_place_loses_its_first_bottom() -> None:
    """A real Caffe adds 1 and 1 in place to 1."""
    net = DATA.replace("dim: 4 }", "dim: 4 dim: 8 dim: 2 dim: 2 }")
    net += layer("sum", "Eltwise", "data", "label").replace('top: "sum"', 'top: "data"')
    assert told(net, "G204") == [
        'net.prototxt:5:34: warning[G204] layer "sum" (Eltwise): overwrites its bottom "data",'
        " which it still needs for its sum: Caffe clears the top before it adds\n"
        "  hint:  give the top a name of its own, and let the later layers read it"
    ]


#: Whose gradient a real Caffe computes wrongly in place, by differences of the loss.
@pytest.mark.parametrize("kind", ["LRN", "MVN", "Log", "BNLL", "Power"])
def test_gradients_that_need_the_bottom(kind: str) -> None:
    net = DATA + FIRST + in_place("act", kind, "first") + fc("fc", "first") + LOSS
    assert told(net, "G204", phases=("TRAIN",)) == [
        f'net.prototxt:10:19: warning[G204] layer "act" ({kind}): overwrites its bottom "first",'
        " which it still needs for its gradient\n"
        "  hint:  give the top a name of its own, and let the later layers read it"
    ]
    assert told(net, "G204", phases=("TEST",)) == []


#: And those it computes rightly.
@pytest.mark.parametrize("kind", ["ReLU", "TanH", "Sigmoid", "ELU", "Exp", "Softmax", "Dropout"])
def test_gradients_that_do_not(kind: str) -> None:
    net = DATA + FIRST + in_place("act", kind, "first") + fc("fc", "first") + LOSS
    assert told(net, "G204", "G205", phases=("TRAIN",)) == []


def test_no_gradient_goes_to_data() -> None:
    net = DATA + in_place("scale", "Power", "data") + fc("fc", "data") + LOSS
    assert told(net, "G204", phases=("TRAIN",)) == []


@pytest.mark.parametrize("kind", ["TanH", "Sigmoid", "ELU", "Softmax", "Exp", "LRN", "Swish"])
def test_a_top_overwritten_while_its_layer_needs_it(kind: str) -> None:
    net = DATA + FIRST + layer("act", kind, "first")
    net += in_place("drop", "Dropout", "act") + fc("fc", "act") + LOSS
    assert told(net, "G205", phases=("TRAIN",)) == [
        'net.prototxt:15:17: warning[G205] layer "drop" (Dropout): overwrites "act", from which'
        f' layer "act" ({kind}) computes its gradient\n'
        "  hint:  give the top a name of its own, and let the later layers read it"
    ]


@pytest.mark.parametrize("kind", ["ReLU", "PReLU", "Log", "BNLL", "Power"])
def test_a_top_that_is_no_longer_needed(kind: str) -> None:
    net = DATA + FIRST + layer("act", kind, "first")
    net += in_place("drop", "Dropout", "act") + fc("fc", "act") + LOSS
    assert told(net, "G205", phases=("TRAIN",)) == []


def test_duplicate_layer_name() -> None:
    net = DATA + fc("fc", "data") + fc("fc", "fc").replace('top: "fc"', 'top: "fc2"')
    assert told(net, "G206") == [
        'net.prototxt:9:3: warning[G206] layer "fc" (InnerProduct): an earlier layer'
        " (InnerProduct) has this name too\n"
        "  why:   Caffe loads weights by name, and only into the first layer of a name"
    ]


def test_names_may_come_again_in_the_other_phase() -> None:
    both = [
        fc("fc", "data").replace("top:", f"include {{ phase: {phase} }} top:")
        for phase in ("TRAIN", "TEST")
    ]
    assert told(DATA + "".join(both), "G206", phases=("TRAIN", "TEST")) == []


NORMED = image(3, 8) + layer("bn", "BatchNorm", "data")


def test_batch_norm_without_scale() -> None:
    assert told(NORMED + layer("relu", "ReLU", "bn"), "G207") == [
        'net.prototxt:2:1: note[G207] layer "bn" (BatchNorm): no Scale reads it, so nothing learns'
        " a scale and a shift\n"
        "  why:   Caffe's BatchNorm only normalises\n"
        "  hint:  add a Scale layer with scale_param { bias_term: true }"
    ]
    assert told(NORMED + layer("scale", "Scale", "bn"), "G207") == []


def normed(flag: str) -> str:
    return image(3, 8) + layer("bn", "BatchNorm", "data", batch_norm_param=flag)


def test_batch_norm_flag() -> None:
    assert told(normed("use_global_stats: false"), "G208") == [
        'net.prototxt:5:22: warning[G208] layer "bn" (BatchNorm): use_global_stats: false in TEST\n'
        "  why:   with false Caffe normalises by the batch at hand\n"
        "  hint:  leave use_global_stats out: Caffe then goes by the phase"
    ]


@pytest.mark.parametrize("flag", ["", "use_global_stats: true"])
def test_batch_norm_as_the_phase_has_it(flag: str) -> None:
    assert told(normed(flag), "G208", phases=("TRAIN", "TEST")) == []


def test_dropout_in_deploy() -> None:
    assert told(image(3, 8) + in_place("drop", "Dropout", "data"), "G209") == [
        'net.prototxt:2:1: note[G209] layer "drop" (Dropout): does nothing in a net that is not'
        " trained\n"
        "  why:   in TEST Dropout copies its bottom\n"
        "  hint:  take the layer out"
    ]
    assert told(TRAINED + in_place("drop", "Dropout", "fc"), "G209") == []


def test_loss_in_deploy() -> None:
    assert told(TRAINED, "G210") == [
        'net.prototxt:8:1: note[G210] layer "loss" (SoftmaxWithLoss): is a loss, and runs in TEST,'
        " where all data is the caller's\n"
        "  hint:  include { phase: TRAIN } keeps it out of TEST"
    ]
    assert told(TRAINED, "G210", phases=("TRAIN",)) == []


def test_accuracy_in_training() -> None:
    net = TRAINED + layer("acc", "Accuracy", "fc", "label")
    assert told(net, "G211", phases=("TRAIN",)) == [
        'net.prototxt:13:1: note[G211] layer "acc" (Accuracy): is computed in every iteration of'
        " training too\n"
        "  hint:  include { phase: TEST } keeps it to the tests"
    ]
    assert told(net, "G211", phases=("TEST",)) == []


def test_input_without_a_shape() -> None:
    """A real Caffe accepts it with one reader and dies in the Split of two."""
    source = 'layer { name: "data" type: "Input" top: "data" }\n'
    one = layer("relu", "ReLU", "data")
    assert told(source + one, "G108") == []
    assert told(source + one + layer("tanh", "TanH", "data"), "G108") == [
        'net.prototxt:1:36: error[G108] layer "data" (Input): gives "data" no shape, and Caffe'
        " cannot split such a blob for its 2 readers\n"
        "  hint:  state it: input_param { shape { dim: ... } }"
    ]


def test_a_field_nobody_knows_is_an_error() -> None:
    (text,) = told(image(3, 8) + 'layer { name: "r" type: "ReLU" botom: "data" }', "T110")
    assert text.startswith('net.prototxt:2:32: error[T110] layer "r" (ReLU): ')
