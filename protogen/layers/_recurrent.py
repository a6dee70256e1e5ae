"""What LSTM and RNN have in common: Caffe unrolls each into a net of one layer per timestep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen.layers._blobs import describe, refuse_empty
from protogen.schema import Arity, Context, Fault, LayerSchema, Learnable, check_shape
from protogen.shapes import count, format_shape, reveal

__all__ = ["Recurrent"]


class Recurrent(LayerSchema):
    """Bottoms: the sequences (timesteps, streams, features), where each goes on (timesteps,
    streams), and perhaps a static input (streams, features) that counts at every timestep.

    With ``expose_hidden`` the states before the first timestep are further bottoms, and those
    after the last one further tops.
    """

    param = "recurrent_param"
    #: How many blobs of state it hands on from one timestep to the next.
    states: ClassVar[int]
    #: The rows of weights for each output: one per gate.
    gates: ClassVar[int]

    def arity(self, layer: Any) -> tuple[Arity, Arity]:
        exposed = self.states if layer.recurrent_param.expose_hidden else 0
        return (2 + exposed, 3 + exposed), 1 + exposed

    def _split(self, ctx: Context) -> tuple[Any, Sequence[Any]]:
        """The static input, or nothing, and the exposed states."""
        exposed = self.states if ctx.param.expose_hidden else 0
        extra = list(ctx.bottoms[2:])
        static = extra.pop(0) if len(extra) > exposed else None
        return static, extra

    def check(self, ctx: Context) -> None:
        sequence, going_on = ctx.bottoms[:2]
        if not ctx.param.num_output:
            raise Fault("num_output is missing or 0", field="recurrent_param.num_output")
        if len(sequence) < 3 or len(going_on) != 2:
            raise Fault(
                "takes sequences of at least 3 axes (timesteps, streams, features) and their"
                f" continuation of 2 (timesteps, streams): {describe(ctx.bottoms, 0, 1)}",
                rule="axis-count",
            )
        if sequence[:2] != going_on:
            raise Fault(
                f"bottoms differ in timesteps or streams (axes 0 and 1):"
                f" {describe(ctx.bottoms, 0, 1)}",
                rule="bottom-shape-mismatch",
            )
        refuse_empty(going_on, "bottom 1 (timesteps, streams)")
        self._check_extra(ctx)

    def _check_extra(self, ctx: Context) -> None:
        static, exposed = self._split(ctx)
        streams = ctx.bottom[1]
        if static is not None and (len(static) < 2 or static[0] != streams):
            raise Fault(
                f"the static input takes {streams} streams of features: {describe(ctx.bottoms, 2)}",
                rule="bottom-shape-mismatch",
            )
        state = (1, streams, ctx.param.num_output)
        for index, bottom in enumerate(exposed, len(ctx.bottoms) - len(exposed)):
            if bottom != state:
                raise Fault(
                    f"a state must be {format_shape(reveal(state))}:"
                    f" {describe(ctx.bottoms, index)}",
                    rule="bottom-shape-mismatch",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        steps, streams = ctx.bottom[:2]
        outputs = ctx.param.num_output
        check_shape((steps, streams, self.gates * outputs), "what its gates read")
        return [(steps, streams, outputs), *[(1, streams, outputs)] * (ctx.tops - 1)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        rows = self.gates * p.num_output
        static, _ = self._split(ctx)
        blobs = [
            ctx.filled("weights", (rows, count(ctx.bottom[2:])), p.weight_filler),
            ctx.filled("bias", (rows,), p.bias_filler),
        ]
        if static is not None:
            blobs.append(ctx.filled("static weights", (rows, count(static[1:])), p.weight_filler))
        blobs.append(ctx.filled("hidden weights", (rows, p.num_output), p.weight_filler))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        """Every weight is used once in each timestep of a stream, a static one once in all."""
        steps, streams = ctx.bottom[:2]
        return sum(
            count(blob.shape or ()) * streams * (1 if blob.name == "static weights" else steps)
            for blob in self.blob_shapes(ctx)
            if "weights" in blob.name
        )
