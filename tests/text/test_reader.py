"""Places, diagnostics and recovery."""

from __future__ import annotations

import pytest

from protogen import proto
from protogen.diagnostics import Location, Severity
from protogen.text import Document, excerpt, read

NET = """\
name: "n"
layer {
  name: "c1"
  convolution_param { kernel_size: 3 kernel_size: 5 pad: [1, 2] stride: 1 }
}
layer < name: "c2" param [{ lr_mult: 1 }, { lr_mult: 2 }]
  convolution_param { kernel_size: 3 kernel_size: 5 pad: [1, 2] stride: 1 }
>
future_param { depth: 4 names: ["a", "b"] }
"""


def written(document: Document, *path: str | int) -> str:
    span = document.span(path)
    assert span is not None
    return document.text[span.start : span.end]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("name",), 'name: "n"'),
        (("layer", 0, "name"), 'name: "c1"'),
        (("layer", 0, "convolution_param", "kernel_size", 1), "kernel_size: 5"),
        (("layer", 0, "convolution_param", "pad", 1), "2"),
        (("layer", 1, "convolution_param", "kernel_size", 0), "kernel_size: 3"),
        (("layer", 1, "convolution_param", "stride", 0), "stride: 1"),
        (("layer", 1, "param", 1), "{ lr_mult: 2 }"),
        (("layer", 1, "param", 1, "lr_mult"), "lr_mult: 2"),
        (("future_param", "depth"), "depth: 4"),
        (("future_param", 0, "names", 1), '"b"'),
    ],
)
def test_span_is_name_through_value(path: tuple[str | int, ...], text: str) -> None:
    assert written(read(NET), *path) == text


def test_blocks_of_one_wording_have_places_of_their_own() -> None:
    block = 'layer { name: "x" pooling_param { pool: MAX kernel_size: 2 } }\n'
    document = read(block * 40)
    for index in range(40):
        place = document.locate(("layer", index, "pooling_param", "kernel_size"))
        assert place == Location("<text>", index + 1, 45, index + 1, 59)


LAYERS = """\
layer { name: "a" type: "Convolution" bottom: "data" top: "a" convolution_param {
  num_output: 2 weight_filler { type: "xavier" } bias_filler { type: "constant" value: 1 } } }
layer { name: "" type: "Convolution" bottom: "a" top: "longer/name" convolution_param {
  num_output: 2 weight_filler { type: "msra" } bias_filler { type: "constant" value: 1 } } }
layer { name: "c" type: "Convolution" bottom: "é" top: "c" convolution_param {
  num_output: 2 weight_filler { type: "xavier" } bias_filler { type: "gaussian" value: 1 } } }
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("layer", 1, "top", 0), 'top: "longer/name"'),
        (("layer", 1, "convolution_param", "weight_filler", "type"), 'type: "msra"'),
        (("layer", 1, "convolution_param", "bias_filler", "value"), "value: 1"),
        (("layer", 2, "name"), 'name: "c"'),
        (("layer", 2, "bottom", 0), 'bottom: "é"'),
        (("layer", 2, "convolution_param", "bias_filler"), '{ type: "gaussian" value: 1 }'),
    ],
)
def test_layers_that_differ_in_their_strings_have_places_of_their_own(
    path: tuple[str | int, ...], text: str
) -> None:
    assert written(read(LAYERS), *path).endswith(text)


def test_layers_that_differ_in_their_strings_have_values_of_their_own() -> None:
    second, third = read(LAYERS).message.layer[1:]
    assert (second.name, second.bottom, second.top) == ("", ["a"], ["longer/name"])
    assert second.convolution_param.weight_filler.type == "msra"
    assert (third.name, third.bottom, third.top) == ("c", ["é"], ["c"])
    assert third.convolution_param.bias_filler.type == "gaussian"


@pytest.mark.parametrize(
    "layer",
    [
        'layer { name: "a" "b" type: "c" }',
        'layer { name: "a" include { stage: "b" } name: "c" }',
        'layer { name: "a" future: "b" }',
    ],
)
def test_what_cannot_be_filled_in_is_read_in_place(layer: str) -> None:
    alone, thrice = read(layer), read("\n".join([layer] * 3))
    assert list(thrice.message.layer) == list(alone.message.layer) * 3
    assert len(thrice.diagnostics) == 3 * len(alone.diagnostics)


def test_locate_counts_lines_and_columns_from_one_and_ends_behind_the_value() -> None:
    document = read(NET, filename="a.prototxt")
    assert document.locate(("name",)) == Location("a.prototxt", 1, 1, 1, 10)
    assert document.locate(("layer", 0)) == Location("a.prototxt", 2, 1, 5, 2)


def test_locate_a_field_that_is_not_written_gives_the_message_around_it() -> None:
    document = read(NET)
    assert document.locate(("layer", 0, "pooling_param", "pool")) == document.locate(("layer", 0))
    assert document.span(("layer", 0, "pooling_param")) is None
    assert document.locate(("layer", 7)) is None


def test_unknown_fields_are_kept_and_reported_once() -> None:
    document = read(NET)
    (found,) = document.diagnostics
    assert (found.severity, found.code, found.name) == (Severity.ERROR, "T110", "unknown-field")
    assert found.message == 'NetParameter has no field "future_param"'
    assert found.location == Location("<text>", 9, 1, 9, 13)
    assert [layer.name for layer in document.message.layer] == ["c1", "c2"]


def said(text: str, kind: object = proto.NetParameter) -> list[str]:
    return [str(found).removeprefix("<text>:") for found in read(text, kind).diagnostics]


def test_a_typing_error_has_a_hint() -> None:
    assert said('layer {\n  name: "a"\n  type: "Pooling"\n  poling_param { pool: MAX }\n}') == [
        '4:3: error[T110] layer "a" (Pooling): LayerParameter has no field "poling_param"\n'
        '  hint:  did you mean "pooling_param"?'
    ]
    (found,) = said("layer { pooling_param { pool: MAXX } }")
    assert 'hint:  did you mean "MAX"?' in found


def test_reading_goes_on_behind_each_error() -> None:
    text = """\
