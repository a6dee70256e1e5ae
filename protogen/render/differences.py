"""The differences between two nets: as text, and as data for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from protogen.diagnostics import one_line, plural
from protogen.differences import Difference, NetDifferences, WeightsFit
from protogen.differences.net_differences import Kind
from protogen.differences.weights import Fit
from protogen.reports.summary import Summary, Total

__all__ = ["data", "stat", "text", "weights_data", "weights_text"]

#: How a kind of difference is counted, in the order of the summary.
_COUNTED: tuple[tuple[Kind, str], ...] = (
    ("removed", "removed"),
    ("added", "added"),
    ("renamed", "renamed"),
    ("moved", "moved"),
    ("type", "of another type"),
    ("parameter", "with other parameters"),
    ("rewired", "rewired"),
    ("blob", "with other tops"),
    ("learnable", "with other learnable blobs"),
    ("shape", "with other shapes"),
)

#: What stands before a layer that only one of the nets has.
_SIGNS = {"removed": "-", "added": "+"}

#: A caffemodel with more layers of one fit than this is summed up.
_LISTED = 20


def text(found: NetDifferences, summaries: Sequence[Summary] = ()) -> str:
    """The differences by layer, then the counts and, of two summaries, the costs."""
    lines: list[str] = []
    further = 0
    for _, group in groupby(found.differences, key=_layer_key):
        differences = list(group)
        only_shapes = all(each.kind == "shape" for each in differences)
        # Where shapes begin to differ is worth a line; all layers after it follow.
        if only_shapes and further:
            further += 1
            continue
        if only_shapes:
            further = 1
        lines += _layer_lines(differences)
    if further > 1:
        lines.append(f"  and the shapes of {plural(further - 1, 'further layer')}")
    lines += [*_count_lines(found), *_cost_lines(summaries)]
    # Names from nets may contain anything.
    return "\n".join(map(one_line, lines))


def stat(found: NetDifferences, summaries: Sequence[Summary] = ()) -> str:
    """The counts and the costs alone."""
    return "\n".join([*_count_lines(found), *_cost_lines(summaries)])


def data(
    found: NetDifferences, summaries: Sequence[Summary], fit: WeightsFit | None
) -> dict[str, Any]:
    """Everything, for JSON."""
    result: dict[str, Any] = {
        "same": found.same,
        "equal_layers": found.equal_layers,
        "counts": {kind: found.counts[kind] for kind in sorted(found.counts)},
        "differences": [_difference_data(each) for each in found.differences],
        "parameters": [_total_data(summary.parameters) for summary in summaries],
        "macs": [_total_data(summary.macs) for summary in summaries],
    }
    if fit is not None:
        result["weights"] = weights_data(fit)
    return result


def _total_data(total: Total) -> int | None:
    if not total.exact:
        return None
    return total.known


def _difference_data(each: Difference) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "layer": each.layer,
        "type": each.type,
        "path": each.path,
        "old": each.old or None,
        "new": each.new or None,
        "phase": each.phase or None,
        "old_index": each.old_index,
        "new_index": each.new_index,
    }


# Layers ----------------------------------------------------------------------------------------


def _layer_key(each: Difference) -> tuple[str, int | None, int | None]:
    """Equal for differences that stand under one title."""
    # A removed and an added layer may have equal indices, one in the old net, one in the new.
    kind = ""
    if each.kind in ("net", "removed", "added"):
        kind = each.kind
    return kind, each.old_index, each.new_index


def _layer_lines(differences: Sequence[Difference]) -> Iterator[str]:
    """The differences of one layer: on one line, or on a line each below its title."""
    first = differences[0]
    if first.kind == "net":
        for each in differences:
            yield f"~ net {each.path}: {_change(each)}"
        return
    sign = _SIGNS.get(first.kind, "~")
    title = f'{sign} layer "{first.layer}" ({first.type})'
    lines = []
    for each in differences:
        # That it is removed or added, the sign says.
        if each.kind not in _SIGNS:
            lines.append(_line(each))
    if len(lines) == 1:
        yield f"{title}: {lines[0]}"
        return
    yield title
    for line in lines:
        yield f"    {line}"


def _line(each: Difference) -> str:
    """What differs in a layer."""
    if each.kind == "renamed":
        return f'renamed to "{each.new}"'
    if each.kind == "moved":
        return "moved"
    change = _change(each)
    line = f"{_label(each)}: {change}"
    if each.phase:
        line += f" in {each.phase}"
    return line


def _label(each: Difference) -> str:
    """What has another value: a field, the type, a shape, or the number of learnable blobs."""
    if each.kind == "type":
        return "type"
    if each.kind == "shape":
        return f'shape of "{each.path}"'
    if each.path == "count":
        return "learnable blobs"
    return each.path


def _change(each: Difference) -> str:
    """The value before and after; a field that is not written has none."""
    old = each.old or "(none)"
    new = each.new or "(none)"
    return f"{old} -> {new}"


def _count_lines(found: NetDifferences) -> list[str]:
    counts = [f"{plural(found.equal_layers, 'layer')} equal"]
    for kind, words in _COUNTED:
        number = found.counts[kind]
        if number:
            counts.append(f"{number} {words}")
    return [", ".join(counts)]


def _cost_lines(summaries: Sequence[Summary]) -> Iterator[str]:
    if len(summaries) != 2:
        return
    old, new = summaries
    if old.parameters != new.parameters:
        yield f"learnable parameters: {_total(old.parameters)} -> {_total(new.parameters)}"
    if old.macs != new.macs:
        yield f"multiply-accumulates: {_total(old.macs)} -> {_total(new.macs)}"


def _total(total: Total) -> str:
    if total.exact:
        return f"{total.known:,}"
    return f"at least {total.known:,}"


# Weights ---------------------------------------------------------------------------------------


#: What happens to a layer, the worst first; that others are loaded is what everybody expects.
_FITS: tuple[tuple[Fit, str], ...] = (
    ("aborts", "Caffe aborts at"),
    ("filler", "stays at its filler:"),
    ("unused", "not used:"),
    ("unknown", "unknown:"),
)


def weights_text(fit: WeightsFit) -> str:
    """What becomes of a caffemodel of the first net in the second one."""
    lines = [_verdict(fit)]
    for kind, words in _FITS:
        layers = fit.of(kind)
        for each in layers[:_LISTED]:
            lines.append(f'  {words} layer "{each.layer}" ({each.type}): {each.reason}')
        if len(layers) > _LISTED:
            lines.append(f"  {words} {len(layers) - _LISTED} more")
    return "\n".join(map(one_line, lines))


def _verdict(fit: WeightsFit) -> str:
    loaded = plural(len(fit.of("loads")), "layer")
    if not fit.loads:
        return "weights: a caffemodel of the first net does not load into the second one"
    if fit.complete:
        return f"weights: a caffemodel of the first net fits the second one: {loaded}"
    return f"weights: a caffemodel of the first net loads into the second one in part: {loaded}"


def weights_data(fit: WeightsFit) -> dict[str, Any]:
    """The same, for JSON."""
    layers = []
    for each in fit.layers:
        reason = each.reason or None
        layers.append({"layer": each.layer, "type": each.type, "fit": each.fit, "reason": reason})
    return {"loads": fit.loads, "complete": fit.complete, "layers": layers}
