"""The contract of a transform: pure, verified by inference, with origins that lead back."""

from __future__ import annotations

import pytest

import protogen
from protogen import Net, ProtogenError, infer_shapes, loads, transforms
from protogen.edits import Edit, delete, insert
from protogen.transforms import Repair, Result, SafeFixes, Sequential, Transform, Upgrade
from protogen.transforms import TransformError as Broken
from protogen.transforms._transform import origins_after

TEXT = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }
layer { name: "p" type: "Pooling" bottom: "data" top: "p"  # halves
  pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "r" type: "ReLU" bottom: "p" top: "r" }
"""


class Editing(Transform):
    """Apply some edits and promise, perhaps wrongly, that no shape changes."""

    def __init__(self, *edits: Edit, changed: frozenset[str] = frozenset()) -> None:
        self.edits = edits
        self.changed = changed

    def run(self, net: Net) -> Result:
        new = net.copy()
        new.apply(self.edits)
        origins = origins_after(len(net.current.message.layer), self.edits)
        return Result(new, True, [], origins, self.changed)


def test_the_net_that_is_given_stays_as_it_is() -> None:
    net = loads(TEXT)
    result = Editing(Edit(("layer", 2, "name"), "set", "relu"))(net)
    assert result.modified
    assert net.text == TEXT
    assert result.net.text == TEXT.replace('name: "r"', 'name: "relu"')


def test_origins_lead_from_new_layers_to_old_ones() -> None:
    tanh = {"name": "t", "type": "TanH", "bottom": ["p"], "top": ["t"]}
    result = Editing(insert(("layer", 2), tanh), delete(("layer", 2)))(loads(TEXT))
    assert [layer.name for layer in result.net.message.layer] == ["data", "p", "t"]
    assert result.origins == (0, 1, None)


def test_a_changed_shape_breaks_the_promise_unless_it_is_named() -> None:
    floor = Edit(("layer", 1, "pooling_param", "round_mode"), "set", "FLOOR")
    match = 'changes the shape of blob "p" in TRAIN from 1x3x5x5 to 1x3x4x4'
    with pytest.raises(Broken, match=match):
        Editing(floor)(loads(TEXT))
    result = Editing(floor, changed=frozenset({"p", "r"}))(loads(TEXT))
    assert infer_shapes(result.net).blobs["p"] == (1, 3, 4, 4)


def test_a_new_error_breaks_the_promise() -> None:
    with pytest.raises(Broken, match='causes error G101 in layer "r"'):
        Editing(Edit(("layer", 2, "bottom", 0), "set", "q"))(loads(TEXT))


def test_sequential_applies_one_after_another_and_composes_the_origins() -> None:
    tanh = {"name": "t", "type": "TanH", "bottom": ["p"], "top": ["t"]}
    both = Sequential(
        Editing(insert(("layer", 1), tanh | {"bottom": ["data"]})), Editing(delete(("layer", 3)))
    )
    result = both(loads(TEXT))
    assert [layer.name for layer in result.net.message.layer] == ["data", "t", "p"]
    assert result.origins == (0, None, 1)
    assert Sequential()(loads(TEXT)).modified is False


def test_transforms_are_found_by_their_files() -> None:
    assert {"repair", "safe_fixes", "upgrade"} <= set(transforms.names())
    for name in transforms.names():
        found = getattr(transforms, name.title().replace("_", ""))
        assert issubclass(found, Transform)
        assert found.requires
        assert found.ensures
    with pytest.raises(AttributeError, match="has no attribute 'Deploi'"):
        _ = transforms.Deploi


# The upgrade -----------------------------------------------------------------------------------

V1 = """\
input: "data" input_dim: [1, 3, 9, 9]
# halves
layers { name: "p" type: POOLING bottom: "data" top: "p"
  pooling_param { kernel_size: 2 stride: 2 } }
layers { name: "ip" type: INNER_PRODUCT bottom: "p" top: "ip"
  blobs_lr: 1 blobs_lr: 2 inner_product_param { num_output: 4 } }
"""


def test_the_upgrade_keeps_shapes_comments_and_layers() -> None:
    net = loads(V1)
    result = Upgrade()(net)
    assert net.text == V1
    assert [layer.type for layer in result.net.message.layer] == [
        "Input",
        "Pooling",
        "InnerProduct",
    ]
    assert [spec.lr_mult for spec in result.net.message.layer[2].param] == [1, 2]
    assert result.origins == (0, 1, 2)
    assert infer_shapes(result.net).blobs == infer_shapes(net).blobs
    assert "# halves" in result.net.text
    assert result.net.text == protogen.upgrade(V1).text
    assert {each.code for each in result.diagnostics} == {"T202", "T204"}


def test_the_upgrade_of_a_current_net_changes_nothing() -> None:
    net = loads(TEXT)
    result = Upgrade()(net)
    assert (result.modified, result.net) == (False, net)


def test_the_upgrade_rejects_a_text_with_errors() -> None:
    with pytest.raises(ProtogenError, match="T102"):
        Upgrade()(loads(V1 + "layers {"))


def test_the_upgrade_of_a_message() -> None:
    result = Upgrade()(Net.of(loads(V1).to_proto()))
    assert [layer.type for layer in result.net.message.layer] == [
        "Input",
        "Pooling",
        "InnerProduct",
    ]


# Repairs ---------------------------------------------------------------------------------------

JOIN = (
    TEXT
    + """\
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 3 kernel_size: 2 stride: 2 } }
layer { name: "sum" type: "Eltwise" bottom: "r" bottom: "c" top: "sum" }
"""
)


def test_a_repair_makes_the_bottoms_agree() -> None:
    net = loads(JOIN)
    assert not infer_shapes(net).ok  # ceil(7 / 2) + 1 = 5 beside floor(7 / 2) + 1 = 4
    result = Repair()(net)
    assert infer_shapes(result.net).ok
    assert infer_shapes(result.net).blobs["sum"] == (1, 3, 4, 4)
    assert result.changed >= {"p", "r"}
    assert [each.code for each in result.diagnostics] == ["S104"]
    assert net.text == JOIN


def test_upgrade_repair_and_fixes_in_sequence() -> None:
    result = Sequential(Upgrade(), Repair(), SafeFixes())(loads(JOIN))
    assert protogen.check(result.net).ok
    assert result.origins == (0, 1, 2, 3, 4)
