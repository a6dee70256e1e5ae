"""The contract of a transform: it is pure, inference verifies it, and it maps layers to origins."""

from __future__ import annotations

import pytest

from protogen import Net, infer_shapes, loads, transforms
from protogen.edits import Edit, delete, insert
from protogen.transforms import Result, Sequential, Transform, TransformError
from protogen.transforms._transform import compose_origins, origins_after

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
    with pytest.raises(TransformError, match=match):
        Editing(floor)(loads(TEXT))
    result = Editing(floor, changed=frozenset({"p", "r"}))(loads(TEXT))
    assert infer_shapes(result.net).blobs["p"] == (1, 3, 4, 4)


def test_a_new_error_breaks_the_promise() -> None:
    with pytest.raises(TransformError, match='causes error G101 in layer "r"'):
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


def test_the_origins_after_edits() -> None:
    edits = [
        delete(("layer", 0)),
        insert(("layer", 1), {}),
        Edit(("layer", 1, "name"), "set", "x"),  # changes no index
        insert(("layer", 3), {}),
        insert(("layer", 3), {}),
    ]
    assert origins_after(3, edits) == (None, 1, 2, None, None)
    assert origins_after(2, []) == (0, 1)


def test_origins_of_one_transform_after_another() -> None:
    # The second net has a new layer before those of the first; the third has only its last two.
    assert compose_origins((None, 0, 1), (1, 2)) == (0, 1)
    assert compose_origins((None, 0, 1), (0, None, 2)) == (None, None, 1)


def test_an_unmodified_result() -> None:
    net = loads(TEXT)
    assert Result.unmodified(net) == Result(net, False, [], (0, 1, 2), frozenset())
