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
from protogen.checks._wiring import MEASURES, in_words, reads_while_writing, sources
from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, delete, insert, parse_path
from protogen.graph import State, Step, runs_in
from protogen.spelling import hidden_difference

if TYPE_CHECKING:
    from protogen.proto import NetParameter, NetStateRule

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
    # The first cause that applies: several at once would only contradict each other.
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
    # A layer that is meant to work in place has the right name already, in its top.
    proposals = [*_in_place(missing), *_reordered(missing, producer)]
    return Explanation(
        f'{missing.described(producer)} produces "{missing.name}", but comes later in the net',
        proposals[:1],
    )


def _later_producer(analysis: Analysis, step: Step, name: str) -> Step | None:
    """The first later layer that produces the blob, and does not read it itself."""
    for each in analysis.steps:
        if each.index > step.index and _produces(each, name):
            return each
    return None


def _produces(step: Step, name: str) -> bool:
    """Whether a layer produces a blob, and does not only write it in place."""
    return name in step.wiring.tops and name not in step.wiring.bottoms


def _reordered(missing: MissingBottom, producer: Step) -> Iterator[Proposal]:
    """The producer before the reader, or the reader after the last layer that it waits for."""
    step, phases = missing.step, missing.phases
    late = []
    for name, bottom in zip(step.wiring.bottoms, step.bottoms):
        if bottom is not None:
            continue
        each = _later_producer(missing.analysis, step, name)
        if each is not None:
            late.append(each)
    # With several, the reader has to move after all of them anyway.
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
    producers = _idle_producers(missing)
    if not producers:
        return None
    # First, because a stage on the command line does not change the net.
    for producer in producers:
        explanation = _stage_or_level(missing, producer)
        if explanation is not None:
            return explanation
    other_phase = replace(state, phase=_other_phase(state))
    for producer in producers:
        if runs_in(producer.layer, other_phase):
            return _only_in_other_phase(missing, producer)
    rules = "its rules keep it out of this phase"
    first = missing.described(producers[0])
    return Explanation(f'{first} produces "{missing.name}", but {rules}')


def _idle_producers(missing: MissingBottom) -> list[Step]:
    """The layers that produce the blob, and do not run in this state."""
    state = missing.analysis.state
    found = []
    for each in missing.phases.layers:
        if _produces(each, missing.name) and not runs_in(each.layer, state):
            found.append(each)
    return found


def _stage_or_level(missing: MissingBottom, producer: Step) -> Explanation | None:
    """The options with which the layer runs in this phase, tried on the whole net."""
    state = missing.analysis.state
    for rule in producer.layer.include:
        wanted = _meeting(state, rule)
        # Not for a rule that asks for the other phase, too.
        if not wanted.meets(rule) or not runs_in(producer.layer, wanted):
            continue
        after = missing.phases.net.analysis(wanted, missing.analysis.inputs)
        hint = ""
        if errors_left_in(missing.analysis, after, missing.diagnostic) is not None:
            hint = _options(state, wanted)
        return Explanation(
            f'{missing.described(producer)} produces "{missing.name}" only {_when(state, wanted)}',
            hint=hint,
        )
    return None


def _meeting(state: State, rule: NetStateRule) -> State:
    """The state with the stages and the level that a rule asks for, in the same phase."""
    stages = dict.fromkeys([*state.stages, *rule.stage])
    for stage in rule.not_stage:
        stages.pop(stage, None)
    level = state.level
    if rule.HasField("min_level"):
        level = max(level, rule.min_level)
    if rule.HasField("max_level"):
        level = min(level, rule.max_level)
    return replace(state, level=level, stages=list(stages))


def _stage_changes(state: State, wanted: State) -> tuple[list[str], list[str]]:
    """The stages that a state lacks, and those that it has and must not have."""
    added, removed = [], []
    for stage in wanted.stages:
        if stage not in state.stages:
            added.append(stage)
    for stage in state.stages:
        if stage not in wanted.stages:
            removed.append(stage)
    return added, removed


