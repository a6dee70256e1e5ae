from __future__ import annotations

from collections.abc import Iterator

from protogen import layers
from protogen.checks._rule import Rule, Run, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.layers._windows import empty_windows
from protogen.shapes import UNKNOWN


@rule
class EmptyPoolingWindow(Rule):
    """A pooling window with nothing in it, for which Caffe computes garbage.

    **What it does.** Finds Pooling layers whose last window starts past the edge of the bottom.

    **Why it is bad.** Caffe says nothing and puts -FLT_MAX (about -3.4e38) there for MAX, and NaN
    for AVE, which spreads through the net. It happens where a stride is larger than its kernel:
    rounding up makes a window that no element is left for.

    **Example.** ``pooling_param { kernel_size: 1 stride: 2 }`` on 4x4 makes 3x3, and the last row
    and column are empty.

    **Mended.** Round down (``round_mode: FLOOR``), or use a kernel as large as the stride.
    """

    code, name, severity = "P101", "empty-pooling-window", Severity.ERROR

    def check_run(self, run: Run) -> Iterator[Diagnostic]:
        pooling = layers.Pooling
        for step in run.of_type("Pooling"):
            ctx = run.context(step)
            if ctx is None or len(ctx.bottom) != 4 or not step.tops or step.tops[0].shape is None:
                continue
            window = pooling.window(ctx)
            average = ctx.param.pool == 1
            for axis, name in enumerate(("height", "width")):
                size, made = ctx.bottom[2 + axis], step.tops[0].shape[2 + axis]
                if size is UNKNOWN or made is None:
                    continue
                stride, pad, kernel = window.stride[axis], window.pad[axis], window.kernel[axis]
                empty = empty_windows(size, stride, pad, made, average=average)
                if empty:
                    yield self._empty(step, name, size, kernel, stride, made, empty)

    def _empty(self, step, name, size, kernel, stride, made, empty):  # type: ignore[no-untyped-def]
        garbage = "NaN" if step.layer.pooling_param.pool == 1 else "-FLT_MAX"
        return self.found(
            step,
            f"{empty} of {made} windows of its {name} hold no element; Caffe puts {garbage} there",
            field="pooling_param.stride",
            why=f"window {made - 1} starts at {(made - 1) * stride}, past a {name} of {size}"
            f" (kernel {kernel}, stride {stride})",
        )
