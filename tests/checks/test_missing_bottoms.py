"""Why no earlier layer produces a bottom.

A real Caffe rejected each of these nets with "Unknown bottom blob", and accepted each with its fix
in both phases.
"""

from __future__ import annotations

import pytest

import protogen
from protogen.checks import check
from tests.checks.nets import (
    BOTH,
    DATA,
    LOSS,
    fc,
    findings,
    fixed,
    image,
    in_phase,
    in_place,
    layer,
)

CONV = layer("c", "Convolution", "data", convolution_param="num_output: 4 kernel_size: 3")
STAGED = image(3, 8).replace("top:", 'include { stage: "deploy" } top:')
PLAIN_DATA = (
    'layer { name: "test" type: "Input" top: "data"'
    " input_param { shape { dim: 4 dim: 8 dim: 2 dim: 2 } } }\n"
)


def explanation(text: str, *, stages: tuple[str, ...] = ()) -> str:
    """The lines after the first one of the only finding, in both phases."""
    (found,) = findings(text, "G101", phases=BOTH, stages=stages)
    return found.partition("\n")[2]


def test_the_whole_message() -> None:
    net = image(3, 8) + layer("sum", "Eltwise", "data", "zzz")
    assert findings(net, "G101") == [
        'net.prototxt:4:18: error[G101] layer "sum" (Eltwise): reads blob "zzz", which no earlier'
        " layer produces\n"
        '  why:   no layer of the net produces "zzz"'
    ]


def test_a_layer_that_stands_before_the_layer_that_it_works_on() -> None:
    net = in_place("r", "ReLU", "c") + image(3, 8) + CONV
    assert explanation(net) == (
        '  why:   layer "c" (Convolution, line 7) produces "c", but comes later in the net\n'
        '  hint:  move layer "r" down, after layer "c"'
    )
    text = fixed(net, "G101")
    assert text.index('name: "c"') < text.index('name: "r"')


def test_data_at_the_end() -> None:
    assert explanation(CONV + layer("r", "ReLU", "c") + image(3, 8)) == (
        '  why:   layer "data" (Input, line 11) produces "data", but comes later in the net\n'
        '  hint:  move layer "data" up, before layer "c"'
    )


def test_a_layer_that_waits_for_two() -> None:
    net = image(3, 8) + layer("sum", "Eltwise", "a", "b")
    net += layer("a", "ReLU", "data") + layer("b", "TanH", "data")
    for text in findings(net, "G101"):
        assert text.endswith('  hint:  move layer "sum" down, after layer "b"')


def test_a_label_in_one_phase() -> None:
    net = in_phase("TRAIN", DATA) + in_phase("TEST", PLAIN_DATA) + fc("fc", "data") + LOSS
    assert findings(net, "G101", phases=BOTH) == [
        'net.prototxt:11:16: error[G101] layer "loss" (SoftmaxWithLoss): reads blob "label", which'
        " no earlier layer produces (in phase TEST only)\n"
        '  why:   layer "data" (Input, line 1) produces "label", but runs in TRAIN only\n'
        '  hint:  add include { phase: TRAIN } to layer "loss"\n'
        '         or add top: "label" to layer "test" (Input, line 3)'
    ]
    assert "include { phase: TRAIN }" in fixed(net, "G101", BOTH).partition('"loss"')[2]


def test_a_layer_that_runs_in_one_phase_by_mistake() -> None:
    net = image(3, 8) + in_phase("TRAIN", CONV) + layer("r", "ReLU", "c") + layer("t", "TanH", "r")
    assert explanation(net) == (
        '  why:   layer "c" (Convolution, line 2) produces "c", but runs in TRAIN only\n'
        '  hint:  remove the rules of layer "c", so that it runs in TEST too'
    )


