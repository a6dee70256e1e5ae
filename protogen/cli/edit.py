"""``protogen edit``: rename, remove, insert, replace and change layers, or cut a part out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._differences import show_difference
from protogen.cli._input import (
    display_name,
    is_composed,
    named_files,
    read_net,
    shapes_given,
    split_spec,
)
from protogen.cli._options import Spec, data_option, input_option, proto_option
from protogen.cli._output import check_output, write_text

if TYPE_CHECKING:
    from protogen.editing.renaming import Named
    from protogen.net import Net

__all__ = ["command"]

#: The options that edit: name, number of values, their names in the help, and the help.
_EDITS = (
    ("--rename", 2, "OLD NEW", "Rename the layer and the blob OLD."),
    ("--rename-layer", 2, "OLD NEW", "Rename the layer only."),
    ("--rename-blob", 2, "OLD NEW", "Rename the blob only."),
    ("--remove", 1, "LAYER", "Remove layers; what reads them reads their bottom. Or a pattern."),
    ("--replace", 2, "LAYER TEXT", "Put the layer written in TEXT in the place of LAYER."),
    ("--insert-before", 2, "LAYER TEXT", "Insert a layer between LAYER and its bottom."),
    ("--insert-after", 2, "LAYER TEXT", "Insert a layer between LAYER and what reads it."),
    ("--set", 3, "LAYER FIELD VALUE", "Set a field of a layer, or of all that match a pattern."),
    ("--unset", 2, "LAYER FIELD", "Remove a field."),
    ("--cut", 2, "FROM TO", 'Keep what is between two blobs; "" is the beginning or the end.'),
)

_RENAMES: dict[str, Named] = {
    "edit_rename": "both",
    "edit_rename_layer": "layer",
    "edit_rename_blob": "blob",
}


class _EditCommand(click.Command):
    """A command that knows in which order its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        # An edit may name a layer that an earlier one adds, so their order counts.
        ctx.meta[__name__] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def _edit_options(command: Any) -> Any:
    for name, number, metavar, text in reversed(_EDITS):
        add = click.option(
            name, _key(name), nargs=number, metavar=metavar, multiple=True, help=text
        )
        command = add(command)
    return command


def _key(option: str) -> str:
    return "edit_" + option.removeprefix("--").replace("-", "_")


@click.command(
    cls=_EditCommand,
    short_help="Rename, remove, insert or change layers, or cut a part out.",
    epilog="\b\nExamples:\n"
    "  protogen edit net.prototxt --remove 'drop*' --cut '' pool5 -o body.prototxt\n"
    "  protogen edit net.prototxt --rename fc8 dogs -i \\\n"
    "    --set dogs inner_product_param.num_output 120",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@_edit_options
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
@click.option("-i", "--in-place", is_flag=True, help="Write the result to FILE.")
@click.option("--diff", is_flag=True, help="Print the changes of the text instead.")
@click.option("--force", is_flag=True, help="Write a net that Caffe would reject, too.")
@input_option
@proto_option
@data_option
def command(
    spec: str,
    output: str,
    in_place: bool,
    diff: bool,
    force: bool,
    inputs: tuple[Any, ...],
    schema: str | None,
    **edits: tuple[Any, ...],
) -> None:
    """Make edits to the net of FILE, in the order given; the rest of its text stays as it is.

    Every reference stays right: what reads a removed layer reads its bottom, layers in place stay
    in place, shared blobs keep their fillers. If a reference would be lost, if a name is taken, or
    if Caffe would reject a shape that it accepted, nothing is written, and the exit code is 1.
    """
    _check_output(spec, output, in_place)
    steps = list(_in_order(edits))
    if not steps:
        raise click.UsageError("expected an edit, such as --rename OLD NEW")
    net = read_net(spec, schema=schema)
    # To see which faults the edits made, and to show what they changed.
    before = net.copy()
    check_output(output, named_files(net))
    given = shapes_given(net, inputs)
    for option, values in steps:
        _make(net, option, values, given)
    if not force:
        net.verify_edits(before, given)
    if diff:
        show_difference(display_name(spec), before.text, net.text)
    elif not in_place:
        write_text(output, net.text)
    else:
        _write_in_place(spec, before.text, net.text)


def _write_in_place(file: str, old: str, new: str) -> None:
    # A file that stays as it is keeps its time, by which make decides.
    if new != old:
        write_text(file, new, read=old.encode("utf-8", "surrogateescape"))


def _check_output(spec: str, output: str, in_place: bool) -> None:
    has_file = spec != "-" and not is_composed(spec)
    if in_place and (output != "-" or not has_file):
        raise click.UsageError("--in-place needs a FILE and no --output")
    # A program cannot be written in place.
    hint = "" if is_composed(spec) else "; use --in-place for that"
    check_output(output, [split_spec(spec)[0]], hint)


def _in_order(edits: dict[str, tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    """Each edit with its values, in the order of the command line."""
    # click collects the values of each option, and the parser says in which order they came.
    pending = {key: iter(values) for key, values in edits.items()}
    for key in click.get_current_context().meta[__name__]:
        if key in pending:
            value = next(pending[key], None)
            if value is not None:
                yield key, value


def _make(net: Net, option: str, values: Any, inputs: dict[str, Any]) -> None:
    """Make one edit. The shapes are verified at the end, because edits may need each other."""
    from protogen.editing.fields import value_from_text

    if option == "edit_remove":
        net.remove(values, verify=False)
    elif option == "edit_set":
        name, field, text = values
        net.set(name, field, value_from_text(field, text, net.current.message), verify=False)
    elif option == "edit_unset":
        name, field = values
        net.set(name, field, None, verify=False)
    elif option == "edit_cut":
        start, end = values
        # Without a name, the cut goes from the beginning or to the end.
        net.cut([start] if start else [], [end] if end else [], inputs=inputs)
    elif option in _RENAMES:
        old, new = values
        net.rename(old, new, _RENAMES[option])
    else:
        method: Callable[..., None] = getattr(net, option.removeprefix("edit_"))
        method(*values, verify=False)
