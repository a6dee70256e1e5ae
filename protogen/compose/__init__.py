"""Composing nets: `Net`, `Blob`, and blocks of layers in `protogen.compose.blocks`."""

from protogen.compose.blob import Blob
from protogen.compose.mistakes import ComposeError
from protogen.compose.net import Net, scope

__all__ = ["Blob", "ComposeError", "Net", "scope"]
