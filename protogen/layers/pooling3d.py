from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._clips import check_clips, clip_window
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size
from protogen.windows import pooling_size


@register
class Pooling3D(LayerSchema):
    """The maximum, the average, or a random element of windows in clips.

    The windows are ``kernel_depth`` frames long, and as high as they are wide. Their number is
    rounded *up* on each axis. Nets in the older format (``POOLING3D``) have the same fields in
    ``pooling_param``.  (source: Tran et al. 2015, C3D)
    """

    param = "pooling3d_param"
    also = ("pooling_param",)
    axes = (5,)
    source = "facebook/C3D: src/caffe/layers/pool3d_layer.cpp"
    formula = "ceil((size + 2*pad - kernel) / stride) + 1; frames have no pad"

    def check(self, ctx: Context) -> None:
        check_clips(ctx)
        window = clip_window(ctx, "pooling_param")
        # Both messages number the methods alike.
        if window.pad[1] and window.param.pool != proto.PoolingParameter.AVE:
            raise ctx.fault("pad works with AVE pooling only", layer_field=f"{window.home}.pad")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        window = clip_window(ctx, "pooling_param")
        num, channels, *sizes = ctx.bottom
        outputs = []
        for axis, size in enumerate(sizes):
            kernel, stride, pad = window.kernel[axis], window.stride[axis], window.pad[axis]
            output = pooling_size(size, kernel, stride, pad)
            if output < 0:
                raise ctx.fault(
                    f"kernel {kernel} does not fit size {size} with pad {pad} (axis {axis + 2}):"
                    f" the top would have size {output}",
                    layer_field=f"{window.home}.{'kernel_size' if axis else 'kernel_depth'}",
                    rule="kernel-exceeds-bottom",
                )
            outputs.append(output)
        return [(num, channels, *outputs)]
