"""Safe fixes in the text: what they change, and when they are left out."""

from __future__ import annotations

from typing import Any

import protogen
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix, delete, parse_path
from protogen.net import Net
from protogen.transforms import Result, SafeFixes

NET = """\
# A net.
name: "n"
layer { name: "data" type: "Input" top: "data" }
layer {
  name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 4 kernel_size: 1 dilation: 2 dilation: 3 }  # kept
}
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }  # goes with its layer
layer { name: "q" type: "ReLU" bottom: "c" top: "q" }
"""


def set_field(index: int, field: str, value: Any) -> Edit:
    return Edit(("layer", index, *parse_path(field)), "set", value)


def remove(index: int, field: str = "") -> Edit:
    return delete(("layer", index, *parse_path(field)))


def finding(*edits: Edit, severity: Severity = Severity.WARNING, safe: bool = True) -> Diagnostic:
    return Diagnostic(severity, "X1", "c", "is bad", fix=Fix(str(edits), edits, safe))


def fix(*found: Diagnostic, text: str = NET, after: tuple[Diagnostic, ...] = ()) -> Result:
    """Fix a net in which these are found as long as it is as it was, and ``after`` else."""

    def examine(net: Net) -> list[Diagnostic]:
        return list(found if net.text == text else after)

    return SafeFixes(examine)(protogen.loads(text, "net.prototxt"))


def test_a_value_of_each_kind() -> None:
    result = fix(
        finding(
            set_field(1, "convolution_param.num_output", 8),
            set_field(1, "convolution_param.bias_term", False),
            set_field(1, "convolution_param.weight_filler.type", "xavier"),
            set_field(1, "convolution_param.weight_filler.std", 0.5),
            set_field(1, "convolution_param.engine", "CAFFE"),
            set_field(3, "top", ["out"]),
            set_field(3, "include", [{"phase": "TEST"}]),
        )
    )
    param = result.net.message.layer[1].convolution_param
    assert (param.num_output, param.bias_term, param.engine) == (8, False, param.CAFFE)
    assert (param.weight_filler.type, param.weight_filler.std) == ("xavier", 0.5)
    assert list(result.net.message.layer[3].top) == ["out"]
    assert result.net.message.layer[3].include[0].phase == protogen.proto.Phase.Value("TEST")
    assert "}  # kept\n" in result.net.text


def test_a_repeated_field_is_set_and_removed_as_a_whole_or_by_its_index() -> None:
    def dilations(edit: Edit) -> list[int]:
        return list(fix(finding(edit)).net.message.layer[1].convolution_param.dilation)

    assert dilations(set_field(1, "convolution_param.dilation", [5])) == [5]
    assert dilations(remove(1, "convolution_param.dilation")) == []
    assert dilations(set_field(1, "convolution_param.dilation[1]", 5)) == [2, 5]
    assert dilations(remove(1, "convolution_param.dilation[0]")) == [3]


def test_layers_are_removed_and_nothing_else_changes() -> None:
    result = fix(finding(remove(2)), finding(remove(1)))
    lines = NET.splitlines(keepends=True)
    assert result.net.text == "".join([*lines[:3], *lines[8:]])
    assert len(result.diagnostics) == 2
    assert result.origins == (0, 3)


def test_a_fix_that_is_not_safe_is_not_applied() -> None:
    result = fix(finding(remove(2), safe=False))
    assert (result.net.text, result.diagnostics, result.modified) == (NET, [], False)


def test_a_fix_that_causes_an_error_is_left_out() -> None:
    worse = Diagnostic(Severity.ERROR, "S104", "q", "bottoms differ")
    bad, good = finding(remove(2)), finding(set_field(3, "top[0]", "out"))

    def examine(net: Net) -> list[Diagnostic]:
        left = [] if '"out"' in net.text else [good]
        return [*left, bad] if len(net.message.layer) == 4 else [*left, worse]

    result = SafeFixes(examine)(protogen.loads(NET, "net.prototxt"))
    assert result.diagnostics == [good]
    assert result.net.text == NET.replace('top: "q"', 'top: "out"')
    assert examine(result.net) == [bad]