def _when(state: State, wanted: State) -> str:
    """``in stage "deploy" and at level 2``."""
    added, removed = _stage_changes(state, wanted)
    words = [f'in stage "{stage}"' for stage in added]
    words += [f'without stage "{stage}"' for stage in removed]
    if wanted.level != state.level:
        words.append(f"at level {wanted.level}")
    return in_words(words)


def _options(state: State, wanted: State) -> str:
    """What to add to the command line, and what to leave out."""
    added, removed = _stage_changes(state, wanted)
    options = [f"--stage {stage}" for stage in added]
    if wanted.level != state.level:
        options.append(f"--level {wanted.level}")
    hint = "check the net"
    if options:
        hint += f" with {' '.join(options)}"
    if removed:
        left_out = [f"--stage {stage}" for stage in removed]
        hint += f" without {' '.join(left_out)}"
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
    # Caffe rejects rules of both kinds in one layer, so the kind that is there is extended.
    if step.layer.exclude:
        index = len(step.layer.exclude)
        excluded = "TEST" if phase == "TRAIN" else "TRAIN"
        return [insert(step.path(f"exclude[{index}]"), {"phase": excluded})]
    if step.layer.include:
        rules = range(len(step.layer.include))
        return [Edit(step.path(f"include[{index}].phase"), "set", phase) for index in rules]
    return [insert(step.path("include[0]"), {"phase": phase})]


def _without_rules(step: Step) -> list[Edit]:
    found = []
    if step.layer.include:
        found.append(delete(step.path("include")))
    if step.layer.exclude:
        found.append(delete(step.path("exclude")))
    return found


def _given_by_data(missing: MissingBottom, producer: Step) -> Iterator[Proposal]:
    """One more top of the data layer that this phase has in place of the other one."""
    if producer.layer.bottom:
        return
    # The layer of the other phase may have images and labels, and that of this one images alone.
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
    if not shapes:
        return {}
    position = 0
    # One shape is for all tops (source: ``InputLayer::LayerSetUp``).
    if len(shapes) > 1:
        position = list(step.layer.top).index(name)
    return fields_of(shapes[position])


# Inputs of the net ------------------------------------------------------------------------------


#: How many ``input_dim`` an input has.
_AXES_OF_INPUT = 4


def _unnamed_input(missing: MissingBottom) -> Explanation | None:
    """The net has the shape of an input, or its name, but not both."""
    name = missing.name
    written = missing.phases.net.to_proto()
    # UpgradeNetInput makes an Input layer of what has a name and a shape, and drops the rest.
    shapes, number = _size_field(written)
    if not shapes and name in written.input:
        why = f'Caffe drops the input "{name}", because the net has no input_shape for it'
        return Explanation(why, hint="add an input_shape with its sizes")
    if not shapes or written.input:
        return None
    # The sizes are in the order of the names, so both have to be complete.
    names = dict.fromkeys(_missing_names(missing.analysis))
    proposals: list[Proposal] = []
    if len(names) == number:
        title = " ".join(f'input: "{each}"' for each in names)
        edits = [insert(("input", index), each) for index, each in enumerate(names)]
        proposals = missing.verified_as_written(f"add {title}", *edits)
    return Explanation(f"the net has {shapes}, but no input, which names the blob", proposals)


def _size_field(net: NetParameter) -> tuple[str, int]:
    """The field with the sizes of the inputs, and their number; ``("", 0)`` if there is none."""
    if net.input_shape:
        return "input_shape", len(net.input_shape)
    if net.input_dim:
        return "input_dim", len(net.input_dim) // _AXES_OF_INPUT
    return "", 0


