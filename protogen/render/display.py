"""What ``print`` and a notebook show of each kind of object; see `protogen.display`."""

from __future__ import annotations

import html as escaping
from functools import singledispatch

from protogen.render import receptive_field, summary
from protogen.reports.receptive_field import ReceptiveField
from protogen.reports.summary import Summary

__all__ = ["html", "text"]


@singledispatch
def text(shown: object) -> str:
    """The object as text for people."""
    return repr(shown)


@singledispatch
def html(shown: object) -> str:
    """The object as HTML for a notebook: by default its text, as it is."""
    return f"<pre>{escaping.escape(text(shown))}</pre>"


text.register(ReceptiveField, receptive_field.text)
text.register(Summary, summary.text)
html.register(Summary, summary.html)