@pytest.mark.parametrize(
    ("rule", "stages", "when", "options"),
    [
        ('stage: "deploy"', (), 'in stage "deploy"', "with --stage deploy"),
        (
            'stage: "a" stage: "b" min_level: 2',
            (),
            'in stage "a", in stage "b" and at level 2',
            "with --stage a --stage b --level 2",
        ),
        ('not_stage: "a"', ("a",), 'without stage "a"', "without --stage a"),
    ],
)
def test_data_behind_a_stage(rule: str, stages: tuple[str, ...], when: str, options: str) -> None:
    net = STAGED.replace('stage: "deploy"', rule) + CONV
    assert explanation(net, stages=stages) == (
        f'  why:   layer "data" (Input, line 1) produces "data" only {when}\n'
        f"  hint:  check the net {options}"
    )


def test_a_stage_that_brings_another_error_is_not_proposed() -> None:
    other = layer("t", "NoSuchType", "data").replace("top:", 'include { stage: "deploy" } top:')
    assert "hint:" not in explanation(STAGED + CONV + other)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("input_shape", "input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }"),
        ("input_dim", "input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8"),
    ],
)
def test_the_shape_of_an_input_without_its_name(field: str, text: str) -> None:
    assert explanation(f"{text}\n{CONV}") == (
        f"  why:   the net has {field}, but no input, which names the blob\n"
        '  hint:  add input: "data"'
    )
    net = protogen.loads(fixed(f"{text}\n{CONV}", "G101"))
    assert net.analysis().blobs["c"] == (1, 4, 6, 6)


def test_the_name_of_an_input_without_its_shape() -> None:
    assert explanation(f'input: "data"\n{CONV}') == (
        '  why:   Caffe drops the input "data", because the net has no input_shape for it\n'
        "  hint:  add an input_shape with its sizes"
    )


def test_the_name_of_a_layer_where_its_top_was_meant() -> None:
    net = image(3, 8) + CONV + in_place("relu1", "ReLU", "c")
    net += layer("pool", "Pooling", "relu1", pooling_param="kernel_size: 2")
    assert explanation(net) == (
        '  why:   "relu1" is the name of layer "relu1" (ReLU, line 7), but its top is "c"\n'
        '  hint:  read "c" instead\n'
        '         or set top: "relu1" in layer "relu1"'
    )
    assert 'bottom: "c" top: "pool"' in fixed(net, "G101")


def test_a_layer_that_destroys_its_bottom_has_the_wrong_top() -> None:
    second = layer("c2", "Convolution", "c", convolution_param="num_output: 4 kernel_size: 3")
    net = image(3, 8) + CONV + second.replace('top: "c2"', 'top: "c"') + layer("r", "ReLU", "c2")
    assert explanation(net).endswith(
        '  hint:  set top: "c2" in layer "c2"\n         or read "c" instead'
    )


def test_a_layer_without_a_top() -> None:
    net = image(3, 8) + CONV.replace(' top: "c"', "") + layer("r", "ReLU", "c")
    assert explanation(net) == (
        '  why:   "c" is the name of layer "c" (Convolution, line 2), which has no top\n'
        '  hint:  add top: "c" to layer "c"'
    )


def test_a_misspelled_name() -> None:
    net = image(3, 8) + CONV.replace('bottom: "data"', 'bottom: "dta"')
    assert explanation(net) == (
        '  why:   no layer of the net produces "dta"\n  hint:  did you mean "data"?'
    )
    assert 'bottom: "data"' in fixed(net, "G101")


def test_a_misspelled_top_that_several_layers_read() -> None:
    wrong = DATA.replace('top: "label"', 'top: "labels"')
    net = wrong + fc("fc", "data") + LOSS + layer("acc", "Accuracy", "fc", "label")
    for text in findings(net, "G101"):
        assert text.endswith(
            '  hint:  set top: "label" in layer "data" (Input, line 1)\n'
            '         or did you mean "labels"?'
        )


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("conv1", "conv2"),  # another layer
        ("res2c", "res2b"),  # another layer, of another shape
    ],
)
def test_a_name_of_another_layer_is_not_suggested(name: str, near: str) -> None:
    net = image(3, 8) + CONV.replace('"c"', f'"{near}"')
    assert "hint:" not in explanation(net + layer("sum", "Eltwise", "data", name))