def _missing_names(analysis: Analysis) -> Iterator[str]:
    """The bottoms that no layer produces, once for each layer that reads them."""
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
    # In other frameworks a layer is read by its name; in Caffe, its top is.
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
    # Then its top was not meant to have the name of its bottom, which it destroys.
    if layer.in_place and reads_while_writing(layer):
        return Explanation(why, [*renamed, *read])
    faults = {fault.name for fault in layer.faults}
    if not top.readers or "duplicate-top" in faults:
        return Explanation(why, [*read, *renamed])
    # To rename it would take the blob away from its other readers.
    return Explanation(why, read)


def _earlier_layer(analysis: Analysis, step: Step, name: str) -> Step | None:
    for each in analysis.steps:
        if each is step:
            break
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
    # conv1 is not conv2 misspelled.
    if _DIGITS.sub("#", missing.name) == _DIGITS.sub("#", near):
        return None
    # What looks alike, such as a Cyrillic a, is surely meant; of other names less is certain.
    hidden = hidden_difference(missing.name, near)
    is_certain = bool(hidden) or _is_misspelled(missing.name, near)
    proposals = _corrected_top(missing, near)
    proposals += missing.renamed(hint, near, strict=not is_certain)
    # A wrong suggestion is worse than none.
    if not proposals:
        return None
    why = f'no layer of the net produces "{missing.name}"'
    if hidden:
        why += f"; {hidden}"
    return Explanation(why, proposals)


_DIGITS = re.compile(r"\d+")

#: More similar names differ in a letter or two: "conv_data" and "conv_dta", but not "a1" and "a".
_LEAST_SIMILARITY = 0.8


def _is_misspelled(name: str, near: str) -> bool:
    """Whether a few letters are missing or too many; other letters, as in 2a and 2b, may count."""
    matcher = difflib.SequenceMatcher(None, name, near)
    if matcher.ratio() <= _LEAST_SIMILARITY:
        return False
    kinds = {kind for kind, *_ in matcher.get_opcodes()}
    return "replace" not in kinds


def _corrected_top(missing: MissingBottom, near: str) -> list[Proposal]:
    """The similar name is wrong, if no layer reads it and several layers read this one."""
    value = missing.analysis.values.get(near)
    if value is None or value.readers:
        return []
    # Several layers hardly have the same wrong name by chance.
    if list(_missing_names(missing.analysis)).count(missing.name) < 2:
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
    # The first bottom is what is compared with the labels.
    if missing.position == 0:
        return None
    if step.type in MEASURES:
        purpose = "measure"
    elif step.schema is not None and step.schema.loss:
        purpose = "train"
    else:
        return None
    types = {source.type for source in sources(missing.analysis)}
    if types != {"Input"}:
        return None
    return Explanation(
        f'no layer of the net produces "{missing.name}", and without labels there is nothing to'
        f" {purpose}",
        [*_without_labels(missing), *_removed(missing), *_with_labels(missing)],
    )


def _without_labels(missing: MissingBottom) -> list[Proposal]:
    step = missing.step
    new_type = _WITHOUT_LABELS.get(step.type)
    if new_type is None:
        return []
    edits = [Edit(step.path("type"), "set", new_type)]
    edits.append(delete(step.path(f"bottom[{missing.position}]")))
    # With a loss_weight, Layer::SetLossWeights would count the new layer as a loss.
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
    scores = missing.step.bottom_shapes[0]
    if not scores or scores[0] is None:
        return []
    labels = {
        "name": missing.name,
        "type": "Input",
        "top": [missing.name],
        "input_param": {"shape": [{"dim": [scores[0]]}]},
    }
    title = f'add an Input layer for "{missing.name}"'
    return missing.verified(title, insert(missing.step.path(), labels))


#: The causes in the order in which they are tried: what the net itself shows comes before guesses.
_CAUSES: tuple[Callable[[MissingBottom], Explanation | None], ...] = (
    _too_late,
    _wrong_in_place,
    _unnamed_input,
    _name_of_layer,
    _other_state,
    _similar_name,
    _left_over,
)
