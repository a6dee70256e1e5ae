"""Texts of nets with something changed at random: what an editor, a merge or an attacker leaves.

A mutation knows the structure of the text: its tokens, its layers, the fields of the schema and the
names in the net. `mutated` depends on its seed alone, so that a failure can be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from protogen import proto
from protogen.checks import all_rules
from protogen.text import read

__all__ = ["mutated", "seeds"]

_Mutation = Callable[[Random, str], str]

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[A-Za-z_]\w*|-?[\d.]+|#[^\n]*|\S')

NUMBERS = ["0", "1", "2", "3", "7", "-1", "-0", "255", "65536", "2147483647", "2147483648",
           "4294967295", "4294967296", "-2147483648", "9223372036854775807", "9" * 70,
           "18446744073709551616", "1e400", "-1e400", "nan", "inf", "0.5", "1e-50", "007", "0x10",
           "1.5f"]  # fmt: skip

STRINGS = [
    '""',
    '"data"',
    '"label"',
    r'"\377"',
    r'"a\nb"',
    r'"\033]0;title\007"',
    r'"\342\200\256desrever"',
    r'"\n::error::forged"',
    '"é漢😀"',
    '"]]>&<script>\'"',
    '"%0A,:"',
    '"a/b/../c"',
    '"/proc/self/environ"',
    '"."',
    '"[bold]x[/bold]"',
    r'"\000"',
    '"' + "long_name/" * 60 + '"',
]

WORDS = ["MAX", "AVE", "STOCHASTIC", "TEST", "TRAIN", "true", "false", "SUM", "PROD", "FLOOR",
         "CEIL", "LMDB", "NORM_REGION", "FAN_IN", "CONVOLUTION", "POOLING", "RELU", "DATA",
         "unknown_word"]  # fmt: skip

JUNK = [*"{}<>[]:;,\"'#\\", "\ufeff", "\x00", "\x1b[31m", "\u2028", "\ud800", "：", "{ {", "} }"]

COMMENTS = ["# protogen: ignore", "# protogen: ignore[S]", "# protogen: ignore[P101, T110]",
            "# protogen: ignore-file[G]", "# protogen: nonsense", "# \x1b[2J \u202e"]  # fmt: skip

#: Layers and fields for the net, in several formats.
LAYERS = [
    'layer { name: "extra" type: "ReLU" bottom: "data" top: "data" }',
    'layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "pool" top: "sum" }',
    'layer { name: "crop" type: "Crop" bottom: "data" bottom: "pool" top: "crop" }',
    'layer { name: "p" type: "Pooling" bottom: "data" top: "p"'
    " pooling_param { kernel_size: 1 stride: 4 } }",
    'layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" param { lr_mult: 1 } }',
    'layer { name: "images" type: "ImageData" top: "images" top: "l" image_data_param'
    ' { source: "/proc/self/environ" batch_size: 2 } }',
    'layer { name: "h5" type: "HDF5Data" top: "h5" hdf5_data_param { source: "/dev/zero" } }',
    'layer { name: "code" type: "Python" bottom: "data" top: "code" }',
    'layers { name: "old" type: RELU bottom: "data" top: "data" }',
    'layers { layer { name: "older" type: "relu" } bottom: "data" top: "older" }',
    'layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "data" top: "padded" }',
    'input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8',
    'input: "other" input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }',
    "force_backward: true",
    'state { phase: TEST level: -1 stage: "a" }',
]


@cache
def seeds() -> tuple[str, ...]:
    """Nets to begin with: the examples of all rules, which have every finding and every fix."""
    texts = []
    for rule in all_rules():
        texts += [rule.bad, rule.good or rule.fixed]
    return tuple(dict.fromkeys(filter(None, texts)))


def mutated(seed: int) -> str:
    """A net with one to six things changed."""
    random = Random(seed)
    if random.random() < 0.15:
        return _extreme_windows(random)
    text = random.choice(seeds())
    if random.random() < 0.2:
        text += "\n" + random.choice(seeds())
    for _ in range(random.randint(1, 6)):
        text = random.choice(_MUTATIONS)(random, text)
    return text[:20_000]


#: Sizes, and numbers at the ends of what their fields can hold.
_SIZES = [1, 2, 15, 16, 300, 40_000]
_EXTREMES = [1, 2, 3, 7, 15, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]


def _extreme_windows(random: Random) -> str:
    """Two windows that meet in a join: explanations and fixes compute with their numbers."""
    height, width = random.choice(_SIZES), random.choice(_SIZES)
    shape = f"shape {{ dim: [1, 4, {height}, {width}] }}"
    lines = [f'layer {{ name: "d" type: "Input" top: "d" input_param {{ {shape} }} }}']
    for name in "ab":
        kind = random.choice(("Pooling", "Convolution", "Deconvolution"))
        chosen = {"kernel_size": random.choice((1, 2, 3))}
        for field in random.sample(("kernel_size", "stride", "pad"), random.randint(1, 3)):
            chosen[field] = random.choice(_EXTREMES)
        if kind != "Pooling":
            chosen["num_output"] = random.choice((4, 4, 8, 2**32 - 1))
        message = "pooling_param" if kind == "Pooling" else "convolution_param"
        fields = " ".join(f"{field}: {value}" for field, value in chosen.items())
        lines.append(
            f'layer {{ name: "{name}" type: "{kind}" bottom: "d" top: "{name}"'
            f" {message} {{ {fields} }} }}"
        )
    bottoms = f'bottom: "{random.choice("ad")}" bottom: "{random.choice("bd")}"'
    kind = random.choice(("Eltwise", "Concat", "Crop"))
    lines.append(f'layer {{ name: "j" type: "{kind}" {bottoms} top: "j" }}')
    return "\n".join(lines)


def _replace_token(random: Random, text: str) -> str:
    tokens = list(_TOKEN.finditer(text))
    if not tokens:
        return text
    token = random.choice(tokens)
    return text[: token.start()] + _other(random, token[0], text) + text[token.end() :]


def _other(random: Random, token: str, text: str) -> str:
    """Another token, usually of the same kind."""
    if random.random() < 0.1:
        return random.choice([*NUMBERS, *STRINGS, *WORDS, *JUNK, ""])
    if token[0] in "\"'":
        names = re.findall(r'"[^"\n]*"', text)
        return random.choice(names if names and random.random() < 0.6 else STRINGS)
    if token[0].isdigit() or token[0] == "-":
        return random.choice(NUMBERS)
    if token.isupper() or token in ("true", "false"):
        return random.choice(WORDS)
    if token.isidentifier():
        return random.choice(_names_of_fields())
    return random.choice(JUNK)


@cache
def _names_of_fields() -> list[str]:
    names = []
    for message in ("LayerParameter", "NetParameter", "PoolingParameter", "ConvolutionParameter"):
        names += [field.name for field in _descriptor(message).fields]
    return names


def _descriptor(name: str) -> Any:
    return proto.FILE.message_types_by_name[name]


def _insert_field(random: Random, text: str) -> str:
    """Insert a field of a layer, with a value of its type, after some brace."""
    braces = [match.end() for match in re.finditer(r"\{", text)]
    place = random.choice(braces) if braces else 0
    field = _field(random, _descriptor("LayerParameter"), 0)
    return f"{text[:place]} {field} {text[place:]}"


def _field(random: Random, descriptor: Any, depth: int) -> str:
    field = random.choice(descriptor.fields)
    if field.message_type is not None:
        inside = ""
        if depth < 3:
            number = random.randint(0, 3)
            inside = " ".join(_field(random, field.message_type, depth + 1) for _ in range(number))
        return f"{field.name} {{ {inside} }}"
    if field.enum_type is not None:
        value = random.choice(field.enum_type.values).name
    elif field.cpp_type == field.CPPTYPE_STRING:
        value = random.choice(STRINGS)
    elif field.cpp_type == field.CPPTYPE_BOOL:
        value = random.choice(("true", "false"))
    else:
        value = random.choice(NUMBERS)
    return f"{field.name}: {value}"


def _change_layers(random: Random, text: str) -> str:
    """Delete, repeat or move a field of the net, usually a layer."""
    entries = read(text).tree.entries
    if not entries:
        return text
    _, start, end, _ = random.choice(entries)
    field, rest = text[start:end], text[:start] + text[end:]
    action = random.choice(("delete", "repeat", "move"))
    if action == "delete":
        return rest
    _, place, _, _ = random.choice(entries)
    return f"{text[:place]}{field}\n{text[place:]}" if action == "repeat" else f"{rest}\n{field}"


def _add_layer(random: Random, text: str) -> str:
    added = random.choice(LAYERS)
    return random.choice((f"{text}\n{added}\n", f"{added}\n{text}"))


def _add_comment(random: Random, text: str) -> str:
    lines = text.split("\n")
    lines.insert(random.randrange(len(lines) + 1), random.choice(COMMENTS))
    return "\n".join(lines)


def _delete_part(random: Random, text: str) -> str:
    start = random.randrange(len(text) + 1)
    return text[:start] + text[start + random.choice((1, 1, 2, 10, 100)) :]


def _insert_junk(random: Random, text: str) -> str:
    start = random.randrange(len(text) + 1)
    return text[:start] + random.choice(JUNK) + text[start:]


def _change_newlines(random: Random, text: str) -> str:
    return text.replace("\n", random.choice(("\r\n", " ", "\r", "\n\n")))


def _to_old_format(random: Random, text: str) -> str:
    return re.sub(r"\blayer\b(?=\s*\{)", "layers", text, count=random.choice((0, 1)))


_MUTATIONS: list[_Mutation] = [
    *[_replace_token] * 6,
    *[_insert_field] * 2,
    *[_change_layers] * 3,
    *[_add_layer] * 2,
    _add_comment,
    _delete_part,
    _insert_junk,
    _change_newlines,
    _to_old_format,
]
