"""What C3D's layers share: windows over the time, the height and the width of clips.

C3D's second version has messages of its own for them. Its first version, whose nets have
``layers { type: CONVOLUTION3D }``, added the fields of the time axis to BVLC's messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from protogen.fillers import filler_problem
from protogen.layers._blobs import check_axes
from protogen.proto.fields import has_field
from protogen.schema import Context, LayerSchema, Learnable
from protogen.shapes import Size, count
from protogen.windows import convolution_size

__all__ = ["ClipConvolution", "ClipWindow", "check_clips", "clip_window"]


class ClipWindow(NamedTuple):
    """A window's kernel, stride and pad along time, height and width, and the message of both."""

    home: str
    param: Any
    kernel: tuple[int, int, int]
    stride: tuple[int, int, int]
    pad: tuple[int, int, int]


def check_clips(ctx: Context) -> None:
    """Raise unless the bottom is a batch of clips."""
    check_axes(ctx, 5, 5, names="N, C, frames, H, W")


def clip_window(ctx: Context, older: str) -> ClipWindow:
    """The layer's window; ``older`` names the message that C3D's first version reads it from."""
    home = ctx.schema.param
    if has_field(ctx.layer, older) and not has_field(ctx.layer, home):
        home = older
    param = getattr(ctx.layer, home)
    for field in ("kernel_size", "kernel_depth", "stride", "temporal_stride"):
        value = _number(param, field, 1 if field == "stride" else 0)
        if value == 0:
            written = _is_written(param, field)
            raise ctx.fault(
                f"{field} must be greater than 0, got 0" if written else f"{field} is missing",
                layer_field=f"{home}.{field}",
            )
    kernel = _number(param, "kernel_size", 0)
    stride = _number(param, "stride", 1)
    pad = _number(param, "pad", 0)
    # A Pooling3D is not padded along time.
    frames_pad = getattr(param, "temporal_pad", 0)
    return ClipWindow(
        home,
        param,
        (param.kernel_depth, kernel, kernel),
        (param.temporal_stride, stride, stride),
        (frames_pad, pad, pad),
    )


def _number(param: Any, field: str, default: int) -> int:
    """A field of the window. In BVLC's ConvolutionParameter it is repeated, in C3D's it is not."""
    value = getattr(param, field)
    # The kernels of clips are square, so only the first size counts.
    if isinstance(value, Iterable):
        return int(next(iter(value), default))
    return int(value)


def _is_written(param: Any, field: str) -> bool:
    value = getattr(param, field)
    return bool(value) if isinstance(value, Iterable) else bool(param.HasField(field))


#: The message that C3D's first version has the parameters of a convolution in.
_OLDER = "convolution_param"


class ClipConvolution(LayerSchema):
    """A learned filter that slides over clips."""

    param = "convolution3d_param"
    also = (_OLDER,)
    axes = (5,)
    #: Whether the filter maps its outputs back onto its inputs (Deconvolution3D).
    transposed: ClassVar[bool] = False

    def check(self, ctx: Context) -> None:
        check_clips(ctx)
        window = clip_window(ctx, _OLDER)
        if not window.param.num_output:
            raise ctx.fault("num_output is missing", layer_field=f"{window.home}.num_output")
        filters, groups = window.param.num_output, window.param.filter_group
        if groups == 0 or filters % groups:
            raise ctx.fault(
                f"filter_group {groups} does not divide num_output {filters}",
                layer_field=f"{window.home}.filter_group",
                rule="group-does-not-divide",
            )

    def output_size(self, size: Any, kernel: int, stride: int, pad: int) -> Any:
        """The top's size on one axis."""
        return convolution_size(size, kernel, stride, pad, 1)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        window = clip_window(ctx, _OLDER)
        num, _, *sizes = ctx.bottom
        outputs = []
        for axis, size in enumerate(sizes):
            kernel, stride, pad = window.kernel[axis], window.stride[axis], window.pad[axis]
            output = self.output_size(size, kernel, stride, pad)
            if output < 1:
                raise ctx.fault(
                    f"kernel {kernel} does not fit size {size} with pad {pad} (axis {axis + 2}):"
                    f" the top would have size {output}",
                    layer_field=f"{window.home}.{'kernel_size' if axis else 'kernel_depth'}",
                    rule="kernel-exceeds-bottom",
                )
            outputs.append(output)
        return [(num, window.param.num_output, *outputs)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        window = clip_window(ctx, _OLDER)
        filters, channels = window.param.num_output, ctx.bottom[1]
        if self.transposed:
            filters, channels = channels, filters
        blobs = [_learnable(ctx, window, "weights", (filters, channels, *window.kernel))]
        if window.param.bias_term:
            blobs.append(_learnable(ctx, window, "bias", (1, 1, 1, 1, window.param.num_output)))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Sequence[Size]]) -> Any:
        window = clip_window(ctx, _OLDER)
        # The filter is applied at each place of the top, or of a Deconvolution3D's bottom.
        image = ctx.bottom if self.transposed else tops[0]
        places = image[0] * count(image[2:])
        return places * ctx.bottom[1] * window.param.num_output * count(window.kernel)


def _learnable(ctx: Context, window: ClipWindow, name: str, shape: Sequence[Any]) -> Learnable:
    filler = "weight_filler" if name == "weights" else "bias_filler"
    ctx.check_shape(shape, f"the {name}")
    problem = filler_problem(getattr(window.param, filler), shape)
    if problem is not None:
        raise ctx.fault(
            f"{filler}: {problem.message}",
            layer_field=f"{window.home}.{filler}",
            rule="filler",
        )
    return Learnable(name, tuple(shape))
