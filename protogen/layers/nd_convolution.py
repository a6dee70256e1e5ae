from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import check_same_shape
from protogen.layers._nd_windows import nd_window
from protogen.layers._parameters import check_size
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import UNKNOWN, Size, count
from protogen.windows import convolution_size


@register
class NdConvolution(LayerSchema):
    """A Convolution over any number of axes, whose window is given by ``kernel_shape``.

    ``stride_shape`` and ``pad_shape`` have as many sizes. An axis whose top would have size 1 is
    left out, so that frames that are convolved into one give an image.
    """

    param = "convolution_param"
    bottoms, tops = (1, None), (1, None)
    paired = True
    size_field = "num_output"
    source = "chuckcho/video-caffe: src/caffe/layers/cudnn_ndconv_layer.cpp"
    formula = "(size + 2*pad - kernel) / stride + 1; no axis if that is 1"
    unmarked_forks = ("video-caffe",)

    def check(self, ctx: Context) -> None:
        nd_window(ctx)
        check_size(ctx, "num_output")
        p = ctx.param
        for what, number in (("bottom channels", ctx.bottom[1]), ("num_output", p.num_output)):
            if p.group < 1 or number % p.group:
                raise ctx.fault(
                    f"group {p.group} does not divide {number} {what}",
                    "group",
                    rule="group-does-not-divide",
                )
        check_same_shape(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        outputs = _outputs(ctx)
        # An unknown size may be 1, and then its axis is left out.
        if any(size is UNKNOWN for size in outputs):
            return [None] * ctx.tops
        kept = [size for size in outputs if size > 1]
        return [(ctx.bottom[0], ctx.param.num_output, *kept)] * ctx.tops

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        kernel, _, _ = nd_window(ctx)
        p = ctx.param
        weights = (p.num_output, ctx.bottom[1] // p.group, *kernel)
        blobs = [ctx.learnable("weights", weights, "weight_filler")]
        if p.bias_term:
            blobs.append(ctx.learnable("bias", (p.num_output,), "bias_filler"))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        kernel, _, _ = nd_window(ctx)
        places = ctx.bottom[0] * count(_outputs(ctx))
        channels = ctx.bottom[1] * ctx.param.num_output // ctx.param.group
        return places * channels * count(kernel) * ctx.tops


def _outputs(ctx: Context) -> list[Any]:
    """The size of each spatial axis, those included that the top leaves out."""
    outputs = []
    for axis, (size, kernel, stride, pad) in enumerate(zip(ctx.bottom[2:], *nd_window(ctx))):
        output = convolution_size(size, kernel, stride, pad, 1)
        if output < 1:
            raise ctx.fault(
                f"kernel {kernel} does not fit size {size} with pad {pad} (axis {axis + 2}):"
                f" the top would have size {output}",
                f"kernel_shape.dim[{axis}]",
                rule="kernel-exceeds-bottom",
            )
        outputs.append(output)
    return outputs
