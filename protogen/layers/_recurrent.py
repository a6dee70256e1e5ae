"""What LSTM and RNN share: Caffe unrolls each into a net with a layer for every timestep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen import proto
from protogen.layers._blobs import check_not_empty
from protogen.layers._parameters import check_positive
from protogen.schema import Arity, Context, LayerSchema, Learnable
from protogen.shapes import InternalShape, Size, count, format_shape

__all__ = ["Recurrent"]

#: The index of the bottom with the static input, where there is one.
_STATIC = 2

_STATIC_WEIGHTS = "static weights"


class Recurrent(LayerSchema):
    """A layer with state that it passes from one timestep to the next.

    Bottoms: the sequences (timesteps, streams, features), the markers that continue a sequence
    (timesteps, streams), and optionally a static input (streams, features) that is the same at
    every timestep. With ``expose_hidden`` the states before the first timestep are additional
    bottoms, and those after the last one additional tops.
    """

    param = "recurrent_param"
    size_field = "num_output"
    axes = (3, 2)
    #: The number of blobs of state.
    states: ClassVar[int]
    #: The rows of weights for each output: one per gate.
    gates: ClassVar[int]

    def arity(self, layer: proto.LayerParameter) -> tuple[Arity, Arity]:
        exposed = self.states if layer.recurrent_param.expose_hidden else 0
        return (2 + exposed, 3 + exposed), 1 + exposed

    def static_input(self, ctx: Context) -> InternalShape | None:
        """The bottom that is the same at every timestep, or ``None``."""
        has_static = len(ctx.bottoms) > 2 + self._exposed_states(ctx)
        return ctx.bottoms[_STATIC] if has_static else None

    def _exposed_states(self, ctx: Context) -> int:
        return self.states if ctx.param.expose_hidden else 0

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "num_output")
        sequences, markers = ctx.bottoms[:2]
        # RecurrentLayer requires only two axes, but the InnerProduct in its unrolled net flattens
        # the sequences from axis 2 on.
        expected = (
            "expected sequences with at least 3 axes (timesteps, streams, features) and markers"
            f" with 2 axes (timesteps, streams): {ctx.describe(0, 1)}"
        )
        if len(sequences) < 3:
            raise ctx.fault(expected, bottom=0, rule="axis-count")
        if len(markers) != 2:
            raise ctx.fault(expected, bottom=1, rule="axis-count")
        if sequences[:2] != markers:
            raise ctx.fault(
                f"bottoms differ in timesteps or streams (axes 0 and 1): {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )
        check_not_empty(ctx, markers, "bottom 1 (timesteps, streams)", bottom=1)
        self._check_static(ctx)
        self._check_states(ctx)

    def _check_static(self, ctx: Context) -> None:
        static, streams = self.static_input(ctx), ctx.bottom[1]
        if static is not None and (len(static) < 2 or static[0] != streams):
            raise ctx.fault(
                f"expected a static input with {streams} streams of features:"
                f" {ctx.describe(_STATIC)}",
                bottom=_STATIC,
                rule="bottom-shape-mismatch",
            )

    def _check_states(self, ctx: Context) -> None:
        state = (1, ctx.bottom[1], ctx.param.num_output)
        first = len(ctx.bottoms) - self._exposed_states(ctx)
        # Exposed states are the last bottoms, with or without a static input before them.
        # A state is that of a single timestep.
        for index in range(first, len(ctx.bottoms)):
            if ctx.bottoms[index] != state:
                raise ctx.fault(
                    f"expected a state of {format_shape(state)}: {ctx.describe(index)}",
                    bottom=index,
                    rule="bottom-shape-mismatch",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        steps, streams = ctx.bottom[:2]
        outputs = ctx.param.num_output
        # The largest blob of the unrolled net, larger than the top if there are several gates.
        ctx.check_shape((steps, streams, self.gates * outputs), "the input of the gates")
        return [(steps, streams, outputs), *[(1, streams, outputs)] * (ctx.tops - 1)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        outputs = ctx.param.num_output
        rows = self.gates * outputs
        blobs = [
            ctx.learnable("weights", (rows, count(ctx.bottom[2:])), "weight_filler"),
            ctx.learnable("bias", (rows,), "bias_filler"),
        ]
        static = self.static_input(ctx)
        if static is not None:
            shape = (rows, count(static[1:]))
            # It needs no bias: that of the sequences is added to the same sum.
            blobs.append(ctx.learnable(_STATIC_WEIGHTS, shape, "weight_filler", bottom=_STATIC))
        blobs.append(ctx.learnable("hidden weights", (rows, outputs), "weight_filler"))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        """Each weight is used at every timestep of a stream; a static weight once per stream."""
        steps, streams = ctx.bottom[:2]
        total: Any = 0
        for blob in self.blob_shapes(ctx):
            if "weights" not in blob.name:
                continue
            times = 1 if blob.name == _STATIC_WEIGHTS else steps
            total += count(blob.shape or ()) * streams * times
        return total
