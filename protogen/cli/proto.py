"""``protogen proto``: compare and merge the ``caffe.proto`` of two Caffes."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protogen.cli._options import json_option
from protogen.cli._output import Unusable, check_output, report, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    from protogen.proto.declarations import Difference

#: What names protogen's own schema: that of BVLC Caffe, with what forks added.
_OURS = "protogen"

_TITLES = {
    "clash": "numbers that stand for two things",
    "only in A": "only in {a}",
    "only in B": "only in {b}",
    "declared otherwise": "declared otherwise",
}


@click.group(
    short_help="Compare or merge the caffe.proto of two Caffes.",
    epilog="\b\nExamples:\n  protogen proto diff my-caffe/caffe.proto bvlc\n"
    "  protogen proto merge ssd/caffe.proto my-caffe/caffe.proto -o caffe.proto",
)
def command() -> None:
    """Compare or merge the schemas of two Caffes, which say what a prototxt may hold.

    A schema is a caffe.proto, the name of a target ("protogen targets" lists them), or protogen:
    BVLC Caffe with what forks added. To read a file needs the package grpcio-tools:
    pip install 'caffe-protogen[proto]'.
    """


@command.command(
    short_help="Show the differences between two schemas.",
    epilog="\b\nExamples:\n  protogen proto diff my-caffe/caffe.proto bvlc\n"
    "  protogen proto diff intel/caffe.proto nvidia/caffe.proto --json",
)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@json_option
def diff(a: str, b: str, as_json: bool) -> None:
    """Show the differences between the schemas A and B.

    First come the clashes: numbers that stand for one field, or enum value, in A and for another
    in B, so that a caffemodel of one is misread by the other. Then what only one of them has, and
    what they declare otherwise.

    Exit codes: 0 no differences, 1 differences, 2 a schema cannot be used.
    """
    from protogen.proto.declarations import differences

    found = differences(_schema(a), _schema(b))
    if as_json:
        from protogen.render.json import dumps

        click.echo(dumps([asdict(each) for each in found]))
    else:
        for line in _lines(found, a, b):
            click.echo(line)
    if found:
        raise click.exceptions.Exit(1)


@command.command(
    short_help="Write one schema with all that two have.",
    epilog="\b\nExamples:\n"
    "  protogen proto merge ssd/caffe.proto my-caffe/caffe.proto -o caffe.proto\n"
    "  protogen proto merge bvlc my-caffe/caffe.proto --renumber",
)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
@click.option("--renumber", is_flag=True, help="Give what clashes in B a number that is free.")
def merge(a: str, b: str, output: str, renumber: bool) -> None:
    """Write a caffe.proto with the messages, fields and enum values of A and of B.

    What both declare is declared as in A. Numbers that stand for two things are an error, and
    nothing is written; with --renumber, that of B gets another number. Then prototxt files of both
    are read, but no caffemodel of B that has the field. Comments are not kept.
    """
    from protogen.proto.merging import ClashError, source
    from protogen.proto.merging import merge as merged

    # A merged schema must not overwrite one that it is made of.
    check_output(output, [a, b])
    try:
        file = merged(_schema(a), _schema(b), renumber=renumber)
    except ClashError as error:
        for clash in error.clashes:
            report(clash)
        hint = "" if renumber else "; --renumber gives those of B other numbers"
        raise Unusable(f"A and B clash{hint}") from None
    text = source(file, f"Merged by protogen from {a} and {b}.")
    # protoc must be able to read the output, whatever the two files declare.
    _check_compiles(text)
    write_text(output, text)


def _schema(given: str) -> FileDescriptorProto:
    """The schema in a file, of a target, or of protogen itself. Raises `Unusable`."""
    # A file comes first: it may have the name of a target.
    if Path(given).is_file():
        return _compiled(given)
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    from protogen import proto
    from protogen.proto.declarations import clear_options

    if given != _OURS:
        return _of_target(given)
    file = FileDescriptorProto()
    proto.FILE.CopyToProto(file)
    clear_options(file)
    del file.dependency[:]
    return file


def _of_target(name: str) -> FileDescriptorProto:
    from protogen import targets

    # No target has such a name, so this is a file that is missing.
    if name.endswith(".proto") or "/" in name:
        raise Unusable(f"{name} cannot be read: it does not exist, or is not a file")
    try:
        target = targets.get(name)
    except ValueError as error:
        raise Unusable(f'{error} (or give a file, or "{_OURS}")') from None
    if target.schema is None:
        raise Unusable(f'the fields of target "{name}" are unknown; give a caffe.proto')
    return target.schema.declarations()


def _compiled(path: str) -> FileDescriptorProto:
    """The schema in a file, with what it imports."""
    from protogen.cli._input import use_schema
    from protogen.proto.compiler import all_files, compile_schema

    *imported, file = all_files(use_schema(lambda: compile_schema(path)))
    # One file has all messages, so that it can be compared or written as a whole.
    for each in imported:
        file.message_type.extend(each.message_type)
        file.enum_type.extend(each.enum_type)
    del file.dependency[:]
    return file


def _check_compiles(text: str) -> None:
    """Raise `Unusable` if the compiler rejects what would be written."""
    import tempfile

    from protogen.cli._input import use_schema
    from protogen.proto.compiler import compile_schema

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "merged.proto"
        path.write_text(text, encoding="utf-8")
        use_schema(lambda: compile_schema(path))


def _lines(found: Iterable[Difference], a: str, b: str) -> Iterator[str]:
    for kind, group in groupby(found, key=lambda each: each.kind):
        each_of = list(group)
        yield f"{_TITLES[kind].format(a=a, b=b)}: {len(each_of)}"
        for each in each_of:
            yield from _difference(each, a, b)


def _difference(each: Difference, a: str, b: str) -> Iterator[str]:
    if each.a and each.b:
        width = max(len(a), len(b))
        yield f"  {each.path}"
        yield f"    {a:{width}}  {each.a}"
        yield f"    {b:{width}}  {each.b}"
    else:
        yield f"  {each.path}: {each.a or each.b}"
