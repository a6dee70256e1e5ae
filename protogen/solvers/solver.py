"""A solver from typed keywords, from a published preset, or from epochs and images."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.checks import all_rules, check_solver
from protogen.diagnostics import Diagnostic, Location, Severity, did_you_mean
from protogen.files import write_file
from protogen.program import ComposeError, mistake, user_line
from protogen.solvers.epochs import TrainingSize, iterations
from protogen.solvers.presets import PRESETS, Preset
from protogen.solvers.schedule import learning_rate
from protogen.text import read, writer
from protogen.values import converter, fields_problem

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from protogen.solvers._fields import SolverFields

__all__ = ["Solver"]

#: How often a net is tested, if only the tests are given.
_TEST_INTERVAL = 1000

#: The fields that only some policies of the learning rate read.
_POLICY_FIELDS = ("gamma", "power", "stepsize", "stepvalue")

#: The fields that say which net is trained.
_NET_FIELDS = ("net", "net_param", "train_net", "train_net_param")

#: Findings about files, which may be written after the solver.
_FILES = ("missing-net-file", "snapshot-prefix")

#: Warnings about a schedule that does not do what it says. In a new solver they are mistakes.
_SCHEDULE = ("learning-rate-policy", "schedule-never-steps", "solver-tests")


class Solver:
    """A ``SolverParameter``: ``Solver(net="train_val.prototxt", base_lr=0.01, ...)``.

    The keywords are Caffe's fields. ``preset`` gives those of a published solver, which keywords
    override. ``epochs``, ``images`` and ``batch`` (the images of a forward pass) turn into
    iterations, to which the schedule of a preset is stretched; ``step_epochs`` are the epochs after
    which the rate is multiplied by ``gamma``. ``test_images`` and ``test_batch`` turn into
    ``test_iter``. What is rounded is in ``notes``.

    Raises `ComposeError`, at the line of the call, for what Caffe rejects, for a schedule that
    never changes although its policy says so, and for tests of more images than there are.
    """

    def __init__(
        self,
        preset: str | None = None,
        *,
        epochs: float = 0,
        images: int = 0,
        batch: int = 0,
        test_images: int = 0,
        test_batch: int = 0,
        step_epochs: Sequence[float] = (),
        **fields: Unpack[SolverFields],
    ) -> None:
        given: dict[str, Any] = dict(fields)
        problem = fields_problem(proto.SolverParameter.DESCRIPTOR, given, "a solver")
        if problem:
            raise _mistake(problem.message, problem.hint)
        found = _preset(preset)
        size = TrainingSize(epochs, images, batch, test_images, test_batch, tuple(step_epochs))
        if found is not None:
            size = _with_epochs(size, found)
        wrong = size.problem() or _too_many_tests(size, given)
        if wrong:
            raise _mistake(wrong)
        counted = iterations(size, found, given)
        self.notes: list[str] = counted.notes
        self.message = _message(preset, found, counted.fields, given, bool(size.step_epochs))
        self._reject_mistakes()

    def to_prototxt(self) -> str:
        """The solver as text, in the order of Caffe's fields."""
        return writer.write(self.message)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the text to a temporary file and rename it. Raises `OSError` if that fails."""
        write_file(path, self.to_prototxt())

    def check(self, path: str = "solver.prototxt") -> list[Diagnostic]:
        """The findings of ``protogen check``, if the solver were saved as ``path``."""
        document = read(self.to_prototxt(), proto.SolverParameter, path)
        return check_solver(document).diagnostics

    def learning_rate(self, iteration: int) -> float:
        """The learning rate of an iteration, counted from 0, as Caffe computes it."""
        return learning_rate(self.message, iteration)

    def _reject_mistakes(self) -> None:
        """Raise for the findings that are not about files, at the user's line."""
        mistakes = []
        for found in self.check():
            if found.name in _FILES:
                continue
            if found.severity is Severity.ERROR or found.name in _SCHEDULE:
                # The text of the solver does not exist yet, so the place is the call.
                place = Location(*user_line(depth=3))
                mistakes.append(replace(found, location=place, severity=Severity.ERROR))
        if mistakes:
            raise ComposeError(mistakes)

    def __repr__(self) -> str:
        message = self.message
        return f"<solver {message.type}, {message.lr_policy}, {message.max_iter} iterations>"


