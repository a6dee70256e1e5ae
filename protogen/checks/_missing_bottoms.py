"""Why no earlier layer produces a bottom: a layer too late, another phase, a wrong name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protogen.analysis import Analysis
from protogen.checks._proposals import (
    Explanation,
    Finding,
    Proposal,
    fields_of,
    moved,
    with_explanation,
)
from protogen.checks._verification import errors_left_in
from protogen.checks._wiring import MEASURES, reads_while_writing, sources
from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, delete, insert, parse_path
from protogen.graph import State, Step, runs_in
from protogen.spelling import hidden_difference

if TYPE_CHECKING:
    from protogen.proto import NetStateRule

__all__ = ["explain_missing_bottom"]


@dataclass(frozen=True)
class MissingBottom(Finding):
    """A bottom that no earlier layer of a phase produces."""

    position: int

    @property
    def name(self) -> str:
        """The blob."""
        return self.step.wiring.bottoms[self.position]

    def renamed(self, title: str, name: str, *, strict: bool = False) -> list[Proposal]:
        """The proposal to read another blob."""
        edit = Edit(self.step.path(f"bottom[{self.position}]"), "set", name)
        return self.verified(title, edit, strict=strict)


def explain_missing_bottom(finding: Finding) -> Diagnostic:
    """The finding with the first cause that applies."""
    position = int(parse_path(finding.diagnostic.field)[1])
    missing = MissingBottom(
        finding.phases, finding.analysis, finding.step, finding.diagnostic, position
    )
    for cause in _CAUSES:
        explanation = cause(missing)
        if explanation is not None:
            return with_explanation(finding, explanation)
    why = f'no layer of the net produces "{missing.name}"'
    return with_explanation(finding, Explanation(why))


# A layer that comes too late --------------------------------------------------------------------


def _too_late(missing: MissingBottom) -> Explanation | None:
    """A later layer produces the blob."""
    producer = _later_producer(missing.analysis, missing.step, missing.name)
    if producer is None:
        return None
    return Explanation(
        f'{missing.described(producer)} produces "{missing.name}", but comes later in the net',
        [*_in_place(missing), *_reordered(missing, producer)][:1],
    )


def _later_producer(analysis: Analysis, step: Step, name: str) -> Step | None:
    """The first later layer that produces the blob, and does not read it itself."""
    for each in analysis.steps:
        if each.index > step.index and name in each.wiring.tops and name not in each.wiring.bottoms:
            return each
    return None


def _reordered(missing: MissingBottom, producer: Step) -> Iterator[Proposal]:
    """The producer before the reader, or the reader after the last layer that it waits for."""
    step, phases = missing.step, missing.phases
    late = []
    for name, bottom in zip(step.wiring.bottoms, step.bottoms):
        each = _later_producer(missing.analysis, step, name) if bottom is None else None
        if each is not None:
            late.append(each)
    if len(late) == 1:
        title = f'move layer "{producer.name}" up, before layer "{step.name}"'
        yield from missing.verified(title, *moved(phases, producer, step.index))
    last = max(late, key=lambda each: each.index)
    title = f'move layer "{step.name}" down, after layer "{last.name}"'
    yield from missing.verified(title, *moved(phases, step, last.index + 1))


# A layer that is meant to work in place ---------------------------------------------------------


def _wrong_in_place(missing: MissingBottom) -> Explanation | None:
    """The top at the position of the bottom is a blob that an earlier layer produces."""
    proposals = _in_place(missing)
    if not proposals:
        return None
    return Explanation("a layer that works in place reads the blob that it writes", proposals)


def _in_place(missing: MissingBottom) -> list[Proposal]:
    step = missing.step
    if len(step.wiring.bottoms) != 1 or len(step.wiring.tops) != 1:
        return []
    (top,) = step.wiring.tops
    return missing.renamed(f'set bottom: "{top}"', top, strict=True)


# A layer that runs in another state -------------------------------------------------------------


def _other_state(missing: MissingBottom) -> Explanation | None:
    """A layer produces the blob in another phase, stage or level."""
    state = missing.analysis.state
    producers = []
    for each in missing.phases.layers:
        produces = missing.name in each.wiring.tops and missing.name not in each.wiring.bottoms
        if produces and not runs_in(each.layer, state):
            producers.append(each)
    for producer in producers:
        explanation = _stage_or_level(missing, producer)
        if explanation is not None:
            return explanation
    for producer in producers:
        if runs_in(producer.layer, replace(state, phase=_other_phase(state))):
            return _only_in_other_phase(missing, producer)
    for producer in producers:
        rules = "its rules keep it out of this phase"
        return Explanation(f'{missing.described(producer)} produces "{missing.name}", but {rules}')
    return None


def _stage_or_level(missing: MissingBottom, producer: Step) -> Explanation | None:
    """The options with which the layer runs in this phase, tried on the whole net."""
    state = missing.analysis.state
    for rule in producer.layer.include:
        wanted = _meeting(state, rule)
        if not wanted.meets(rule) or not runs_in(producer.layer, wanted):
            continue
        after = missing.phases.net.analysis(wanted, missing.analysis.inputs)
        left = errors_left_in(missing.analysis, after, missing.diagnostic)
        return Explanation(
            f'{missing.described(producer)} produces "{missing.name}" only {_when(state, wanted)}',
            hint="" if left is None else _options(state, wanted),
        )
    return None


def _meeting(state: State, rule: NetStateRule) -> State:
    """The state with the stages and the level that a rule asks for, in the same phase."""
    stages = [stage for stage in state.stages if stage not in rule.not_stage]
    stages += [stage for stage in rule.stage if stage not in state.stages]
    level = state.level
    if rule.HasField("min_level"):
        level = max(level, rule.min_level)
    if rule.HasField("max_level"):
        level = min(level, rule.max_level)
    return replace(state, level=level, stages=stages)


def _stage_changes(state: State, wanted: State) -> tuple[list[str], list[str]]:
    """The stages that a state lacks, and those that it has and must not have."""
    added = [stage for stage in wanted.stages if stage not in state.stages]
    removed = [stage for stage in state.stages if stage not in wanted.stages]
    return added, removed


def _when(state: State, wanted: State) -> str:
    """``in stage "deploy" and at level 2``."""
    added, removed = _stage_changes(state, wanted)
    words = [f'in stage "{stage}"' for stage in added]
    words += [f'without stage "{stage}"' for stage in removed]
    if wanted.level != state.level:
        words.append(f"at level {wanted.level}")
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _options(state: State, wanted: State) -> str:
    """What to add to the command line, and what to leave out."""
    added, removed = _stage_changes(state, wanted)
    options = [f"--stage {stage}" for stage in added]
    if wanted.level != state.level:
        options.append(f"--level {wanted.level}")
    hint = f"check the net with {' '.join(options)}" if options else "check the net"
    if removed:
        hint += f" without {' '.join(f'--stage {stage}' for stage in removed)}"
    return hint


def _other_phase(state: State) -> str:
    return "TEST" if state.phase == "TRAIN" else "TRAIN"


def _only_in_other_phase(missing: MissingBottom, producer: Step) -> Explanation:
    state, step = missing.analysis.state, missing.step
    other = _other_phase(state)
    limited = missing.verified(
        f'add include {{ phase: {other} }} to layer "{step.name}"', *_limits(step, other)
    )
    extended = missing.verified(
        f'remove the rules of layer "{producer.name}", so that it runs in {state.phase} too',
        *_without_rules(producer),
    )
    return Explanation(
        f'{missing.described(producer)} produces "{missing.name}", but runs in {other} only',
        [*limited, *_given_by_data(missing, producer), *extended],
    )


def _limits(step: Step, phase: str) -> list[Edit]:
    """Edits with which a layer runs in one phase only."""
    if step.layer.exclude:
        index = len(step.layer.exclude)
        excluded = "TEST" if phase == "TRAIN" else "TRAIN"
        return [insert(step.path(f"exclude[{index}]"), {"phase": excluded})]
    if step.layer.include:
        rules = range(len(step.layer.include))
        return [Edit(step.path(f"include[{index}].phase"), "set", phase) for index in rules]
    return [insert(step.path("include[0]"), {"phase": phase})]


def _without_rules(step: Step) -> list[Edit]:
    fields = [field for field in ("include", "exclude") if len(getattr(step.layer, field))]
    return [delete(step.path(field)) for field in fields]


def _given_by_data(missing: MissingBottom, producer: Step) -> Iterator[Proposal]:
    """One more top of the data layer that this phase has in place of the other one."""
    if producer.layer.bottom:
        return
    for source in sources(missing.analysis):
        if source.type != producer.type or source.index > missing.step.index:
            continue
        edits = [insert(source.path(f"top[{len(source.tops)}]"), missing.name)]
        if source.type == "Input":
            shape = _input_shape(producer, missing.name)
            position = len(source.layer.input_param.shape)
            edits.append(insert(source.path(f"input_param.shape[{position}]"), shape))
        yield from missing.verified(
            f'add top: "{missing.name}" to {missing.described(source)}', *edits
        )


def _input_shape(step: Step, name: str) -> dict[str, Any]:
    """The shape of a top of an Input layer."""
    shapes = step.layer.input_param.shape
    position = list(step.layer.top).index(name) if len(shapes) > 1 else 0
    return fields_of(shapes[position]) if shapes else {}


# Inputs of the net ------------------------------------------------------------------------------


def _unnamed_input(missing: MissingBottom) -> Explanation | None:
    """The net has the shape of an input, or its name, but not both."""
    name = missing.name
    written = missing.phases.net.to_proto()
    shapes = "input_shape" if written.input_shape else "input_dim" if written.input_dim else ""
    if name in written.input and not shapes:
        why = f'Caffe drops the input "{name}", because the net has no input_shape for it'
        return Explanation(why, hint="add an input_shape with its sizes")
    if not shapes or written.input:
        return None
    names = dict.fromkeys(_missing_names(missing.analysis))
    proposals: list[Proposal] = []
    if len(names) == (len(written.input_shape) or len(written.input_dim) // 4):
        title = " ".join(f'input: "{each}"' for each in names)
        edits = [insert(("input", index), each) for index, each in enumerate(names)]
        proposals = missing.verified_as_written(f"add {title}", *edits)
    return Explanation(f"the net has {shapes}, but no input, which names the blob", proposals)


def _missing_names(analysis: Analysis) -> Iterator[str]:
    for step in analysis.steps:
        for name, bottom in zip(step.wiring.bottoms, step.bottoms):
            if bottom is None:
                yield name


# Names ------------------------------------------------------------------------------------------


def _name_of_layer(missing: MissingBottom) -> Explanation | None:
    """The name is that of an earlier layer, whose top has another name."""
    name = missing.name
    layer = _earlier_layer(missing.analysis, missing.step, name)
    if layer is None:
        return None
    named = f'"{name}" is the name of {missing.described(layer)}'
    if not layer.tops:
        edit = insert(layer.path("top[0]"), name)
        proposals = missing.verified(f'add top: "{name}" to layer "{name}"', edit)
        return Explanation(f"{named}, which has no top", proposals)
    top = layer.tops[0]
    read = missing.renamed(f'read "{top.name}" instead', top.name)
    edit = Edit(layer.path("top[0]"), "set", name)
    renamed = missing.verified(f'set top: "{name}" in layer "{name}"', edit)
    why = f'{named}, but its top is "{top.name}"'
    if layer.in_place and reads_while_writing(layer):  # it destroys its bottom
        return Explanation(why, [*renamed, *read])
    if not top.readers or any(fault.name == "duplicate-top" for fault in layer.faults):
        return Explanation(why, [*read, *renamed])
    return Explanation(why, read)


def _earlier_layer(analysis: Analysis, step: Step, name: str) -> Step | None:
    for each in analysis.steps:
        if each is step:
            return None
        if each.name == name:
            return each
    return None


def _similar_name(missing: MissingBottom) -> Explanation | None:
    """An earlier layer produces a blob with a similar name, which the hint of the graph has."""
    begin, end = 'did you mean "', '"?'
    hint = missing.diagnostic.hint
    if not hint.startswith(begin):
        return None
    near = hint[len(begin) : -len(end)]
    if _DIGITS.sub("#", missing.name) == _DIGITS.sub("#", near):
        return None  # conv1 is not conv2 misspelled
    hidden = hidden_difference(missing.name, near)
    strict = not (hidden or _is_misspelled(missing.name, near))
    proposals = [*_corrected_top(missing, near), *missing.renamed(hint, near, strict=strict)]
    if not proposals:
        return None  # a wrong suggestion is worse than none
    why = f'no layer of the net produces "{missing.name}"' + (f"; {hidden}" if hidden else "")
    return Explanation(why, proposals)


_DIGITS = re.compile(r"\d+")


def _is_misspelled(name: str, near: str) -> bool:
    """Whether a few letters are missing or too many; other letters, as in 2a and 2b, may count."""
    matcher = difflib.SequenceMatcher(None, name, near)
    is_similar = matcher.ratio() > 0.8
    return is_similar and all(kind != "replace" for kind, *_ in matcher.get_opcodes())


def _corrected_top(missing: MissingBottom, near: str) -> list[Proposal]:
    """The similar name is wrong, if no layer reads it and several layers read this one."""
    value = missing.analysis.values.get(near)
    readers = [name for name in _missing_names(missing.analysis) if name == missing.name]
    if value is None or value.readers or len(readers) < 2:
        return []
    edit = Edit(value.step.path(f"top[{value.top}]"), "set", missing.name)
    title = f'set top: "{missing.name}" in {missing.described(value.step)}'
    return missing.verified(title, edit, strict=True)


# Leftovers of training --------------------------------------------------------------------------

#: What computes in a deploy net what a loss computes before it compares.
_WITHOUT_LABELS = {"SoftmaxWithLoss": "Softmax", "SigmoidCrossEntropyLoss": "Sigmoid"}


def _left_over(missing: MissingBottom) -> Explanation | None:
    """A loss or a measure in a net whose data comes from the caller, so that it has no labels."""
    step = missing.step
    is_loss = step.schema is not None and step.schema.loss
    is_measure = step.type in MEASURES
    if missing.position == 0 or not (is_loss or is_measure):
        return None  # the first bottom is what is compared with the labels
    types = {source.type for source in sources(missing.analysis)}
    if types != {"Input"}:
        return None
    return Explanation(
        f'no layer of the net produces "{missing.name}", and without labels there is nothing to'
        f" {'measure' if is_measure else 'train'}",
        [*_without_labels(missing), *_removed(missing), *_with_labels(missing)],
    )


def _without_labels(missing: MissingBottom) -> list[Proposal]:
    step = missing.step
    new_type = _WITHOUT_LABELS.get(step.type)
    if new_type is None:
        return []
    edits = [Edit(step.path("type"), "set", new_type)]
    edits.append(delete(step.path(f"bottom[{missing.position}]")))
    for field, _ in step.layer.ListFields():
        if field.name in ("loss_param", "loss_weight"):
            edits.append(delete(step.path(field.name)))
    title = f'replace layer "{step.name}" with a {new_type} layer, without "{missing.name}"'
    return missing.verified(title, *edits)


def _removed(missing: MissingBottom) -> list[Proposal]:
    step = missing.step
    return missing.verified(f'remove layer "{step.name}"', delete(step.path()))


def _with_labels(missing: MissingBottom) -> list[Proposal]:
    """An Input layer with one label for each item of the batch."""
    scores = missing.step.bottoms[0]
    if scores is None or not scores.shape or scores.shape[0] is None:
        return []
    labels = {
        "name": missing.name,
        "type": "Input",
        "top": [missing.name],
        "input_param": {"shape": [{"dim": [scores.shape[0]]}]},
    }
    title = f'add an Input layer for "{missing.name}"'
    return missing.verified(title, insert(missing.step.path(), labels))


_CAUSES: tuple[Callable[[MissingBottom], Explanation | None], ...] = (
    _too_late,
    _wrong_in_place,
    _unnamed_input,
    _name_of_layer,
    _other_state,
    _similar_name,
    _left_over,
)
