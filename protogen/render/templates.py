"""The templates in the folder ``templates``, which is installed as ``protogen.templates``."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files("protogen.templates")

    def load(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    return Environment(
        loader=FunctionLoader(load),
        autoescape=_is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _is_html(template: str | None) -> bool:
    return template is not None and template.endswith(".html.j2")


def render(template: str, **values: object) -> str:
    """Fill in a template, given by its file name. A missing value is an error."""
    return _environment().get_template(template).render(**values)
