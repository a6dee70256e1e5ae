"""Why two layers produce one blob: a layer too early, two sources of data, a copied layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from protogen.checks._proposals import (
    Explanation,
    Finding,
    Proposal,
    moved,
    with_explanation,
)
from protogen.checks._wiring import reads_while_writing
from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, Fix, delete, insert, parse_path
from protogen.graph import Step

__all__ = ["explain_duplicate_top"]


@dataclass(frozen=True)
class DuplicateTop(Finding):
    """A top of ``step`` that the layer ``earlier`` produces too."""

    earlier: Step
    position: int

    @property
    def name(self) -> str:
        """The blob."""
        return self.step.wiring.tops[self.position]

    def without(self, step: Step) -> list[Proposal]:
        """The proposal to remove a layer."""
        return self.verified(f"remove {self.described(step)}", delete(step.path()))


def explain_duplicate_top(finding: Finding) -> Diagnostic:
    """The finding with the first cause that applies."""
    analysis, step = finding.analysis, finding.step
    position = int(parse_path(finding.diagnostic.field)[1])
    name = step.wiring.tops[position]
    if name in step.wiring.bottoms:
        return finding.diagnostic  # in place, but not at the position of its bottom
    earlier = next(each for each in analysis.steps if name in each.wiring.tops)
    duplicate = DuplicateTop(finding.phases, analysis, step, finding.diagnostic, earlier, position)
    for cause in _CAUSES:
        explanation = cause(duplicate)
        if explanation is not None:
            return with_explanation(finding, explanation)
    return finding.diagnostic


# Layers that are meant to work in place ---------------------------------------------------------


def _too_early(duplicate: DuplicateTop) -> Explanation | None:
    """The earlier layer is meant to work in place on the top of this one."""
    name, step, earlier = duplicate.name, duplicate.step, duplicate.earlier
    bottoms = dict(zip(earlier.wiring.bottoms, earlier.bottoms))
    if name not in bottoms or bottoms[name] is not None:
        return None
    title = f'move layer "{earlier.name}" down, after layer "{step.name}"'
    edits = moved(duplicate.phases, earlier, step.index + 1)
    return Explanation(
        f'{duplicate.described(earlier)} reads and overwrites "{name}", but comes before this'
        " layer",
        duplicate.verified(title, *edits),
    )


def _wrong_bottom(duplicate: DuplicateTop) -> Explanation | None:
    """This layer is meant to work in place, but its bottom is missing, or has an unknown name."""
    step, name = duplicate.step, duplicate.name
    if len(step.wiring.tops) != 1 or len(step.bottoms) > 1 or any(step.bottoms):
        return None
    if step.bottoms:
        title, edit = f'set bottom: "{name}"', Edit(step.path("bottom[0]"), "set", name)
    elif step.schema is not None and step.schema.bottoms == 1:
        title, edit = f'add bottom: "{name}"', insert(step.path("bottom[0]"), name)
    else:
        return None
    proposals = duplicate.verified(title, edit, strict=True)
    if not proposals:
        return None
    return Explanation("a layer that works in place reads the blob that it writes", proposals)


# Two sources of data ----------------------------------------------------------------------------


def _input_and_layer(duplicate: DuplicateTop) -> Explanation | None:
    """The net has input fields, of which Caffe makes an Input layer, and a layer for the data."""
    net = duplicate.phases.net
    if net.current.path(duplicate.earlier.index) != ("input",):
        return None
    proposals = [] if duplicate.step.layer.bottom else duplicate.without(duplicate.step)
    written = net.to_proto()
    fields = [f for f in ("input", "input_shape", "input_dim") if len(getattr(written, f))]
    title = f"remove {' and '.join(fields)} from the net"
    proposals += duplicate.verified_as_written(title, *(delete((field,)) for field in fields))
    return Explanation(f'the input fields of the net produce "{duplicate.name}" too', proposals)


def _two_sources(duplicate: DuplicateTop) -> Explanation | None:
    """Two data layers run in one phase, and are probably meant for one phase each."""
    step, earlier = duplicate.step, duplicate.earlier
    if step.layer.bottom or earlier.layer.bottom:
        return None
    proposals: list[Proposal] = []
    limits = _one_phase_each(duplicate)
    if limits is not None:
        proposals += duplicate.verified(limits.title, *limits.edits)
    proposals += duplicate.without(step)
    return Explanation(
        f'{duplicate.described(earlier)} is a source of "{duplicate.name}" too, and both run in'
        f" {duplicate.analysis.phase}",
        proposals,
    )


def _one_phase_each(duplicate: DuplicateTop) -> Fix | None:
    """The source that has no rules yet runs in the phase in which the other one does not."""
    earlier, step = duplicate.earlier, duplicate.step
    this_phase = duplicate.analysis.phase
    other_phase = "TEST" if this_phase == "TRAIN" else "TRAIN"
    if _has_rules(earlier) and _has_rules(step):
        return None
    if _has_rules(earlier):
        phases = {step: other_phase}
    elif _has_rules(step):
        phases = {earlier: other_phase}
    elif _is_for_tests(earlier) and not _is_for_tests(step):
        phases = {earlier: "TEST", step: "TRAIN"}
    else:
        phases = {earlier: "TRAIN", step: "TEST"}
    titles, edits = [], []
    for source, phase in phases.items():
        titles.append(f"include {{ phase: {phase} }} to {duplicate.described(source)}")
        edits.append(insert(source.path("include[0]"), {"phase": phase}))
    return Fix(f"add {' and '.join(titles)}", tuple(edits))


def _has_rules(step: Step) -> bool:
    return bool(step.layer.include or step.layer.exclude)


def _is_for_tests(step: Step) -> bool:
    """Whether the name of a source or of its data says that it is for TEST."""
    names = [step.name]
    for field, value in step.layer.ListFields():
        if field.name.endswith("data_param") and hasattr(value, "source"):
            names.append(str(value.source))
    return any(word in name.lower() for name in names for word in ("test", "val"))


# Copies -----------------------------------------------------------------------------------------


def _copied(duplicate: DuplicateTop) -> Explanation | None:
    """The same layer stands in the net twice."""
    step = duplicate.step
    for earlier in duplicate.analysis.steps:
        if earlier is step:
            return None
        if earlier.layer == step.layer:
            why = f"{duplicate.described(earlier)} is the same layer"
            return Explanation(why, duplicate.without(step))
    return None


def _other_name(duplicate: DuplicateTop) -> Explanation:
    """Another name for the top: that of the layer, or that of its bottom to work in place."""
    step, position = duplicate.step, duplicate.position
    names = [step.name]
    if position < len(step.bottoms) and not reads_while_writing(step):
        names.append(step.wiring.bottoms[position])
    proposals = []
    for name in names:
        edit = Edit(step.path(f"top[{position}]"), "set", name)
        proposals += duplicate.verified(f'set top: "{name}"', edit)
    best = min(proposals, key=lambda proposal: proposal.errors_left, default=None)
    return Explanation(
        f'{duplicate.described(duplicate.earlier)} produces "{duplicate.name}" first',
        [best] if best else [],
        hint="" if best else "give this top another name",
    )


_CAUSES: tuple[Callable[[DuplicateTop], Explanation | None], ...] = (
    _too_early,
    _wrong_bottom,
    _input_and_layer,
    _copied,
    _two_sources,
    _other_name,
)
