"""Fixes written into the text: what they change, and when they are left out."""

from __future__ import annotations

import protogen
from protogen.checks._fixes import Fixed, fix
from protogen.compose.loaded import LoadedNet
from protogen.diagnostics import Diagnostic, Edit, Fix, Severity

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


def finding(*edits: Edit, severity: Severity = Severity.WARNING, safe: bool = True) -> Diagnostic:
    return Diagnostic(severity, "X1", "c", "is bad", fix=Fix("mend it", edits, safe))


def mend(*found: Diagnostic, text: str = NET, after: tuple[Diagnostic, ...] = ()) -> Fixed:
    """Fix a net in which these are found as long as it is as it was, and ``after`` else."""

    def examine(net: LoadedNet) -> list[Diagnostic]:
        return list(found if net.text == text else after)

    return fix(protogen.loads(text, "net.prototxt"), examine, lambda net, found: found)


def test_a_value_of_each_kind() -> None:
    result = mend(
        finding(
            Edit(1, "convolution_param.num_output", "8"),
            Edit(1, "convolution_param.bias_term", "false"),
            Edit(1, "convolution_param.weight_filler.type", "xavier"),
            Edit(1, "convolution_param.weight_filler.std", "0.5"),
            Edit(1, "convolution_param.engine", "CAFFE"),
            Edit(3, "top", '"out"'),
            Edit(3, "include", "{ phase: TEST }"),
        )
    )
    param = result.net.message.layer[1].convolution_param
    assert (param.num_output, param.bias_term, param.engine) == (8, False, 1)
    assert (param.weight_filler.type, param.weight_filler.std) == ("xavier", 0.5)
    assert list(result.net.message.layer[3].top) == ["out"]
    assert result.net.message.layer[3].include[0].phase == 1
    assert "}  # kept\n" in result.net.text


def test_a_repeated_field_is_set_and_taken_out_as_a_whole_or_by_its_index() -> None:
    def dilations(field: str, value: str | None) -> list[int]:
        net = mend(finding(Edit(1, field, value))).net
        return list(net.message.layer[1].convolution_param.dilation)

    assert dilations("convolution_param.dilation", "5") == [5]
    assert dilations("convolution_param.dilation", None) == []
    assert dilations("convolution_param.dilation[1]", "5") == [2, 5]
    assert dilations("convolution_param.dilation[0]", None) == [3]


def test_layers_are_taken_out_and_nothing_else_changes() -> None:
    result = mend(finding(Edit(2, "", None)), finding(Edit(1, "", None)))
    lines = NET.splitlines(keepends=True)
    assert result.net.text == "".join([*lines[:3], *lines[8:]])
    assert len(result.mended) == 2


def test_a_fix_that_is_not_safe_is_not_applied() -> None:
    result = mend(finding(Edit(2, "", None), safe=False))
    assert (result.net.text, result.mended) == (NET, [])


def test_a_fix_that_brings_an_error_is_left_out_and_the_others_are_not() -> None:
    worse = Diagnostic(Severity.ERROR, "S104", "q", "bottoms differ")
    bad, good = finding(Edit(2, "", None)), finding(Edit(3, "top", "out"))

    def examine(net: LoadedNet) -> list[Diagnostic]:
        left = [each for each, gone in ((good, '"out"' in net.text),) if not gone]
        return [*left, bad] if len(net.message.layer) == 4 else [*left, worse]

    result = fix(protogen.loads(NET, "net.prototxt"), examine, lambda net, found: found)
    assert result.mended == [good]
    assert result.net.text == NET.replace('top: "q"', 'top: "out"')
    assert result.found == [bad]


def test_an_error_that_was_there_may_stay_though_its_sizes_change() -> None:
    before = Diagnostic(Severity.ERROR, "S104", "q", "76 and 75")
    after = Diagnostic(Severity.ERROR, "S104", "q", "74 and 75")
    result = mend(finding(Edit(2, "", None)), before, after=(after,))
    assert (len(result.mended), result.found) == (1, [after])


def test_fixes_that_overlap_are_applied_one_after_the_other() -> None:
    first, second = (finding(Edit(1, "convolution_param.num_output", n)) for n in ("8", "16"))
    result = mend(first, second, after=(second,))
    assert result.net.message.layer[1].convolution_param.num_output == 16
    assert result.mended[:2] == [first, second]


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    def examine(net: LoadedNet) -> list[Diagnostic]:
        number = net.message.layer[1].convolution_param.num_output
        return [finding(Edit(1, "convolution_param.num_output", str(12 - number)))]

    result = fix(protogen.loads(NET, "net.prototxt"), examine, lambda net, found: found)
    assert result.net.message.layer[1].convolution_param.num_output in (4, 8)


def test_the_second_format_is_fixed_where_its_layers_are() -> None:
    text = 'input: "data"\ninput_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4\n'
    text += (
        'layers { name: "p" type: POOLING bottom: "data" top: "p"\n  pooling_param { stride: 2 } }'
    )
    edit = Edit(1, "pooling_param.round_mode", "FLOOR")  # layer 0 is the Input made of the fields
    assert mend(finding(edit), text=text).net.text == text.replace(
        "stride: 2", "stride: 2 round_mode: FLOOR"
    )
    assert mend(finding(Edit(0, "top", "x")), text=text).mended == []


def test_the_first_format_and_broken_text_are_not_touched() -> None:
    old = 'layers { layer { name: "p" type: "pool" stride: 2 } bottom: "data" top: "p" }'
    edit = Edit(0, "pooling_param.round_mode", "FLOOR")
    assert mend(finding(edit), text=old).net.text == old
    assert mend(finding(edit), text=NET + "layer {").mended == []


def test_what_the_schema_does_not_have_is_not_written() -> None:
    for edit in (Edit(1, "convolution_param.kernal", "3"), Edit(1, "name", None)):
        result = mend(finding(edit), after=())
        assert ("kernal" in result.net.text, len(result.mended)) == (False, edit.field == "name")
    assert mend(finding(Edit(1, "convolution_param.num_output", "many"))).mended == []
