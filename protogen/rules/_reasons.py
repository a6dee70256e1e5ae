"""Why something is a problem, for rules that share the reason."""

__all__ = ["ABORTS", "ABORTS_WITHOUT_PLACE"]

ABORTS = "Caffe aborts while it loads the net."

ABORTS_WITHOUT_PLACE = f"{ABORTS} Its message names neither the layer nor the field."
