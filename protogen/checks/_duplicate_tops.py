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

    def with_top(self, name: str, *, strict: bool = False) -> list[Proposal]:
        """The proposal to write another blob."""
        edit = Edit(self.step.path(f"top[{self.position}]"), "set", name)
        return self.verified(f'set top: "{name}"', edit, strict=strict)


def explain_duplicate_top(finding: Finding) -> Diagnostic:
    """The finding with the first cause that applies."""
    analysis, step = finding.analysis, finding.step
    position = int(parse_path(finding.diagnostic.field)[1])
    name = step.wiring.tops[position]
    # In place, but not at the position of its bottom, as the message of inference says.
    if name in step.wiring.bottoms:
        return finding.diagnostic
    earlier = next(each for each in analysis.steps if name in each.wiring.tops)
    duplicate = DuplicateTop(finding.phases, analysis, step, finding.diagnostic, earlier, position)
    # The first cause that applies: several at once would only contradict each other.
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
    # It reads the blob, but no layer before it produces one.
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
    if len(step.wiring.tops) != 1 or len(step.bottoms) > 1:
        return None
    # A layer whose bottom exists means its top, which then has the wrong name.
    if any(step.bottoms):
        return None
    if step.bottoms:
        title = f'set bottom: "{name}"'
        edit = Edit(step.path("bottom[0]"), "set", name)
    elif _takes_one_bottom(step):
        title = f'add bottom: "{name}"'
        edit = insert(step.path("bottom[0]"), name)
    else:
        return None
    proposals = duplicate.verified(title, edit, strict=True)
    if not proposals:
        return None
    return Explanation("a layer that works in place reads the blob that it writes", proposals)


def _takes_one_bottom(step: Step) -> bool:
    """Whether a layer of this type needs one bottom, and one is enough."""
    if step.schema is None:
        return False
    # A range begins with the fewest that the type takes.
    bottoms = step.schema.bottoms
    least = bottoms if isinstance(bottoms, int) else bottoms[0]
    return least == 1


# Two sources of data ----------------------------------------------------------------------------


def _input_and_layer(duplicate: DuplicateTop) -> Explanation | None:
    """The net has input fields, of which Caffe makes an Input layer, and a layer for the data."""
    net = duplicate.phases.net
    # UpgradeNetInput puts the Input layer that it makes of the fields before all others.
    if net.current.path(duplicate.earlier.index) != ("input",):
        return None
    proposals: list[Proposal] = []
    if not duplicate.step.layer.bottom:
        proposals += duplicate.without(duplicate.step)
    written = net.to_proto()
    fields = []
    for field in ("input", "input_shape", "input_dim"):
        if len(getattr(written, field)):
            fields.append(field)
    title = f"remove {' and '.join(fields)} from the net"
    edits = [delete((field,)) for field in fields]
    proposals += duplicate.verified_as_written(title, *edits)
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
    phases = _phase_of_each(duplicate)
    if phases is None:
        return None
    titles, edits = [], []
    for source, phase in phases.items():
        titles.append(f"include {{ phase: {phase} }} to {duplicate.described(source)}")
        edits.append(insert(source.path("include[0]"), {"phase": phase}))
    return Fix(f"add {' and '.join(titles)}", tuple(edits))


def _phase_of_each(duplicate: DuplicateTop) -> dict[Step, str] | None:
    """The phase that each source needs a rule for; ``None`` if both have rules already."""
    sources = (duplicate.earlier, duplicate.step)
    free = [source for source in sources if not _has_rules(source)]
    if not free:
        return None
    # The rules of one source let it run in this phase, so the other one is for the other phase.
    if len(free) == 1:
        other_phase = "TEST" if duplicate.analysis.phase == "TRAIN" else "TRAIN"
        return dict.fromkeys(free, other_phase)
    earlier, step = sources
    if _is_for_tests(earlier) and not _is_for_tests(step):
        return {earlier: "TEST", step: "TRAIN"}
    # In Caffe's own examples, the data for TRAIN comes first.
    return {earlier: "TRAIN", step: "TEST"}


def _has_rules(step: Step) -> bool:
    return bool(step.layer.include or step.layer.exclude)


def _is_for_tests(step: Step) -> bool:
    """Whether the name of a source or of its data says that it is for TEST."""
    names = [step.name]
    for field, value in step.layer.ListFields():
        if field.name.endswith("data_param") and hasattr(value, "source"):
            names.append(str(value.source))
    # "val" also matches "validation", and ImageNet's ilsvrc12_val_lmdb.
    words = " ".join(names).lower()
    return "test" in words or "val" in words


# Copies -----------------------------------------------------------------------------------------


def _copied(duplicate: DuplicateTop) -> Explanation | None:
    """The same layer stands in the net twice."""
    step = duplicate.step
    for earlier in duplicate.analysis.steps:
        if earlier is step:
            break
        if earlier.layer == step.layer:
            why = f"{duplicate.described(earlier)} is the same layer"
            return Explanation(why, duplicate.without(step))
    return None


def _other_name(duplicate: DuplicateTop) -> Explanation:
    """Another name for the top: that of the layer, or that of its bottom to work in place."""
    step, position = duplicate.step, duplicate.position
    proposals = duplicate.with_top(step.name)
    bottom = None
    if position < len(step.bottoms):
        bottom = step.bottoms[position]
    # Caffe works in place if a bottom and a top with one position have one name.
    if bottom is not None and not reads_while_writing(step):
        proposals += duplicate.with_top(bottom.name, strict=True)
    why = f'{duplicate.described(duplicate.earlier)} produces "{duplicate.name}" first'
    if not proposals:
        return Explanation(why, hint="give this top another name")
    best = min(proposals, key=lambda proposal: proposal.errors_left)
    return Explanation(why, [best])


#: The causes in the order in which they are tried: what is most specific comes first.
_CAUSES: tuple[Callable[[DuplicateTop], Explanation | None], ...] = (
    _too_early,
    _wrong_bottom,
    _input_and_layer,
    _copied,
    _two_sources,
    _other_name,
)
