from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen.layers._parameters import check_size
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Size
from protogen.windows import convolution_size

if TYPE_CHECKING:
    from protogen.proto import LocalParameter


@register
class Local(LayerSchema):
    """A Convolution with separate filters at each place of the image.

    (source: Taigman et al. 2014, DeepFace)
    """

    param = "local_param"
    size_field = "num_output"
    axes = (4,)
    source = "happynear/caffe-windows: src/caffe/layers/local_layer.cpp"
    formula = "(size + 2*pad - kernel_size) / stride + 1"

    def check(self, ctx: Context) -> None:
        check_size(ctx, "num_output")
        check_size(ctx, "kernel_size")
        check_size(ctx, "stride")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: LocalParameter = ctx.param
        return [(ctx.nchw()[0], p.num_output, *_places(ctx))]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p: LocalParameter = ctx.param
        height, width = _places(ctx)
        # Each place has its own filters: the places are the last axis.
        weights = (p.num_output, 1, ctx.nchw()[1] * p.kernel_size**2, height * width)
        blobs = [ctx.learnable("weights", weights, "weight_filler")]
        if p.bias_term:
            shape = (1, 1, p.num_output, height * width)
            blobs.append(ctx.learnable("bias", shape, "bias_filler"))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        p: LocalParameter = ctx.param
        num, channels, _, _ = ctx.nchw()
        height, width = _places(ctx)
        return num * p.num_output * channels * p.kernel_size**2 * height * width


def _places(ctx: Context) -> list[Any]:
    """Height and width of the top."""
    p: LocalParameter = ctx.param
    places = []
    for axis, size in enumerate(ctx.nchw()[2:], start=2):
        output = convolution_size(size, p.kernel_size, p.stride, p.pad, 1)
        if output < 1:
            raise ctx.fault(
                f"kernel {p.kernel_size} does not fit size {size} with pad {p.pad} (axis {axis}):"
                f" the top would have size {output}",
                "kernel_size",
                rule="kernel-exceeds-bottom",
            )
        places.append(output)
    return places
