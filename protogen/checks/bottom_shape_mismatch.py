from __future__ import annotations

from protogen.checks._rule import Rule, rule
from protogen.diagnostics import RULES, Severity


@rule
class BottomShapeMismatch(Rule):
    """Bottoms that have to agree in their shapes, and do not.

    **What it does.** Compares the bottoms of Eltwise, Concat, Crop, the losses and whatever else
    takes several. Where heights or widths differ it goes back to the blob that both come from,
    lists what each layer on either way does to the size, and names the one whose rounding they part
    at. Each mend in the hint was tried: with it the whole net is accepted.

    **Why it is bad.** Caffe dies on loading the net. Mostly two branches are one row apart because
    Caffe rounds the windows of a Pooling up and those of a Convolution down, or because an
    upsampling doubles what was rounded up before.

    **Example.** ``conv3`` is 75x75, ``pool3`` halves it to 38x38, ``up3`` doubles that to 76x76,
    and an Eltwise adds ``up3`` to ``conv3``.

    **Mended.** A Crop of ``up3`` to ``conv3``, or images for which nothing is rounded.
    """

    code, name, severity = RULES["bottom-shape-mismatch"], "bottom-shape-mismatch", Severity.ERROR
    fixable = True
