"""Pictures of nets: which layers are boxes, which boxes are folded, and where they stand."""

from __future__ import annotations

from protogen.pictures.boxes import Box, Edge, Picture, picture

__all__ = ["Box", "Edge", "Picture", "picture"]
