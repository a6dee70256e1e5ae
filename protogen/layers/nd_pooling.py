from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._nd_windows import nd_window
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size
from protogen.windows import pooling_size


@register
class NdPooling(LayerSchema):
    """A Pooling over any number of axes, whose window is given by ``kernel_shape``.

    ``stride_shape`` and ``pad_shape`` have as many sizes. The number of windows is rounded up; an
    axis with a pad drops a last window that would start in the padding.
    """

    param = "pooling_param"
    source = "chuckcho/video-caffe: src/caffe/layers/cudnn_ndpooling_layer.cpp"
    formula = "ceil((size + 2*pad - kernel) / stride) + 1, clipped on axes with a pad"
    unmarked_forks = ("video-caffe",)

    def check(self, ctx: Context) -> None:
        nd_window(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, channels, *sizes = ctx.bottom
        window, stride, pad = nd_window(ctx)
        # kernel_shape is asked for even if the pooling is global.
        kernel: Sequence[Size] = sizes if ctx.param.global_pooling else window
        outputs = []
        for axis, size in enumerate(sizes):
            # Unlike Pooling, it clips each axis for its own pad.
            clip = pad[axis] > 0
            output = pooling_size(size, kernel[axis], stride[axis], pad[axis], clip=clip)
            if output < 1:
                raise ctx.fault(
                    f"kernel {kernel[axis]} does not fit size {size} with pad {pad[axis]}"
                    f" (axis {axis + 2}): the top would have size {output}",
                    f"kernel_shape.dim[{axis}]",
                    rule="kernel-exceeds-bottom",
                )
            outputs.append(output)
        return [(num, channels, *outputs)]
