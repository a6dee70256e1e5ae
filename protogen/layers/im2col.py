from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._convolution import check_fit, check_strides
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size, count
from protogen.windows import convolution_size, convolution_window


@register
class Im2col(LayerSchema):
    """Turn the window of a Convolution at each place into a column of channels.

    A Convolution is an Im2col followed by a matrix product. Only the window fields of
    ``convolution_param`` are read.
    """

    param = "convolution_param"
    reads_bottom_while_writing = True
    source = "src/caffe/layers/im2col_layer.cpp"
    formula = "channels * kernel area; trunc((size + 2*pad - extent) / stride) + 1"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        window = convolution_window(ctx)
        sizes = ctx.bottom[window.axis + 1 :]
        if not sizes:
            raise ctx.fault(
                f"no axes to slide over after axis {window.axis}: {ctx.describe(0)}",
                layer_field="convolution_param.axis" if ctx.param.HasField("axis") else "bottom[0]",
                rule="axis-count",
            )
        check_strides(ctx, window.stride)
        outputs = [
            convolution_size(*each)
            for each in zip(sizes, window.kernel, window.stride, window.pad, window.dilation)
        ]
        # Unlike a Convolution it accepts a top of size 0, because it adds no bias.
        check_fit(ctx, window, outputs)
        channels = ctx.bottom[window.axis] * count(window.kernel)
        return [(*ctx.bottom[: window.axis], channels, *outputs)]
