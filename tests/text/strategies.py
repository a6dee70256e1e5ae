"""Texts of nets drawn at random: valid ones, and broken ones."""

from __future__ import annotations

import os
import re
from typing import Any

from hypothesis import strategies as st

from protogen import proto

EXAMPLES = int(os.environ.get("PROTOGEN_FUZZ", "300"))

COMMON = ["layer", "name", "type", "top", "bottom", "convolution_param", "kernel_size", "pool",
          "num_output", "param", "lr_mult", "weight_filler", "dim", "shape", "input_shape", "phase",
          "include", "clip_param", "input", "blobs", "data", "transform_param"]  # fmt: skip
GAPS = st.sampled_from([" ", " ", " ", "\n", "\n  ", "", "\t", " # note: {\n", "\r\n", "#\n\n"])
WORDS = ["0", "1", "2", "-1", "3.5", ".5", "1.", "1e3", "1.5f", "true", "false", "t", "True",
         "inf", "-inf", "nan", "4294967295", "4294967296", "-2147483648", "9223372036854775808",
         "MAX", "AVE", "TEST", "TRAIN", "FAN_IN", "abc", "1e400", "-0", "3f", "0x1F", "017",
         "1a", "1.2.3", "infinity"]  # fmt: skip
STRINGS = ['"conv1"', "'conv1'", '""', '"a" "b"', '"a"\n"b"', r'"\n\101\x41"', '"#{}"', "'\"'",
           '"\u00e9"', r'"\u00e9\U0001F600"', '"a"#c\n\'b\'']  # fmt: skip
BREAKS = ["{", "}", "<", ">", "[", "]", ":", ",", ";", '"', "'", "#", "\n", "=", "-", "layer",
          "name", "1", "x", "?", "dim: 1", "}}", "{}", "..", "//", ": :"]  # fmt: skip


@st.composite
def values(draw: st.DrawFn, field: Any, depth: int) -> str:
    """A value of a field, usually one of its type."""
    if field.message_type is not None and draw(st.integers(0, 30)):
        return draw(messages(field.message_type, depth + 1))
    if field.enum_type is not None and draw(st.integers(0, 3)):
        value = draw(st.sampled_from(list(field.enum_type.values)))
        return draw(st.sampled_from([value.name, str(value.number)]))
    if field.cpp_type == field.CPPTYPE_STRING and draw(st.integers(0, 15)):
        return draw(st.sampled_from(STRINGS))
    if field.cpp_type == field.CPPTYPE_BOOL and draw(st.integers(0, 5)):
        return draw(st.sampled_from(["true", "false", "True", "False", "t", "f", "0", "1"]))
    likely = st.sampled_from(WORDS[:4] if draw(st.integers(0, 4)) else WORDS)
    return draw(likely) if draw(st.integers(0, 20)) else draw(st.sampled_from(STRINGS))


@st.composite
def fields(draw: st.DrawFn, descriptor: Any, depth: int) -> str:
    """A field of a message."""
    likely = [name for name in COMMON if name in descriptor.fields_by_name]
    names = likely if likely and draw(st.booleans()) else list(descriptor.fields_by_name)
    name = draw(st.sampled_from(names))
    field = descriptor.fields_by_name[name]
    if depth > 3 and field.message_type is not None:
        return ""
    colon = "" if field.message_type is not None and draw(st.integers(0, 3)) else ":"
    name = name if draw(st.integers(0, 40)) else draw(st.sampled_from(["foo", "nam", "Layer"]))
    value = draw(values(field, depth))
    if not draw(st.integers(0, 6)):
        gap = draw(GAPS)
        listed = [draw(values(field, depth)) for _ in range(draw(st.integers(0, 3)))]
        value = f"[{gap}{f'{gap},'.join(listed)}{gap}]"
    end = draw(st.sampled_from(["", "", "", "", "", ";", ","]))
    return f"{name}{draw(GAPS)}{colon}{draw(GAPS)}{value}{draw(GAPS)}{end}"


@st.composite
def messages(draw: st.DrawFn, descriptor: Any, depth: int) -> str:
    """A message in its braces; at depth 0 without them."""
    count = draw(st.integers(0, 5 if depth < 2 else 3))
    inside = "".join(draw(fields(descriptor, depth)) + draw(GAPS) + "\n" for _ in range(count))
    if not depth:
        return draw(GAPS) + inside
    first, last = draw(st.sampled_from([("{", "}"), ("{", "}"), ("{\n", "}"), ("<", ">")]))
    return f"{first}{draw(GAPS)}{inside}{last}"


PARTS = [f"{field}: @" for field in ("name", "type", "bottom", "bottom", "top", "future")]
PARTS += ["name: @ @", "convolution_param { kernel_size: 3 weight_filler { type: @ std: .1 } }",
          "include { stage: @ }", "param { name: @ lr_mult: 1 }", "param { lr_mult: 1 }",
          "dummy_data_param { data_filler { type: @ } data_filler { value: inf } }",
          "phase: @", "phase: TEST", "type: @ # note", "top: [@, @]", "exclude: { stage: @ };",
          "python_param { module: @ } future { name: @ }", "blobs { data: 1 data: 2 }"]  # fmt: skip
NAMES = ['"a"', '"longer/name"', '""', '"\u00e9"', *STRINGS]


@st.composite
def recurring(draw: st.DrawFn) -> str:
    """Layers in the same words, save for their strings."""
    parts = draw(st.lists(st.sampled_from(PARTS), max_size=7))
    words = draw(st.sampled_from(["", " ", "\n  "])).join(["layer {", *parts, "}\n"])
    names = st.sampled_from(NAMES[:4] if draw(st.booleans()) else NAMES)
    return "".join(
        re.sub("@", lambda _: draw(names), words) for _ in range(draw(st.integers(2, 5)))
    )


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A net; one in two with a few mistakes in it, one in four with layers that recur."""
    text = draw(messages(proto.NetParameter.DESCRIPTOR, 0))
    if not draw(st.integers(0, 3)):
        text += draw(recurring())
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 1, 3]))
        text = text[:at] + draw(st.sampled_from(["", *BREAKS])) + text[at + cut :]
    return text
