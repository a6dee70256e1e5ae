from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size

if TYPE_CHECKING:
    from protogen.proto import MatMulParameter

#: Sophgo's fork takes a size that is not given for 1.
_DEFAULT = 1


@register
class MatMul(LayerSchema):
    """Multiply two matrices, ``dim_1`` by ``dim_2`` and ``dim_2`` by ``dim_3``.

    The top is ``dim_1`` by ``dim_3``, whatever the shapes of the bottoms are.
    """

    param = "matmul_param"
    bottoms = 2
    source = "sophgo/tpu-mlir: the Caffe in its wheel"
    formula = "dim_1 by dim_3"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [_product(ctx.param)]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (_product(layer.matmul_param),)

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        p: MatMulParameter = ctx.param
        rows, columns = _product(p)
        return rows * columns * (p.dim_2 if p.HasField("dim_2") else _DEFAULT)


def _product(p: MatMulParameter) -> tuple[int, int]:
    rows = p.dim_1 if p.HasField("dim_1") else _DEFAULT
    columns = p.dim_3 if p.HasField("dim_3") else _DEFAULT
    return rows, columns