def _mistake(message: str, hint: str = "") -> ComposeError:
    """What is wrong with the arguments, at the user's line."""
    # The rule is that of a check, which registers it.
    all_rules()
    return mistake("solver-value", message, hint=hint)


def _preset(name: str | None) -> Preset | None:
    if name is None:
        return None
    preset = PRESETS.get(name)
    if preset is None:
        names = ", ".join(sorted(PRESETS))
        hint = did_you_mean(name, PRESETS) or f"expected one of {names}"
        raise _mistake(f'unknown preset "{name}"', hint)
    return preset


def _with_epochs(size: TrainingSize, preset: Preset) -> TrainingSize:
    """The size of a training, with the numbers of a preset that the user does not give."""
    batch = size.batch or preset.batch
    if preset.epochs:
        epochs = size.epochs or preset.epochs
        images = size.images or preset.images
        return replace(size, epochs=epochs, images=images, batch=batch)
    # The schedule of the preset is in iterations, so that its batch matters only for epochs.
    if size.epochs:
        return replace(size, batch=batch)
    return size


def _too_many_tests(size: TrainingSize, given: Mapping[str, Any]) -> str:
    """That a test reads some images twice; empty if it does not."""
    if not size.test_images:
        return ""
    # Repeated, with a number for each test net; the first one counts here.
    number = given.get("test_iter")
    if isinstance(number, (list, tuple)) and number:
        number = number[0]
    # Another type of value is reported as such.
    if not isinstance(number, int):
        return ""
    tested = number * size.test_batch
    if tested <= size.test_images:
        return ""
    once = size.test_images // size.test_batch
    return (
        f"test_iter {number} in batches of {size.test_batch} tests {tested} images, but there are"
        f" {size.test_images}; test_iter {once} tests each once"
    )


def _message(
    name: str | None,
    preset: Preset | None,
    counted: Mapping[str, Any],
    given: Mapping[str, Any],
    steps: bool,
) -> proto.SolverParameter:
    """The message: the preset's fields, then those of epochs, then those of the user."""
    fields: dict[str, Any] = {}
    if preset is not None:
        fields.update(preset.fields)
    if steps:
        # Of the policies that step, only this one steps at given iterations.
        fields["lr_policy"] = "multistep"
        fields.setdefault("gamma", 0.1)
        fields.pop("stepsize", None)
    fields.update(counted)
    if "lr_policy" in given:
        # Another policy does not read the fields of the preset's policy.
        for field in _POLICY_FIELDS:
            fields.pop(field, None)
    fields.update(given)
    _add_defaults(fields, given)
    # Caffe aborts at the start if snapshots would have no name.
    if preset is not None and "snapshot" in fields:
        fields.setdefault("snapshot_prefix", name)
    return _converted(fields)


def _add_defaults(fields: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Add a net, and how often to test, if they are not given."""
    # Caffe rejects a solver without a net.
    if fields.keys().isdisjoint(_NET_FIELDS):
        fields["net"] = "train_val.prototxt"
    if fields.get("test_iter"):
        interval = min(_TEST_INTERVAL, fields.get("max_iter", 0))
        fields.setdefault("test_interval", interval)
    elif "test_interval" not in given:
        # A preset's interval is for the tests of its own net.
        fields.pop("test_interval", None)


def _converted(fields: Mapping[str, Any]) -> proto.SolverParameter:
    """The message with these fields."""
    converted = {}
    for field, value in fields.items():
        descriptor = proto.SolverParameter.DESCRIPTOR.fields_by_name[field]
        convert = converter(descriptor)
        # Most values are taken as they are.
        if convert is not None:
            value = convert(value)
        converted[field] = value
    return proto.SolverParameter(**converted)