def test_a_fix_that_causes_an_error_is_tried_again_after_the_others() -> None:
    worse = Diagnostic(Severity.ERROR, "S104", "q", "bottoms differ")
    first, second = finding(remove(2)), finding(set_field(3, "top[0]", "out"))
    bad = finding(set_field(0, "name", "bad"))

    def examine(net: Net) -> list[Diagnostic]:
        renamed, removed = '"out"' in net.text, len(net.message.layer) == 3
        left = [] if removed else [first]
        left += [] if renamed else [second]
        # Removing the layer does harm as long as the blob has its old name.
        harm = '"bad"' in net.text or (removed and not renamed)
        return [*left, bad, worse] if harm else [*left, bad]

    result = SafeFixes(examine)(protogen.loads(NET, "net.prototxt"))
    assert result.diagnostics == [second, first]
    assert examine(result.net) == [bad]


def test_what_a_fix_of_the_text_uncovers_is_fixed_too() -> None:
    # Upgrading the layers fails as long as one of them cannot be read.
    text = (
        'layer { name: "a" type: "Input" top: "a" }\n'
        'layer\ufeffs { name: "b" type: DATA top: "b" detection_out_param { } }\n'
    )
    result = SafeFixes()(protogen.loads(text, "net.prototxt"))
    assert [found.code for found in result.diagnostics[:2]] == ["T106", "T223"]
    assert not SafeFixes()(result.net).modified


def test_an_old_error_may_stay_with_other_sizes() -> None:
    before = Diagnostic(Severity.ERROR, "S104", "q", "76 and 75")
    after = Diagnostic(Severity.ERROR, "S104", "q", "74 and 75")
    assert len(fix(finding(remove(2)), before, after=(after,)).diagnostics) == 1


def test_fixes_that_overlap_are_applied_one_after_the_other() -> None:
    first, second = (finding(set_field(1, "convolution_param.num_output", n)) for n in (8, 16))
    result = fix(first, second, after=(second,))
    assert result.net.message.layer[1].convolution_param.num_output == 16
    assert result.diagnostics[:2] == [first, second]


def test_fixes_that_undo_each_other_end() -> None:
    def examine(net: Net) -> list[Diagnostic]:
        number = net.message.layer[1].convolution_param.num_output
        return [finding(set_field(1, "convolution_param.num_output", 12 - number))]

    result = SafeFixes(examine)(protogen.loads(NET, "net.prototxt"))
    assert result.net.message.layer[1].convolution_param.num_output in (4, 8)


def test_the_second_format_is_fixed_where_its_layers_are() -> None:
    text = 'input: "data"\ninput_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4\n'
    text += (
        'layers { name: "p" type: POOLING bottom: "data" top: "p"\n  pooling_param { stride: 2 } }'
    )
    # Layer 0 is the Input layer that Caffe adds for the input fields.
    edit = set_field(1, "pooling_param.round_mode", "FLOOR")
    assert fix(finding(edit), text=text).net.text == text.replace(
        "stride: 2", "stride: 2 round_mode: FLOOR"
    )
    assert fix(finding(set_field(0, "name", "x")), text=text).diagnostics == []


def test_the_first_format_and_broken_text_are_not_touched() -> None:
    old = 'layers { layer { name: "p" type: "pool" stride: 2 } bottom: "data" top: "p" }'
    edit = set_field(0, "pooling_param.round_mode", "FLOOR")
    assert fix(finding(edit), text=old).net.text == old
    assert fix(finding(edit), text=NET + "layer {").diagnostics == []


def test_a_field_that_does_not_exist_is_not_written() -> None:
    result = fix(finding(set_field(1, "convolution_param.kernal", 3)))
    assert (result.net.text, result.diagnostics) == (NET, [])
    assert fix(finding(set_field(1, "convolution_param.num_output", "many"))).diagnostics == []
    assert fix(finding(set_field(1, "convolution_param.num_output", 2**32))).diagnostics == []
