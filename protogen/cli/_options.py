"""Arguments and options that several commands have."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from protogen.render.formats import Formats

__all__ = [
    "SEVERITIES",
    "AnyCase",
    "FormatsCommand",
    "InputShape",
    "Setting",
    "Spec",
    "data_option",
    "input_option",
    "json_option",
    "proto_option",
    "set_option",
    "state_options",
    "states_options",
    "suited_state_options",
]

SEVERITIES = ("note", "warning", "error")

_Command = TypeVar("_Command", bound=Callable[..., Any])


class FormatsCommand(click.Command):
    """A command with a ``--format`` option; its help lists the formats with what they are."""

    def __init__(self, *args: Any, formats: Formats, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.formats = formats

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_dl(
                [(name, self.formats.summary(name)) for name in self.formats.names()]
            )
        super().format_epilog(ctx, formatter)


class AnyCase(click.Choice):  # type: ignore[type-arg]
    """One of some words, in any case. An error lists them as they are written in the help."""

    def __init__(self, *words: str) -> None:
        super().__init__(words, case_sensitive=False)

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The error message; click itself lists the words in lower case from version 8.2 on."""
        verb = "is not one of" if len(self.choices) > 1 else "is not"
        return f"{value!r} {verb} {', '.join(map(repr, self.choices))}."


class Spec(click.ParamType):  # type: ignore[type-arg]
    """A file, ``-``, or a Python program with the name of a net in it: ``nets.py:resnet``."""

    name = "SPEC"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell complete file names; click completes nothing for a type of ours."""
        return [CompletionItem(incomplete, type="file")]


class InputShape(click.ParamType):  # type: ignore[type-arg]
    """``data=1,3,227,227``: the shape of one blob."""

    name = "BLOB=SHAPE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[int | None, ...]]:
        if isinstance(value, tuple):
            return value
        from protogen.shapes import parse_shape

        # The last one, because a blob may have any name.
        name, _, shape = str(value).rpartition("=")
        if not (name and shape):
            self.fail(f'expected BLOB=SHAPE like data=1,3,227,227, got "{value}"', param, ctx)
        try:
            return name, parse_shape(shape)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Setting(click.ParamType):  # type: ignore[type-arg]
    """``key=value``; the value is a Python literal if it reads as one, else a string."""

    name = "KEY=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        if isinstance(value, tuple):
            return value
        key, equals, text = str(value).partition("=")
        if not (equals and key.isidentifier()):
            self.fail(f'expected KEY=VALUE, got "{value}"', param, ctx)
        # "2" is a number and "max" a word, so that neither needs quotes in a shell.
        try:
            return key, ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return key, text


def _phase_option(default: str | None, about: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--phase",
        type=AnyCase("TEST", "TRAIN"),
        default=default,
        metavar="TEST|TRAIN",
        show_default=default is not None,
        help=about,
    )


#: --input, as ``inputs``: pairs of blob and shape.
input_option = click.option(
    "--input",
    "inputs",
    type=InputShape(),
    metavar="BLOB=SHAPE",
    multiple=True,
    help="Shape of the top of a data layer whose source is unavailable; repeatable.",
)

_STATE = (
    click.option("--level", type=int, default=0, metavar="N", help="Level of the net state."),
    click.option(
        "--stage", "stages", multiple=True, metavar="S", help="Stage of the net state; repeatable."
    ),
    input_option,
)


def _leave_sources_closed(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    if value:
        from protogen.sources import without_data

        # Until the command has ended.
        ctx.with_resource(without_data())
    return value


#: --no-data; the command has no parameter for it, as it holds for all that the command does.
data_option = click.option(
    "--no-data",
    is_flag=True,
    expose_value=False,
    callback=_leave_sources_closed,
    help="Do not open the data sources that nets name.",
)


def state_options(command: _Command) -> _Command:
    """Add --phase, --level, --stage, --input and --no-data.

    The parameters are ``phase``, ``level``, ``stages`` and ``inputs``.
    """
    return _with_state(command, _phase_option("TEST", "Phase of the net state."))


def _with_state(command: _Command, phase_option: Callable[[_Command], _Command]) -> _Command:
    command = data_option(command)
    # Decorators are applied from the last one to the first.
    for option in reversed(_STATE):
        command = option(command)
    return phase_option(command)


def states_options(command: _Command) -> _Command:
    """The same for a command that looks at both phases unless ``phase`` is given."""
    return _with_state(command, _phase_option(None, "Check this phase only [default: both]."))


def suited_state_options(command: _Command) -> _Command:
    """The same for a command that picks the phase to suit the net unless ``phase`` is given."""
    about = "Phase of the net state [default: TEST if it has it]."
    return _with_state(command, _phase_option(None, about))


#: --json, as ``as_json``.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _compile_schema(ctx: click.Context, param: click.Parameter, path: str | None) -> str | None:
    """Compile the schema now: one error for all files, and nothing else is done."""
    if path is not None:
        from protogen.cli._input import use_schema
        from protogen.net_files import message_class

        use_schema(lambda: message_class("NetParameter", path))
    return path


#: --proto, as ``schema``: the path of a ``caffe.proto``, or ``None``.
proto_option = click.option(
    "--proto",
    "schema",
    type=click.Path(exists=True, dir_okay=False),
    callback=_compile_schema,
    metavar="FILE",
    help="The caffe.proto of the Caffe that the nets are for (needs grpcio-tools).",
)

#: --set, as ``settings``: pairs of keyword and value.
set_option = click.option(
    "--set",
    "settings",
    type=Setting(),
    metavar="KEY=VALUE",
    multiple=True,
    help="Argument for the function that returns the net; repeatable.",
)
