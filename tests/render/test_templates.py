"""Templates are found in the installed package, and miss no value silently."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from protogen.render.templates import render


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'layers' is undefined"):
        render("layers.md.j2")


def test_a_template_that_does_not_exist() -> None:
    with pytest.raises((TemplateNotFound, FileNotFoundError), match=r"nothing\.j2"):
        render("nothing.j2")
