"""What only training reads in a layer: fillers and learning rates."""

from __future__ import annotations

from typing import Any

from protogen.net import Net

__all__ = ["remove_training", "set_fillers"]

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
        shared = [entry for entry in layer.param if entry.name]
        if not shared:
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
        learns = not layer.param or layer.param[0].lr_mult > 0
        if layer.type in _NEED_FILLERS and learns:
            parameters = getattr(layer, _NEED_FILLERS[layer.type])
            if not parameters.HasField("weight_filler"):
                parameters.weight_filler.type = "msra"
