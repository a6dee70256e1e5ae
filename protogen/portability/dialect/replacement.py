"""The layers that replace one which a target lacks or reads otherwise, tried on that target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from google.protobuf.message import Message

from protogen import proto
from protogen.graph import State
from protogen.net import Net
from protogen.portability.dialect.equivalents import EQUIVALENTS, Fields, NewBlob, Site, Write
from protogen.portability.dialect.idle_fields import idle_fields
from protogen.portability.dialect.new_names import NewNames
from protogen.portability.dialect.rewrites import REWRITES, REWRITTEN_WEIGHTS, Rewrite
from protogen.portability.judging import judge_plainly
from protogen.portability.quirks import quirks_of
from protogen.portability.subject import Subject
from protogen.shapes import Shape, differ, is_known
from protogen.targets import Quirk, Target

__all__ = ["Replacement", "is_rewritten", "lacks", "message_of", "replacement_of", "rewrite_of"]

#: The findings with which a layer does not do in a target what it does in Caffe, or more slowly.
_BAD = frozenset(
    {
        "target-computes-otherwise",
        "target-fails-later",
        "target-refuses",
        "target-slow-path",
    }
)


#: The types that only copy or drop blobs in a net in use.
_IDLE_TYPES = ("Dropout", "Silence", "Split")


@dataclass(frozen=True)
class Replacement:
    """Layers in the place of one, none if it is deleted, and the instruction that leads to them.

    ``types`` are those of the layers if they are of other types. ``weights`` says where those of
    the layers come from, and is empty if those of the layer fit.
    """

    layers: Sequence[Fields]
    change: str
    types: str = ""
    weights: tuple[NewBlob, ...] = ()


def replacement_of(target: Target, site: Site) -> Replacement | None:
    """The layers of other types that compute in the target what a layer computes in Caffe."""
    layer = site.layer
    if not lacks(target, layer):
        return None
    if layer.type in _IDLE_TYPES:
        return None if site.trains else Replacement((), "delete it, because it computes nothing")
    for equivalent in EQUIVALENTS.get(layer.type, ()):
        # Looking up the types is quick, and without them there is nothing to try.
        if not all(map(target.has_type, equivalent.uses)):
            continue
        if _faults(target, site, equivalent.write) - _remedied(target):
            continue
        new = equivalent.write(site)
        if new:
            types = " + ".join(message_of(each).type for each in new)
            return Replacement(new, f"replace it by {types}", types, equivalent.weights)
    return None


def lacks(target: Target, layer: proto.LayerParameter) -> bool:
    """Whether a target has no layer of this type, or no Convolution with groups."""
    if not target.has_type(layer.type):
        return True
    has_groups = layer.type == "Convolution" and layer.convolution_param.group > 1
    return has_groups and target.takes_one("Convolution", "group")


def rewrite_of(target: Target, site: Site) -> Replacement | None:
    """The layer without what the target reads otherwise, by its first quirk that has a remedy."""
    rewritten: dict[Rewrite, list[Quirk]] = {}
    for quirk in quirks_of(target, site.layer):
        if is_rewritten(target, quirk, site):
            rewritten.setdefault(REWRITES[quirk.field], []).append(quirk)
    if not rewritten:
        return None
    # One rewrite may be the remedy of several quirks: alpha, beta and k of an LRN.
    rewrite, quirks = next(iter(rewritten.items()))
    change = "; ".join(dict.fromkeys(quirk.fix for quirk in quirks))
    weights = REWRITTEN_WEIGHTS.get(quirks[0].field, ())
    return Replacement(rewrite(site) or (), change, weights=weights)


def is_rewritten(target: Target, quirk: Quirk, site: Site) -> bool:
    """Whether a layer can be written so that a quirk of the target has no effect on it."""
    rewrite = REWRITES.get(quirk.field)
    if rewrite is None or not quirk.converts or not rewrite(site):
        return False
    # A layer whose bottoms are unknown cannot be tried.
    if not all(map(is_known, site.bottoms)):
        return True
    message = f"{target.title} {quirk.says}"
    before, after = _faults(target, site, None), _faults(target, site, rewrite)
    return message in before and after < before


def message_of(fields: Fields | proto.LayerParameter) -> proto.LayerParameter:
    """A layer as a message."""
    if isinstance(fields, Message):
        return fields
    return proto.LayerParameter(**fields)


# Trials ------------------------------------------------------------------------------------------


def _faults(target: Target, site: Site, write: Write | None) -> frozenset[str]:
    """What the target does otherwise with a layer, or with the layers that ``write`` returns."""
    if not isinstance(site.layer, proto.LayerParameter):
        return frozenset()  # the layer of another schema, which has fields that ours does not
    # Layers that differ only in names or in what training reads share one trial.
    names: dict[str, str] = {}
    for blob in (*site.layer.bottom, *site.layer.top):
        names.setdefault(blob, f"blob{len(names)}")
    plain = proto.LayerParameter()
    plain.CopyFrom(site.layer)
    plain.name = "x"
    plain.bottom[:] = [names[blob] for blob in plain.bottom]
    plain.top[:] = [names[blob] for blob in plain.top]
    for field in ("include", "exclude", "param"):
        plain.ClearField(field)
    data = plain.SerializeToString(deterministic=True)
    return _trial(target, write, data, tuple(site.bottoms), site.trains)


# Nets repeat their layers: each is tried once.
@lru_cache(maxsize=1024)
def _trial(
    target: Target, write: Write | None, data: bytes, shapes: tuple[Shape, ...], trains: bool
) -> frozenset[str]:
    """The findings about a net that has the layers to try, and nothing else."""
    if not all(map(is_known, shapes)):
        return frozenset()
    layer = proto.LayerParameter.FromString(data)
    inputs = _inputs(layer, shapes)
    start = len(inputs)
    before = proto.NetParameter(layer=[*inputs, layer])
    if write is None:
        return frozenset(_findings(target, before, start))
    new = write(Site(layer, shapes, NewNames(before), trains)) or ()
    after = proto.NetParameter(layer=[*inputs, *map(message_of, new)])
    found = set(_findings(target, after, start))
    # Layers that Caffe accepts may still give a blob another shape, which its readers notice.
    if new and not _has_same_shapes(before, after):
        found.add("has another shape")
    return frozenset(found)


def _inputs(layer: proto.LayerParameter, shapes: Sequence[Shape]) -> list[proto.LayerParameter]:
    """An Input layer for each bottom of a layer to try."""
    found = []
    for blob, shape in dict(zip(layer.bottom, shapes)).items():
        source = proto.LayerParameter(name=f"{blob}_source", type="Input", top=[blob])
        source.input_param.shape.add(dim=[size or 0 for size in shape or ()])
        found.append(source)
    return found


def _has_same_shapes(before: proto.NetParameter, after: proto.NetParameter) -> bool:
    """Whether the blobs that are in both nets have equal shapes, or unknown ones."""
    old, new = (Net.of(net).analysis(State("TEST")).blobs for net in (before, after))
    # A blob that only one net has lies between the layers that replace a single one.
    return not any(differ(old[name], new[name]) for name in old.keys() & new.keys())


def _findings(target: Target, message: proto.NetParameter, start: int) -> Iterator[str]:
    """What the target does otherwise with the layers from ``start`` on."""
    if target.schema is not None:
        net = Net.of(message)
        net.apply(list(idle_fields(message, target.schema.message_class().DESCRIPTOR)))
        message = net.to_proto()
    for each in judge_plainly(Subject(Net.of(message), (), 0, (), {}), target).diagnostics:
        # The Input layers in front are not tried; a finding without a layer is about the whole.
        is_tried = each.layer_index >= start or each.layer_index < 0
        if is_tried and each.name in _BAD:
            yield each.message


def _remedied(target: Target) -> frozenset[str]:
    """The messages of the quirks that a later rewrite may remove."""
    return frozenset(f"{target.title} {quirk.says}" for quirk in target.quirks if quirk.converts)