layer {
  name "a"
  type: Pooling
  pooling_param { pool = AVE kernel_size: stride: -2 pad: 1.5 }
  top: "t
  bottom: 'b'
}
}
layer { name: "z" }
"""
    document = read(text)
    places = [(d.location.line, d.location.column, d.name) for d in document.diagnostics]  # type: ignore[union-attr]
    assert places == [
        (2, 3, "syntax"),
        (3, 9, "wrong-value-type"),
        (4, 19, "syntax"),
        (4, 43, "syntax"),
        (4, 51, "out-of-range"),
        (4, 59, "wrong-value-type"),
        (5, 8, "unterminated-string"),
        (8, 1, "stray-brace"),
    ]
    first, last = document.message.layer
    assert (first.name, list(first.bottom), last.name) == ("a", ["b"], "z")
    assert first.pooling_param.pool == proto.PoolingParameter.AVE


def test_a_forgotten_brace_is_one_error() -> None:
    layers = "".join(f'layer {{\n  name: "l{n}"\n  top: "t"\n}}\n' for n in range(500))
    broken = layers.replace('  top: "t"\n}\n', '  top: "t"\n', 1)
    (found,) = read(broken).diagnostics
    assert (found.name, found.location) == ("unclosed-brace", Location("<text>", 1, 7, 1, 8))
    assert len(read(broken).message.layer) == 500


def test_an_unclosed_brace_at_the_end_of_a_long_file_says_where_it_was_opened() -> None:
    layers = "".join(f'layer {{\n  name: "l{n}"\n}}\n' for n in range(3333))
    (found,) = said(layers[:-2])
    assert found == (
        '9997:7: error[T102] layer "l3332": "{" of "layer" is never closed\n'
        '  hint:  add "}" where "layer" ends'
    )


def test_missing_required_fields_name_their_message() -> None:
    assert said("layer {\n  clip_param { min: 1 }\n}") == [
        '2:3: error[T112] "clip_param" lacks the required field "max"\n  hint:  add "max: ..."'
    ]


def test_the_second_value_of_a_field_that_takes_one_is_left_out() -> None:
    document = read('name: "a"\nname: "b"\nstate { level: 1 }\nstate { level: 2 }')
    assert document.message.name == "a"
    assert document.message.state.level == 1
    assert [d.location.line for d in document.diagnostics] == [2, 4]  # type: ignore[union-attr]


def test_the_type_of_an_old_layer_is_named() -> None:
    (found,) = said('layers { name: "a" type: CONVOLUTION blobs_lr: x }')
    assert found.startswith(
        '1:48: error[T107] layer "a" (CONVOLUTION): "blobs_lr": expected a number, got x'
    )


def test_excerpt_shows_the_line_and_a_caret() -> None:
    document = read("layer {\n\tname: 3\n}")
    place = document.diagnostics[0].location
    assert place is not None
    assert excerpt(document.text, place) == "\tname: 3\n\t      ^"
    assert excerpt("a", Location("f")) == ""
    escaped = excerpt("\ta\x1bb\u202ec\td", Location("f", 1, 4, 1, 6))
    assert escaped == "\ta\\x1bb\\u202ec\td\n\t     ^^^^^^^"
    assert excerpt("a", Location("f", 9, 1)) == ""
