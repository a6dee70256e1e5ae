"""What only training reads in a layer: fillers and learning rates."""

from __future__ import annotations

from typing import Any

from protogen.net import Net

__all__ = ["remove_training", "set_fillers"]

#: The fields that are fillers, in the parameters of all layers.
_FILLERS = (
    "weight_filler",
    "bias_filler",
    "filler",
    "scale_filler",
    "shift_filler",
    "slope_filler",
)

#: The layers whose weights start at 0 without a filler, so that they would never learn.
_NEED_FILLERS = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
}


def remove_training(net: Net) -> None:
    """Remove fillers and learning rates, which a net for deployment does not need."""
    for layer in net.message.layer:
        for field, value in layer.ListFields():
            if field.name.endswith("_param") and field.message_type is not None:
                _clear_fillers(value)
        # By the names of its params, a layer shares blobs with others.
        names = [entry.name for entry in layer.param]
        if not any(names):
            layer.ClearField("param")


def _clear_fillers(parameters: Any) -> None:
    for name in _FILLERS:
        if name in parameters.DESCRIPTOR.fields_by_name:
            parameters.ClearField(name)


def set_fillers(net: Net) -> None:
    """Give the weights a filler where the published file, which is for deployment, has none.

    (source: He et al. 2015, "Delving Deep into Rectifiers", Section 2.2)
    """
    for layer in net.message.layer:
        home = _NEED_FILLERS.get(layer.type)
        # A layer that does not learn gets its weights from somewhere else, as those of FCN do.
        learns = not layer.param or layer.param[0].lr_mult > 0
        if home is None or not learns:
            continue
        parameters = getattr(layer, home)
        if not parameters.HasField("weight_filler"):
            parameters.weight_filler.type = "msra"
