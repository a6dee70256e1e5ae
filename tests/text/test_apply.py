"""A list of edits, made to a text and to a message alike."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from protogen import proto
from protogen.diagnostics import ProtogenError
from protogen.edits import Edit, EditError, delete, insert
from protogen.field_changes import apply
from protogen.proto.fields import is_repeated
from protogen.text import Document, read
from protogen.text import document as document_module
from tests.text.strategies import EXAMPLES, messages

NET = """\
# head
name: "n"
layer {  # one
  name: "a"; type: "Pooling"  # pool
  pooling_param { kernel_size: 2 }
}
# about b
layer { name: "b" bottom: "x", bottom: "y", top: "b" }

layer {
  # its name
  name: "c"
  convolution_param {
    pad: [1, 2, 3]  # pads
  }
}  # end
"""
A, B, C = ("layer", 0), ("layer", 1), ("layer", 2)
CONV = (*C, "convolution_param")


@pytest.mark.parametrize(
    ("changes", "replaced"),
    [
        # Paths name fields as they are before the edits.
        (
            [delete(A), delete(C), Edit((*B, "name"), "set", "bb")],
            [(NET[NET.index("layer {  # one") : NET.index("# about")], ""),
             (NET[NET.index("layer {\n  # its") :], ""), ('"b" bottom', '"bb" bottom')],
        ),
        # Several new fields of a message that does not exist make one message.
        (
            [Edit((*B, "pooling_param", "kernel_h"), "set", 2),
             Edit((*B, "pooling_param", "kernel_w"), "set", 3)],
            [('top: "b" }', 'top: "b" pooling_param { kernel_h: 2 kernel_w: 3 } }')],
        ),
        (
            [Edit((*C, "param", 0, "lr_mult"), "set", 1),
             Edit((*C, "param", 1, "lr_mult"), "set", 2),
             Edit((*C, "param", 0, "name"), "set", "w")],
            [("  }\n}  # end", '  }\n  param {\n    name: "w"\n    lr_mult: 1.0\n  }\n'
              "  param {\n    lr_mult: 2.0\n  }\n}  # end")],
        ),
        # Inserts at one place keep their order.
        (
            [insert(C, {"name": "p"}), insert(C, {"name": "q"}), insert(A, proto.LayerParameter())],
            [('top: "b" }', 'top: "b" }\nlayer {\n  name: "p"\n}\nlayer {\n  name: "q"\n}'),
             ("layer {  # one", "layer {\n}\nlayer {  # one")],
        ),
        # What is deleted and inserted in one place is replaced.
        (
            [delete((*B, "bottom")), insert((*B, "top", 0), "t"), delete((*B, "top", 0))],
            [('"b" bottom: "x", bottom: "y", top: "b"', '"b" top: "t"')],
        ),
        # Lists.
        (
            [delete((*CONV, "pad", 1)), insert((*CONV, "pad", 2), 9),
             Edit((*CONV, "pad", 0), "set", 8)],
            [("[1, 2, 3]", "[8, 9, 3]")],
        ),
        ([delete((*CONV, "pad", n)) for n in (1, 2)], [("[1, 2, 3]", "[1]")]),
        ([delete((*CONV, "pad", n)) for n in (0, 1, 2)],
         [("    pad: [1, 2, 3]  # pads\n", "")]),
        ([Edit((*CONV, "pad"), "set", [7])], [("[1, 2, 3]", "[7]")]),
        ([Edit((*CONV, "pad"), "set", [7] * 4)], [("[1, 2, 3]", "[7, 7, 7, 7]")]),
        ([delete((*CONV, "pad")), Edit((*CONV, "group"), "set", 2)],
         [("pad: [1, 2, 3]", "group: 2")]),
        ([Edit((*B, "bottom"), "set", ["z"])], [('bottom: "x", bottom: "y",', 'bottom: "z",')]),
        # A field that shares its line with others is taken out of it.
        ([delete((*A, "name"))], [('name: "a"; type', "type")]),
        ([delete((*A, "type"))], [('; type: "Pooling"', ";")]),
        ([delete((*A, "name")), delete((*A, "type"))],
         [('  name: "a"; type: "Pooling"  # pool\n', "")]),
        ([delete((*B, "bottom", 0)), delete((*B, "bottom", 1))],
         [(' bottom: "x", bottom: "y",', "")]),
        ([], []),
    ],
)  # fmt: skip
def test_only_what_is_named_changes(changes: list[Edit], replaced: list[tuple[str, str]]) -> None:
    expected = NET
    for old, new in replaced:
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    message = read(NET).message
    apply(message, changes)
    for newline in ("\n", "\r\n"):
        document = read(NET.replace("\n", newline))
        document.apply(changes)
        assert document.text == expected.replace("\n", newline)
        assert document.message == message
        assert not document.diagnostics


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        # A file of one line.
        ('layer{name:"a"}layer{name:"b"}', [insert(B, {"name": "c"})],
         'layer{name:"a"} layer { name: "c" } layer{name:"b"}'),
        ('layer{name:"a"}', [Edit((*A, "phase"), "set", "TEST"), Edit((*A, "top"), "set", ["t"])],
         'layer{name:"a" phase: TEST top: "t"}'),
        ('layer{name:"a"top:"t"}', [delete((*A, "name"))], 'layer{top:"t"}'),
        ('layer{name:"a"top:"t"type:"r"}', [insert((*A, "top", 1), "u")],
         'layer{name:"a"top:"t" top: "u" type:"r"}'),
        ('layer{name:"a"param{}type:"r"}', [delete((*A, "param"))], 'layer{name:"a"type:"r"}'),
        ('layer{name: "a" param{}type:"r"}', [delete((*A, "param"))], 'layer{name: "a" type:"r"}'),
        ("layer { relu_param {} }", [Edit((*A, "relu_param", "negative_slope"), "set", 6)],
         "layer { relu_param { negative_slope: 6.0 } }"),
        # A list of messages.
        ('layer [{ name: "a" }, { name: "b" }]', [delete(A), insert(C, {"name": "c"})],
         'layer [{ name: "b" }, { name: "c" }]'),
        ('layer [{ name: "a" }]', [delete(A)], ""),
        # Fields that the schema does not know stay, as do comments.
        ("layer {\n  odd: 3  # what?\n}\n", [Edit((*A, "name"), "set", "a")],
         'layer {\n  odd: 3  # what?\n  name: "a"\n}\n'),
        ("layer {\n  # nothing here\n}\n", [Edit((*A, "name"), "set", "a")],
         'layer {\n  # nothing here\n  name: "a"\n}\n'),
        ("# only this", [insert(A, {"name": "a"})], '# only this\nlayer {\n  name: "a"\n}\n'),
        ("layer { pad: [] convolution_param { pad: [] } }",
         [Edit((*A, "convolution_param", "pad"), "set", [1])],
         "layer { pad: [] convolution_param { pad: [] pad: 1 } }"),
        # A separator goes with its field, also from below a comment.
        ('layer {\n  name: "a" # c\n  , type: "t"\n}\n', [delete((*A, "name"))],
         'layer {\n  type: "t"\n}\n'),
        # All fields of a message go, and others come.
        ('layer {\n  name: "a"  # c\n}\n', [delete((*A, "name")), Edit((*A, "type"), "set", "t")],
         'layer {\n  type: "t"  # c\n}\n'),
        # A "#" in a string begins no comment.
        ('layer { name: "a" type: "t" }', [Edit((*A, "name"), "set", "#")],
         'layer { name: "#" type: "t" }'),
        # Characters that Python takes for line breaks, and protobuf does not.
        ('name: "a"\n', [Edit(("name",), "set", "\x85\u2028")], 'name: "\x85\u2028"\n'),
        # A field that is given twice is an error; a new value ends that.
        ('name: "a"\nname: "b"\n', [Edit(("name",), "set", "c")], 'name: "c"\n'),
    ],
)  # fmt: skip
def test_layouts(text: str, changes: list[Edit], expected: str) -> None:
    document = read(text)
    document.apply(changes)
    assert document.text == expected
    assert [d for d in document.diagnostics if d.name not in ("unknown-field", "empty-file")] == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ([delete(B), Edit((*B, "name"), "set", "x")], "overlaps another edit"),
        ([Edit((*B, "name"), "set", "x"), Edit(("layer",), "set", [])], "overlaps another edit"),
        ([delete(B), Edit(B, "set", {})], "changed twice"),
        ([Edit((*A, "name"), "set", "x"), delete((*A, "top", 0))], "does not exist"),
        ([Edit(("layer", 3), "set", {}), Edit(("layer", 5), "set", {})], "layer.5.: does not"),
        ([delete((*B, "pooling_param", "pad"))], "is not set"),
    ],
)  # fmt: skip
def test_a_list_with_an_impossible_edit_changes_nothing(changes: list[Edit], why: str) -> None:
    document = read(NET)
    message = document.message
    before = message.SerializeToString()
    with pytest.raises(ProtogenError, match=why) as caught:
        document.apply(changes)
    assert caught.value.diagnostics[0].name == "impossible-edit"
    assert (document.text, document.message) == (NET, message)
    assert message.SerializeToString() == before
    with pytest.raises(EditError, match=why):
        apply(message, changes)
    assert message.SerializeToString() == before


def test_the_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document, readings = read('layer { name: "a" }\n' * 50), []
    parse = document_module.parse

    def counted(*arguments: Any) -> Any:
        readings.append(arguments)
        return parse(*arguments)

    monkeypatch.setattr(document_module, "parse", counted)
    document.apply(
        change
        for n in range(50)
        for change in (
            Edit(("layer", n, "phase"), "set", "TEST"),
            insert(("layer", n), {"name": "new"}),
        )
    )
    assert len(readings) == 1
    assert len(document.message.layer) == 100


# -- random lists of edits

STRINGS = ["a", "", "#", 'q"\n\u00e9', "a b"]


def some_value(field: Any, chance: random.Random, depth: int = 0) -> Any:
    """A value of a field; now and then one of another type."""
    if not chance.randrange(60):
        return chance.choice(["x", 3, None, {"nme": 1}, b"\xff", 2**70])
    if field.message_type is not None:
        names = chance.choices(list(field.message_type.fields), k=0 if depth > 1 else 2)
        return {inner.name: some_field(inner, chance, depth + 1) for inner in names}
    if field.enum_type is not None:
        return chance.choice(list(field.enum_type.values_by_name))
    if field.cpp_type == field.CPPTYPE_STRING:
        return chance.choice(STRINGS)
    if field.cpp_type == field.CPPTYPE_BOOL:
        return chance.random() < 0.5
    floats = (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE)
    return chance.choice([0.1, 2, -1e30] if field.cpp_type in floats else [0, 1, 7])


def some_field(field: Any, chance: random.Random, depth: int = 0) -> Any:
    if not is_repeated(field):
        return some_value(field, chance, depth)
    return [some_value(field, chance, depth) for _ in range(chance.randrange(3))]


def some_edit(message: Any, chance: random.Random) -> Edit:
    """An edit of a message, mostly of fields that it has, and mostly a possible one."""
    path: list[str | int] = []
    while True:
        present = [field for field, _ in message.ListFields()]
        known = present if present and chance.randrange(4) else message.DESCRIPTOR.fields
        field = chance.choice(list(known))
        path.append(field.name)
        value = getattr(message, field.name)
        if is_repeated(field):
            if not chance.randrange(6):
                break
            index = chance.randrange(len(value) + 1 + (not chance.randrange(20)))
            path.append(index)
            inside = field.message_type and index < len(value)
            value = value[index] if inside else None
        if field.message_type is None or value is None or not chance.randrange(3):
            break
        message = value
    action = chance.choice(["set", "set", "insert", "delete", "delete"])
    if action == "insert" and isinstance(path[-1], str) and chance.randrange(20):
        action = "set"
    if action == "delete":
        return delete(tuple(path))
    whole = isinstance(path[-1], str)
    return Edit(tuple(path), action, (some_field if whole else some_value)(field, chance))  # type: ignore[arg-type]


def contents(message: Any) -> bytes:
    return bytes(message.SerializePartialToString(deterministic=True))


def is_readable(document: Document) -> bool:
    return all(d.name in ("unknown-field", "not-utf8", "empty-file") for d in document.diagnostics)


def lasting_comments(document: Document, changes: list[Edit]) -> Counter[str]:
    """The comments outside of all fields that are set or deleted, and not on the last line of one.

    Between the elements of a list, comments may go with an element.
    """
    spans = []
    for edit in changes:
        if edit.action != "insert":
            *around, last = edit.path
            name = edit.path if isinstance(last, str) else tuple(around)
            holder = document.span(name[:-1]) if name[:-1] else None
            block = holder.block if holder else document.tree
            spans += [entry[1:3] for entry in block.entries if entry[0] == name[-1]]
    text = document.text
    last_lines = {text.count("\n", 0, end) for _, end in spans}
    return Counter(
        comment.text
        for comment in document.comments
        if not any(start <= comment.start < end for start, end in spans)
        and text.count("\n", 0, comment.start) not in last_lines
    )


@st.composite
def documents(draw: st.DrawFn) -> str:
    return draw(messages(proto.NetParameter.DESCRIPTOR, 0)) + draw(st.sampled_from(["", NET]))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.integers(0, 2**32))
def test_text_and_message_change_alike(text: str, seed: int) -> None:
    document, chance = read(text), random.Random(seed)
    if not is_readable(document):
        return
    changes = [some_edit(document.message, chance) for _ in range(chance.randrange(6))]
    note(text)
    note(str(changes))
    expected = proto.NetParameter()
    expected.CopyFrom(document.message)
    lasting = lasting_comments(document, changes)
    error = why_impossible(expected, changes)
    event(f"edits are possible: {not error}")
    if error:
        with pytest.raises(ProtogenError, match=re.escape(error)):
            document.apply(changes)
        assert document.text == text
        return
    document.apply(changes)
    note(document.text)
    assert contents(document.message) == contents(expected)
    assert contents(read(document.text).message) == contents(expected)
    assert not set(names(document)) - {*names(read(text)), "missing-required-field", "empty-file"}
    assert not lasting - Counter(comment.text for comment in document.comments)


def why_impossible(message: Any, changes: list[Edit]) -> str:
    """Make the edits to a message; what is wrong with them, if they cannot be made."""
    try:
        apply(message, changes)
    except EditError as error:
        return str(error)
    return ""


def names(document: Document) -> list[str]:
    return [diagnostic.name for diagnostic in document.diagnostics]
