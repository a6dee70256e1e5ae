"""The differences of messages as edits, and a text that takes over those of its message."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protogen import infer_shapes, load, loads, proto
from protogen.edits import Edit
from protogen.rules.text import reading_errors
from protogen.text import differences as differences_module
from protogen.text import read
from protogen.text.differences import differences
from tests.conftest import conformance_nets

TEXT = """\
# A small net.
name: 'small'   # by hand
layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }

layer {
  # the first
  name: "conv"; type: "Convolution"
  bottom: "data" top: "conv"
  convolution_param { num_output: 4, kernel_size: [ 3 ] }   # 3x3
}
"""


def change_number(net: Any) -> None:
    net.layer[1].convolution_param.num_output = 16


def take_comment_away(net: Any) -> None:
    net.ClearField("name")


def rename(net: Any) -> None:
    net.name = "large"


def append(net: Any) -> None:
    net.layer.add(name="relu", type="ReLU", bottom=["conv"], top=["conv"])


def remove(net: Any) -> None:
    del net.layer[1]


def extend(net: Any) -> None:
    net.layer[1].convolution_param.pad.append(1)


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (change_number, "num_output: 4,", "num_output: 16,"),
        (rename, "'small'", '"large"'),
        (take_comment_away, "name: 'small'   # by hand\n", ""),
        (remove, TEXT[TEXT.index("layer {\n") :], ""),
    ],
)
def test_only_what_changed_is_changed(change: Callable[[Any], None], old: str, new: str) -> None:
    net = loads(TEXT)
    change(net.message)
    assert net.text.rstrip("\n") == TEXT.replace(old, new).rstrip("\n")


def test_a_layer_is_added_behind_the_last() -> None:
    net = loads(TEXT)
    append(net.message)
    assert net.text.startswith(TEXT)
    assert loads(net.text).message == net.message


def test_a_field_is_added_to_its_message() -> None:
    net = loads(TEXT)
    extend(net.message)
    assert net.text.startswith(TEXT[: TEXT.index("kernel_size")])
    assert net.text.endswith("  # 3x3\n}\n")
    assert loads(net.text).message == net.message


def test_an_unchanged_message_leaves_the_very_text() -> None:
    net = loads(TEXT)
    net.message.layer[1].convolution_param.num_output = 5
    net.message.layer[1].convolution_param.num_output = 4
    assert net.text == TEXT


def test_inference_and_places_follow() -> None:
    net = loads(TEXT, "net.prototxt")
    net.message.layer[1].convolution_param.num_output = 6
    assert infer_shapes(net).blobs["conv"] == (1, 6, 6, 6)
    net.document.set(("layer", 1, "convolution_param", "num_output"), 7)
    assert infer_shapes(net).blobs["conv"] == (1, 7, 6, 6)
    assert "num_output: 7," in net.text


def test_fields_nobody_knows_stay() -> None:
    net = loads('name: "a"\nlayer { name: "x" odd_field: 3 type: "ReLU" }\n')
    net.message.layer[0].type = "TanH"
    assert net.text == 'name: "a"\nlayer { name: "x" odd_field: 3 type: "TanH" }\n'


def shake(message: Any, chance: random.Random) -> None:
    """Change, drop and copy some layers, and some of their fields, at random."""
    layers = message.layer or message.layers
    for _ in range(3):
        if not layers:
            return
        layer = layers[chance.randrange(len(layers))]
        what = chance.randrange(4)
        if what == 0:
            layer.name = f"renamed{chance.randrange(9)}"
        elif what == 1:
            layers.add().CopyFrom(layer)
        elif what == 2:
            layer.ClearField(chance.choice(layer.ListFields())[0].name)
        else:
            del layers[chance.randrange(len(layers))]


@pytest.mark.parametrize("path", conformance_nets()[::12], ids=lambda path: path.name)
def test_real_files_follow_random_changes(path: Path) -> None:
    net = load(path)
    if reading_errors(net.document.diagnostics):
        pytest.skip("its text has errors")
    shake(net.message, random.Random(path.name))
    wanted = proto.NetParameter()
    wanted.CopyFrom(net.message)
    assert loads(net.text).message == wanted


def layers(*names: str) -> Any:
    net = proto.NetParameter()
    for name in names:
        net.layer.add(name=name, type="ReLU")
    return net


def test_equal_messages_differ_in_nothing() -> None:
    net = layers("a", "b")
    net.layer[0].loss_weight.append(float("nan"))
    net.layer[1].power_param.power = float("nan")
    assert differences(net, type(net).FromString(net.SerializeToString())) == []


def test_a_layer_that_changed_is_recognized_by_its_name() -> None:
    old, new = layers("a", "b", "c"), layers("x", "a", "b", "c")
    for layer in new.layer:
        layer.type = "TanH"
    changes = differences(old, new)
    assert [(edit.action, edit.path) for edit in changes] == [
        ("insert", ("layer", 0)),
        ("set", ("layer", 0, "type")),
        ("set", ("layer", 1, "type")),
        ("set", ("layer", 2, "type")),
    ]


def test_layers_that_moved_are_deleted_and_inserted() -> None:
    changes = differences(layers("a", "b", "c", "d"), layers("c", "d", "a", "b"))
    assert [(edit.action, edit.path) for edit in changes] == [
        ("delete", ("layer", 0)),
        ("delete", ("layer", 1)),
        ("insert", ("layer", 4)),
        ("insert", ("layer", 4)),
    ]


def test_a_path_can_lead_to_the_message() -> None:
    changes = differences(layers("a").layer[0], layers("b").layer[0], ("layer", 5))
    assert changes == [Edit(("layer", 5, "name"), "set", "b")]


def test_comparisons_are_few_if_every_second_layer_of_many_changes() -> None:
    # A quadratic search would compare 2,000 * 2,000 / 2 of them.
    old = [CountedKey(n) for n in range(2000)]
    new = [CountedKey(n if n % 2 else -n) for n in range(2000)]
    CountedKey.comparisons = 0
    pairs = differences_module._with_equal_keys([], old, new)
    assert pairs == [(0, 0), *((n, n) for n in range(1, 2000, 2))]
    assert CountedKey.comparisons < 20 * 2000


class CountedKey:
    """A key that counts how often keys are compared."""

    comparisons = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        CountedKey.comparisons += 1
        return isinstance(other, CountedKey) and self.number == other.number


@pytest.mark.parametrize("seed", range(40))
def test_edits_make_one_message_the_other(seed: int) -> None:
    chance = random.Random(seed)
    old = layers(*(chance.choice("abcdefgh") for _ in range(chance.randrange(9))))
    new = layers(*(chance.choice("abcdefgh") for _ in range(chance.randrange(9))))
    for net in (old, new):
        for layer in net.layer:
            layer.convolution_param.kernel_size.extend(chance.choices([1, 3, 5], k=2))
            if chance.randrange(2):
                layer.include.add(stage=["x"])
            if chance.randrange(2):
                layer.convolution_param.pad_h = chance.randrange(3)
    document = read(str(old))
    document.apply(differences(old, new))
    assert document.message == new
