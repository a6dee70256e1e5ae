"""Protobuf text format: read with the place of every field, edited without loss, formatted."""

from __future__ import annotations

from protogen.text.comments import Comment
from protogen.text.document import Document, read, read_file
from protogen.text.format import format_text
from protogen.text.lines import excerpt

__all__ = ["Comment", "Document", "excerpt", "format_text", "read", "read_file"]
