"""Epochs, images and batches as the iterations that Caffe counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from protogen.solvers.presets import Preset

__all__ = ["Iterations", "TrainingSize", "iterations"]

#: The fields that count iterations. Those of a preset are scaled with ``max_iter``.
_SCALED = ("stepsize", "stepvalue")

#: The fields that are at most ``max_iter``, and stay if they are.
_BOUNDED = ("display", "snapshot", "test_interval")

#: The numbers of a `TrainingSize` that are counted, and are 0 if they are not given.
_NOT_NEGATIVE = ("epochs", "images", "batch", "test_images", "test_batch", "step_every")


@dataclass(frozen=True)
class TrainingSize:
    """How much is trained and tested, in images.

    ``batch`` is the number of images in a forward pass, ``test_batch`` that of the test net. The
    learning rate steps after each of ``step_epochs``, or every ``step_every`` epochs.
    """

    epochs: float = 0
    images: int = 0
    batch: int = 0
    test_images: int = 0
    test_batch: int = 0
    step_epochs: Sequence[float] = ()
    step_every: float = 0

    def problem(self) -> str:
        """What is wrong with the numbers; empty if nothing is."""
        for name in _NOT_NEGATIVE:
            number = getattr(self, name)
            if number < 0:
                return f"{name} must be greater than 0, got {number:g}"
        has_epoch = self.images and self.batch
        if self.epochs and not has_epoch:
            return "epochs needs images and batch, the number of images of a forward pass"
        has_steps = self.step_epochs or self.step_every
        if has_steps and not self.epochs:
            return "step_epochs needs epochs, images and batch"
        has_images = bool(self.test_images)
        has_batch = bool(self.test_batch)
        if has_images != has_batch:
            return "test_images and test_batch go together: the test net reads test_images once"
        for step in self.step_epochs:
            # A step at the end would change the rate of no iteration.
            if not 0 < step < self.epochs:
                return f"step_epochs must be between 0 and {self.epochs:g} epochs, got {step:g}"
        return ""


@dataclass
class Iterations:
    """Fields of a solver that count iterations, and a sentence about each rounding."""

    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def iterations(size: TrainingSize, preset: Preset | None, given: Mapping[str, Any]) -> Iterations:
    """The iterations of a training of this size, with a preset's schedule stretched to it.

    ``given`` are the fields that the user gives, which count as they are.
    """
    found = Iterations()
    fields: dict[str, Any] = {}
    if preset is not None:
        fields.update(preset.fields)
    # Caffe accumulates the gradients of so many passes before it counts an iteration.
    iter_size = given.get("iter_size", fields.get("iter_size", 1))
    if size.epochs:
        _set_max_iter(size, iter_size, found)
        _set_steps(size, preset, fields, found)
    _set_tests(size, given, found)
    fields.update(found.fields)
    most = given.get("max_iter", fields.get("max_iter", 0))
    # Without max_iter there is no end yet with which to compare.
    if most:
        _bound(fields, most, found)
    return found


def _bound(fields: Mapping[str, Any], most: int, found: Iterations) -> None:
    """Move what would happen only after the last iteration to that iteration."""
    # A snapshot every 10,000 iterations of 5,000 would never be taken.
    for name in _BOUNDED:
        every = fields.get(name, 0)
        if every > most:
            found.fields[name] = most


def _set_max_iter(size: TrainingSize, iter_size: int, found: Iterations) -> None:
    """The iterations of all epochs, with a note if they are rounded."""
    number = _rounded(size, size.epochs, iter_size)
    found.fields["max_iter"] = number
    exact = size.epochs * size.images / (size.batch * iter_size)
    if exact == number:
        return
    batches = f"batches of {size.batch}"
    if iter_size > 1:
        batches += f" times iter_size {iter_size}"
    found.notes.append(
        f"{size.epochs:g} epochs of {size.images} images in {batches} are"
        f" {exact:.2f} iterations; max_iter is rounded up to {number}"
    )


def _rounded(size: TrainingSize, epochs: float, iter_size: int) -> int:
    """The iterations that read each image this many times, rounded up."""
    exact = epochs * size.images / (size.batch * iter_size)
    # To 6 digits first, because the product of a number such as 0.1 may be a little too large.
    return math.ceil(round(exact, 6))


def _set_steps(
    size: TrainingSize, preset: Preset | None, fields: Mapping[str, Any], found: Iterations
) -> None:
    """Where the learning rate steps: as asked for, or after the same part of training."""
    most = found.fields["max_iter"]
    epochs, every = _steps_in_epochs(size, preset)
    if epochs:
        starts = [round(most * each / size.epochs) for each in epochs]
        found.fields["stepvalue"] = starts
    elif every:
        # Caffe rejects a stepsize of 0.
        found.fields["stepsize"] = max(1, round(most * every / size.epochs))
    elif fields.get("max_iter"):
        factor = most / fields["max_iter"]
        found.fields.update(_stretched_steps(fields, factor))


def _steps_in_epochs(size: TrainingSize, preset: Preset | None) -> tuple[Sequence[float], float]:
    """The epochs after which the rate steps, and the epochs between two steps; empty or 0 if none.

    The user's steps take precedence; without any, those of the preset are stretched.
    """
    epochs, every = size.step_epochs, size.step_every
    if epochs or every:
        return epochs, every
    # The schedule of other presets is in iterations.
    if preset is None or not preset.epochs:
        return (), 0
    part = size.epochs / preset.epochs
    stretched = [each * part for each in preset.step_epochs]
    return stretched, preset.step_every * part


def _stretched_steps(fields: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """The iterations at which a preset steps, multiplied by a factor."""
    steps: dict[str, Any] = {}
    for name in _SCALED:
        value = fields.get(name)
        # stepvalue is repeated, stepsize is not.
        if isinstance(value, list):
            steps[name] = [max(1, round(each * factor)) for each in value]
        elif value is not None:
            steps[name] = max(1, round(value * factor))
    return steps


def _set_tests(size: TrainingSize, given: Mapping[str, Any], found: Iterations) -> None:
    """How many batches a test reads, and a test after each epoch."""
    if not size.test_images:
        return
    # Caffe tests whole batches only, and starts the data again after the last image.
    whole, rest = divmod(size.test_images, size.test_batch)
    number = max(1, whole)
    found.fields["test_iter"] = [number]
    if rest and "test_iter" not in given:
        better = _divisor(size.test_images, size.test_batch)
        batches = size.test_images / size.test_batch
        found.notes.append(
            f"{size.test_images} test images are {batches:.2f} batches of {size.test_batch};"
            f" test_iter is {number}, which leaves out {rest} of them. A test batch of"
            f" {better} reads each of them once"
        )
    if size.epochs:
        interval = round(found.fields["max_iter"] / size.epochs)
        # Caffe rejects an interval of 0 if there are tests.
        found.fields["test_interval"] = max(1, interval)


def _divisor(images: int, batch: int) -> int:
    """The number nearest to a batch that divides the images."""
    for distance in range(batch):
        for number in (batch - distance, batch + distance):
            if images % number == 0:
                return number
    return 1
