"""Composing nets: the layer calls within ``with Net(...)``, and blocks of layers in ``blocks``."""

from protogen.compose.blob import Blob
from protogen.compose.composition import scope
from protogen.net import Net
from protogen.program import ComposeError

__all__ = ["Blob", "ComposeError", "Net", "scope"]
