"""Edits change the text of what they are about, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from protogen import proto
from protogen.diagnostics import ProtogenError
from protogen.edits import delete
from protogen.text import read
from tests.conftest import conformance_nets

NET = """\
# a net
name :  'n'   # its name
layer {
  name: "c"  # c
  convolution_param { kernel_size: 3 pad: [1, 2] }

}
layer { name: "d" type: "ReLU" }
"""
CONV = ("layer", 0, "convolution_param")


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("name",), "m", "'n'", '"m"'),
        (("name",), 'a"\n\u00e9', "'n'", '"a\\"\\n\u00e9"'),
        ((*CONV, "kernel_size", 0), 5, "kernel_size: 3", "kernel_size: 5"),
        ((*CONV, "kernel_size", 1), 5, "kernel_size: 3 pad", "kernel_size: 3 kernel_size: 5 pad"),
        ((*CONV, "pad", 1), 7, "[1, 2]", "[1, 7]"),
        ((*CONV, "pad", 2), 7, "[1, 2]", "[1, 2, 7]"),
        ((*CONV, "bias_term"), False, "2] }", "2] bias_term: false }"),
        ((*CONV, "weight_filler", "std"), 0.1, "2] }", "2] weight_filler { std: 0.1 } }"),
        (("layer", 0, "phase"), "TEST", "2] }\n", "2] }\n  phase: TEST\n"),
        (("layer", 0, "phase"), 1, "2] }\n", "2] }\n  phase: TEST\n"),
        (("layer", 1, "param", 0), {"lr_mult": 2}, '"ReLU" }', '"ReLU" param { lr_mult: 2.0 } }'),
        (("layer", 2, "name"), "e", '"ReLU" }\n', '"ReLU" }\nlayer {\n  name: "e"\n}\n'),
        (
            ("layer", 1),
            {"name": "e"},
            'layer { name: "d" type: "ReLU" }',
            'layer {\n  name: "e"\n}',
        ),
        (("force_backward",), True, '"ReLU" }\n', '"ReLU" }\nforce_backward: true\n'),
    ],
)
def test_set(path: tuple[str | int, ...], value: Any, old: str, new: str) -> None:
    document = read(NET)
    document.set(path, value)
    assert document.text == NET.replace(old, new)
    assert not document.diagnostics


def test_set_fills_the_message_again() -> None:
    document = read(NET)
    document.set((*CONV, "kernel_size", 0), 11)
    assert list(document.message.layer[0].convolution_param.kernel_size) == [11]
    assert document.locate((*CONV, "pad", 0)) != read(NET).locate((*CONV, "pad", 0))


def test_update_sets_several_fields() -> None:
    document = read(NET)
    document.update(
        {
            ("name",): "m",
            (*CONV, "weight_filler", "type"): "xavier",
            (*CONV, "weight_filler", "std"): 2,
            ("layer", 1, "name"): "dd",
        }
    )
    expected = NET.replace("'n'", '"m"').replace('"d"', '"dd"')
    assert document.text == expected.replace(
        "2] }", '2] weight_filler { type: "xavier" std: 2.0 } }'
    )
    with pytest.raises(ProtogenError, match="overlaps another edit in the same list"):
        document.update({("layer", 1): {"name": "x"}, ("layer", 1, "name"): "y"})


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (("name",), "name :  'n'   # its name\n", ""),
        (("layer", 0, "name"), '  name: "c"  # c\n', ""),
        ((*CONV, "kernel_size", 0), "kernel_size: 3 ", ""),
        ((*CONV, "pad", 0), "[1, 2]", "[2]"),
        ((*CONV, "pad", 1), "[1, 2]", "[1]"),
        (("layer", 1), 'layer { name: "d" type: "ReLU" }\n', ""),
        (("layer", 1, "type"), 'type: "ReLU" ', ""),
    ],
)
def test_delete(path: tuple[str | int, ...], old: str, new: str) -> None:
    document = read(NET)
    document.delete(path)
    assert document.text == NET.replace(old, new)


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("layer", 0), {"name": "a"}, "layer {\n", 'layer {\n  name: "a"\n}\nlayer {\n'),
        (("layer", 1), {"name": "a"}, "layer { name", 'layer {\n  name: "a"\n}\nlayer { name'),
        (("layer", 2), {"name": "a"}, '"ReLU" }\n', '"ReLU" }\nlayer {\n  name: "a"\n}\n'),
        ((*CONV, "pad", 0), 9, "[1,", "[9, 1,"),
        ((*CONV, "pad", 1), 9, "[1,", "[1, 9,"),
        ((*CONV, "kernel_size", 0), 9, "kernel_size: 3", "kernel_size: 9 kernel_size: 3"),
    ],
)  # fmt: skip
def test_insert(path: tuple[str | int, ...], value: Any, old: str, new: str) -> None:
    document = read(NET)
    document.insert(path, value)
    assert document.text == NET.replace(old, new)


def test_edits_of_an_empty_file_and_an_empty_message() -> None:
    document = read("")
    document.set(("name",), "x")
    document.set(("layer", 0, "name"), "q")
    assert document.text == 'name: "x"\nlayer {\n  name: "q"\n}\n'
    document = read("layer {}\r\n")
    document.set(("layer", 0, "name"), "x")
    assert document.text == 'layer {\r\n  name: "x"\r\n}\r\n'


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("layer", 0, "nme"), "x", r'layer\[0\].nme: LayerParameter has no field "nme"$'),
        (("layer", 0, "name"), 3, "expected a string, got 3$"),
        (("layer", 0, "name"), None, "expected a string, got None$"),
        (("layer", 0, "name", "x"), "x", '"name" is not a message$'),
        (("layer", 0, "name", 0), "x", '"name" is not a repeated field$'),
        (("layer", "name"), "x", '"layer" is a repeated field and needs an index$'),
        (("layer", 4, "name"), "x", 'does not exist: "layer" has 2 elements$'),
        (("layer", -1, "name"), "x", 'does not exist: "layer" has 2 elements$'),
        (("layer", 0, "phase"), "TRAINING", "expected one of TRAIN, TEST.*, got 'TRAINING'$"),
        (("layer", 2), {"nme": 3}, r'layer\[2\]: not a valid LayerParameter: .*"nme"'),
        (("layer", 2), 3, r"layer\[2\]: expected a message, got 3$"),
        ((*CONV, "pad"), 3, "expected a list, got 3$"),
    ],
)
def test_edits_that_cannot_be(path: tuple[str | int, ...], value: Any, why: str) -> None:
    document = read(NET)
    with pytest.raises(ProtogenError, match=why):
        document.set(path, value)
    assert document.text == NET


def test_only_elements_are_inserted_and_only_what_is_there_is_deleted() -> None:
    document = read(NET)
    with pytest.raises(ProtogenError, match=r'name: "name" is not a repeated field$'):
        document.insert(("name",), "x")
    with pytest.raises(ProtogenError, match=r"layer: an insert needs the index of an element$"):
        document.insert(("layer",), {"name": "x"})
    with pytest.raises(ProtogenError, match=r"layer\[0\].type: is not set$"):
        document.delete(("layer", 0, "type"))
    with pytest.raises(ProtogenError, match=r'layer\[2\]: does not exist: "layer" has 2 elements$'):
        document.delete(("layer", 2))


def test_a_file_that_is_not_text_is_not_edited() -> None:
    document = read(b"\x1f\x8b\x08\x00\x00\x00\x00\x00")
    with pytest.raises(ProtogenError, match="expected a prototxt, got a gzip archive"):
        document.set(("name",), "x")


@pytest.mark.parametrize("path", conformance_nets()[::9], ids=lambda path: path.name)
def test_a_new_name_changes_the_name_alone_in_real_files(path: Any) -> None:
    document = read(path.read_bytes(), proto.NetParameter)
    before, span = document.text, document.span(("layer", 0, "name"))
    if span is None:
        pytest.skip("no layer with a name in this file")
    document.set(("layer", 0, "name"), "renamed")
    start = before.rindex(before[span.start : span.end], 0, span.end)
    assert document.text.startswith(before[:start] + "name")
    assert document.text.endswith(before[span.end :])
    assert document.message.layer[0].name == "renamed"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_comments_that_suppress_findings_go_with_what_they_are_about(newline: str) -> None:
    text = newline.join(
        [
            'layer { name: "a" }',
            "# stays",
            "# protogen: ignore[G201]",
            "  # protogen: ignore",
            'layer { name: "b" } # protogen: ignore',
            "# protogen: ignore-file",
            'layer { name: "c" }',
            "",
        ]
    )
    document = read(text)
    document.apply([delete(("layer", 1)), delete(("layer", 2))])
    assert document.text.split(newline) == [
        'layer { name: "a" }',
        "# stays",
        "# protogen: ignore-file",
        "",
    ]
