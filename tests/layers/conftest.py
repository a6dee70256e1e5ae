"""How the tests of layers ask: a layer's text and its bottoms' shapes in, what Caffe makes out."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf import text_format

from protogen import layers, proto
from protogen.schema import Facts
from protogen.shapes import Shape


def infer(text: str, *bottoms: Shape, tops: int = 1, in_place: Iterable[int] = ()) -> Facts:
    """What is known of the layer; raises `Fault` where Caffe would die."""
    layer = text_format.Merge(text, proto.LayerParameter())  # a message may come again
    schema = layers.find(layer.type)
    assert schema is not None, layer.type
    return schema.infer(layer, bottoms, tops, in_place=frozenset(in_place))


def learned(facts: Facts) -> dict[str, Shape]:
    """The learnable blobs by name."""
    return {blob.name: blob.shape for blob in facts.blobs}
