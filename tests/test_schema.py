"""How the rules of a schema are applied, and which answers are kept."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from protogen import answers, infer_shapes, layers, loads, proto
from protogen.schema import Context, Facts, Fault, LayerSchema


@pytest.fixture(autouse=True)
def empty_store() -> Iterator[None]:
    """Start and end without answers of other tests."""
    answers.store.clear()
    yield
    answers.store.clear()


def inner_product(num_output: int, filler: str = "constant") -> Any:
    param = {"num_output": num_output, "weight_filler": {"type": filler}}
    return proto.LayerParameter(type="InnerProduct", inner_product_param=param)


def ask(layer: Any) -> Facts:
    found = layers.find(layer.type)
    assert found is not None
    return found.infer(layer, ((2, 3),), 1)


def test_an_answer_is_kept() -> None:
    first = ask(inner_product(4))
    assert ask(inner_product(4)) is first
    assert ask(inner_product(5)) is not first


def test_a_fault_is_raised_again_as_a_new_exception() -> None:
    """The exception of an earlier net would hold that net in its traceback."""
    caught = []
    for _ in range(2):
        with pytest.raises(Fault, match="unknown filler type") as info:
            ask(inner_product(4, "xavir"))
        caught.append(info.value)
    first, second = caught
    assert first is not second
    assert (first.message, first.rule, first.field) == (second.message, second.rule, second.field)
    assert second.__context__ is None


def test_rejected_nets_are_not_kept_alive() -> None:
    net = """
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, %d] } } }
        layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" }
    """
    alive = []
    for size in range(1, 301):
        loaded = loads(net % size)
        result = infer_shapes(loaded)
        assert [d.message for d in result.diagnostics] == ["num_output is missing"]
        alive.append(weakref.ref(loaded))
    del loaded, result
    gc.collect()
    assert sum(ref() is not None for ref in alive) == 0


def test_the_store_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 100_000
    monkeypatch.setattr(answers, "_ANSWER_BYTES", limit)
    table = layers.find("InnerProduct")
    assert table is not None
    most = 0
    for number in range(1, 1000):
        ask(inner_product(number))
        assert 0 < answers.store.size <= limit
        most = max(most, len(table._answers))
    assert 50 < most < 500  # an answer takes some hundred bytes


def test_the_bytes_are_those_of_keys_and_answers() -> None:
    long_name = "x" * 100_000
    with pytest.raises(Fault, match="unknown filler type"):
        ask(inner_product(4, long_name))
    # The name is in the key, as a part of the parameters, and in the message of the fault.
    assert answers.store.size > 200_000


def test_an_answer_larger_than_the_store_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_ANSWER_BYTES", 5_000)
    ask(inner_product(4))
    with pytest.raises(Fault, match="unknown filler type"):
        ask(inner_product(4, "x" * 10_000))
    assert answers.store.size <= 5_000


class Probe(LayerSchema):
    """A type for these tests, with a parameter message to name fields of."""

    param = "pooling_param"


def context(layer_type: type[LayerSchema] = Probe) -> Context:
    layer = proto.LayerParameter(pooling_param={"pad": 1})
    found = layer_type().context(layer, [(2, 3, None), (4,)], 1, 0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"field": "stride"}, "pooling_param.stride"),
        ({"bottom": 1}, "bottom[1]"),
        ({"bottom": 0}, "bottom[0]"),
        ({"layer_field": "param[0].lr_mult"}, "param[0].lr_mult"),
    ],
)
def test_a_context_adds_the_name_of_the_message(place: dict[str, Any], field: str) -> None:
    fault = context().fault("a fact", **place, rule="axis-count", hint="a hint")
    assert (fault.message, fault.field) == ("a fact", field)
    assert (fault.rule, fault.hint) == ("axis-count", "a hint")


def test_a_context_describes_bottoms() -> None:
    assert context().describe(0, 1) == "bottom 0 is 2x3x?, bottom 1 is 4"
    assert context().nchw(1) == (4, 1, 1, 1)


def test_a_field_that_is_required() -> None:
    layer = proto.LayerParameter(type="Clip", clip_param={"min": 0})
    with pytest.raises(Fault, match=r"^clip_param\.max is missing$") as caught:
        ask(layer)
    assert (caught.value.rule, caught.value.field) == ("required-field", "clip_param.max")
