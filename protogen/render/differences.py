"""The differences between two nets: as text, and as data for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from protogen.diagnostics import one_line, plural
from protogen.differences import Difference, NetDifferences, WeightsFit
from protogen.reports.summary import Summary, Total

__all__ = ["data", "stat", "text", "weights_data", "weights_text"]

#: How a kind of difference is counted, in the order of the summary.
_COUNTED = (
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
        if only_shapes and "shape" in found.counts and further:
            further += 1
            continue
        further += only_shapes
        lines += _layer_lines(differences)
    if further > 1:
        lines.append(f"  and the shapes of {plural(further - 1, 'further layer')}")
    lines += [*_count_lines(found), *_cost_lines(summaries)]
    return "\n".join(map(one_line, lines))  # names from nets may contain anything


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
    return total.known if total.exact else None


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
    kind = each.kind if each.kind in ("net", "removed", "added") else ""
    return kind, each.old_index, each.new_index


def _layer_lines(differences: Sequence[Difference]) -> Iterator[str]:
    first = differences[0]
    if first.kind == "net":
        for each in differences:
            yield f"~ net {each.path}: {_change(each)}"
        return
    sign = {"removed": "-", "added": "+"}.get(first.kind, "~")
    title = f'{sign} layer "{first.layer}" ({first.type})'
    lines = [_line(each) for each in differences if each.kind not in ("removed", "added")]
    if len(lines) == 1:
        yield f"{title}: {lines[0]}"
        return
    yield title
    yield from (f"    {line}" for line in lines)


def _line(each: Difference) -> str:
    if each.kind == "renamed":
        return f'renamed to "{each.new}"'
    if each.kind == "moved":
        return "moved"
    label = each.path
    if each.kind == "type":
        label = "type"
    elif each.kind == "shape":
        label = f'shape of "{each.path}"'
    elif each.path == "count":
        label = "learnable blobs"
    return f"{label}: {_change(each)}" + (f" in {each.phase}" if each.phase else "")


def _change(each: Difference) -> str:
    return f"{each.old or '(none)'} -> {each.new or '(none)'}"


def _count_lines(found: NetDifferences) -> list[str]:
    counts = [f"{found.counts[kind]} {words}" for kind, words in _COUNTED if found.counts[kind]]  # type: ignore[index]
    equal = f"{plural(found.equal_layers, 'layer')} equal"
    return [", ".join([equal, *counts])]


def _cost_lines(summaries: Sequence[Summary]) -> Iterator[str]:
    if len(summaries) != 2:
        return
    old, new = summaries
    for label, before, after in (
        ("learnable parameters", old.parameters, new.parameters),
        ("multiply-accumulates", old.macs, new.macs),
    ):
        if before != after:
            yield f"{label}: {_total(before)} -> {_total(after)}"


def _total(total: Total) -> str:
    return f"{total.known:,}" if total.exact else f"at least {total.known:,}"


# Weights ---------------------------------------------------------------------------------------


def weights_text(fit: WeightsFit) -> str:
    """What becomes of a caffemodel of the first net in the second one."""
    lines = [_verdict(fit)]
    for kind, words in (
        ("aborts", "Caffe aborts at"),
        ("filler", "stays at its filler:"),
        ("unused", "not used:"),
        ("unknown", "unknown:"),
    ):
        layers = fit.of(kind)  # type: ignore[arg-type]
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
    return {
        "loads": fit.loads,
        "complete": fit.complete,
        "layers": [
            {"layer": each.layer, "type": each.type, "fit": each.fit, "reason": each.reason or None}
            for each in fit.layers
        ],
    }
