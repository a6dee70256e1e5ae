"""Options that several commands have: a net's state, shapes and arguments given, JSON."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["FORMATS", "SEVERITIES", "json_option", "set_option", "state_options", "states_options"]

#: How findings can be printed, and what severities they have.
FORMATS = ("text", "concise", "json", "sarif", "github", "junit")
SEVERITIES = ("note", "warning", "error")

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _InputShape(click.ParamType):  # type: ignore[type-arg]
    """``data=1,3,227,227``: the shape of one blob."""

    name = "BLOB=SHAPE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[int | None, ...]]:
        if isinstance(value, tuple):
            return value
        from protogen.shapes import parse_shape

        name, equals, text = str(value).rpartition("=")
        if not (name and equals and text):
            self.fail(f'"{value}" gives no shape; write data=1,3,227,227', param, ctx)
        try:
            return name, parse_shape(text)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Setting(click.ParamType):  # type: ignore[type-arg]
    """``key=value``; the value is a Python literal, or else the text as it stands."""

    name = "KEY=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        if isinstance(value, tuple):
            return value
        key, equals, text = str(value).partition("=")
        if not (equals and key.isidentifier()):
            self.fail(f'"{value}" sets nothing; write key=value', param, ctx)
        try:
            return key, ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return key, text


def _phase_option(default: str | None, about: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--phase",
        type=click.Choice(["TEST", "TRAIN"], case_sensitive=False),
        default=default,
        metavar="TEST|TRAIN",
        show_default=default is not None,
        help=about,
    )


_STATE = (
    click.option("--level", type=int, default=0, metavar="N", help="The level of its state."),
    click.option(
        "--stage", "stages", multiple=True, metavar="S", help="A stage of its state; repeatable."
    ),
    click.option(
        "--input",
        "inputs",
        type=_InputShape(),
        metavar="BLOB=SHAPE",
        multiple=True,
        help="The shape of a data layer's top whose database is not at hand; repeatable.",
    ),
)


def state_options(command: _Command) -> _Command:
    """Add --phase, --level, --stage and --input: ``phase``, ``level``, ``stages``, ``inputs``."""
    for option in reversed(_STATE):
        command = option(command)
    return _phase_option("TEST", "The phase that the net is set up for.")(command)


def states_options(command: _Command) -> _Command:
    """The same for a command that looks at both phases unless ``phase`` is given."""
    for option in reversed(_STATE):
        command = option(command)
    return _phase_option(None, "Look at this phase only [default: both].")(command)


#: --json, as ``as_json``.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

#: --set, as ``settings``: pairs of keyword and value.
set_option = click.option(
    "--set",
    "settings",
    type=_Setting(),
    metavar="KEY=VALUE",
    multiple=True,
    help="An argument of the function that makes the net; repeatable.",
)