def test_a_bottom_of_a_layer_that_works_in_place() -> None:
    relu = in_place("relu", "ReLU", "c").replace('bottom: "c"', 'bottom: "conv"')
    assert explanation(image(3, 8) + CONV + relu) == (
        "  why:   a layer that works in place reads the blob that it writes\n"
        '  hint:  set bottom: "c"'
    )


LEFT_OVER = image(3, 8) + fc("fc", "data")


def test_a_loss_left_in_a_deploy_net() -> None:
    assert explanation(LEFT_OVER + LOSS) == (
        '  why:   no layer of the net produces "label", and without labels there is nothing to'
        " train\n"
        '  hint:  replace layer "loss" with a Softmax layer, without "label"\n'
        '         or remove layer "loss"\n'
        '         or add an Input layer for "label"'
    )
    text = fixed(LEFT_OVER + LOSS, "G101")
    assert 'type: "Softmax"' in text
    assert "label" not in text


def test_an_accuracy_left_in_a_deploy_net() -> None:
    accuracy = layer("accuracy", "Accuracy", "fc", "label")
    assert explanation(LEFT_OVER + accuracy) == (
        '  why:   no layer of the net produces "label", and without labels there is nothing to'
        " measure\n"
        '  hint:  remove layer "accuracy"\n'
        '         or add an Input layer for "label"'
    )


def test_labels_of_a_net_with_data_layers() -> None:
    source = (
        'layer { name: "d" type: "Data" top: "data" data_param { source: "x" batch_size: 2 } }\n'
    )
    assert "hint:" not in explanation(source + fc("fc", "data") + LOSS)


def test_an_error_elsewhere_removes_no_proposal() -> None:
    net = image(3, 8) + CONV.replace('bottom: "data"', 'bottom: "dta"')
    other = layer("odd", "NoSuchType", "data")
    assert 'did you mean "data"?' in explanation(net + other)


def test_an_error_that_shows_once_the_shape_is_known_removes_no_proposal() -> None:
    """A kernel of 9 does not fit into the 6x6 top, which is unknown before."""
    net = image(3, 8) + CONV.replace('bottom: "data"', 'bottom: "dta"')
    wide = layer("wide", "Convolution", "c", convolution_param="num_output: 4 kernel_size: 9")
    assert 'did you mean "data"?' in explanation(net + wide)


def test_a_net_in_an_old_format_cannot_be_reordered_by_a_fix() -> None:
    dummy = "dummy_data_param { num: 1 channels: 1 height: 1 width: 1 }"
    net = protogen.loads(
        'layers { name: "s" type: ELTWISE bottom: "t" bottom: "t" top: "s" }\n'
        f'layers {{ name: "d" type: DUMMY_DATA top: "d" {dummy} }}\n'
        'layers { name: "t" type: TANH bottom: "d" top: "t" }\n'
    )
    for found in check(net, select=["G101"]).diagnostics:
        assert 'move layer "s" down, after layer "t"' in found.hint
        assert found.fix is None


def test_ten_findings_of_a_phase_are_explained() -> None:
    layers = "".join(layer(f"r{i}", "ReLU", f"missing{i}") for i in range(12))
    texts = findings(image(3, 8) + layers, "G101")
    assert [("why:" in text) for text in texts] == [True] * 10 + [False] * 2


@pytest.mark.parametrize(
    ("written", "character"),
    [
        ("data\u200b", "U+200B ZERO WIDTH SPACE"),
        ("data\u00a0", "U+00A0 NO-BREAK SPACE"),
    ],
)
def test_a_name_with_a_character_that_nobody_sees(written: str, character: str) -> None:
    (text,) = findings(image(3, 8) + layer("r", "ReLU", written), "G101")
    why = f'no layer of the net produces "{written}"; "{written}" has {character}'
    assert text.endswith(f'\n  why:   {why}\n  hint:  did you mean "data"?')
