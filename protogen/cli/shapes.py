"""``protogen shapes``: the shape of every blob of a net, as Caffe would compute it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import FormatsCommand, Spec, json_option, set_option, state_options
from protogen.cli._output import Unusable, report, report_error, report_lines
from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.render.net import FORMATS

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.cli._files import FileSearch
    from protogen.net import Net
    from protogen.reports.summary import NetSummary


@click.command(
    cls=FormatsCommand,
    formats=FORMATS,
    short_help="Print the shape of every blob of a net.",
    epilog="\b\nExamples:\n  protogen shapes deploy.prototxt\n"
    "  protogen shapes train_val.prototxt --all-phases --input data=32,3,227,227\n"
    "  protogen shapes nets.py:resnet --set depth=50 --phase TRAIN",
)
@click.argument("specs", type=Spec(), metavar="FILE|FOLDER|SPEC...", nargs=-1, required=True)
@set_option
@state_options
@click.option("--all-phases", is_flag=True, help="Show TRAIN and TEST side by side.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS.names()),
    metavar="FORMAT",
    default="table",
    show_default=True,
    help="How to print the shapes.",
)
@json_option
def command(
    specs: tuple[str, ...],
    settings: Any,
    phase: str,
    all_phases: bool,
    format_name: str,
    as_json: bool,
    inputs: Any,
    **state: Any,
) -> None:
    """Print the layers of nets with the shapes of their tops and learnable blobs, and their
    multiply-accumulates.

    Give prototxt files, - for standard input, folders, or Python programs that compose a net
    (SPEC: file.py, or file.py:name for one of its nets or functions). Folders are searched for
    *.prototxt files that git does not ignore. An unknown size is shown as ?. What is wrong with a
    net is printed on standard error; the exit code is 1 if Caffe would reject a net.
    """
    from protogen.cli._files import FileSearch
    from protogen.cli._settings import folder_settings
    from protogen.render.context import Context

    search = FileSearch(lambda folder: folder_settings(folder).excluded)
    search.add(*specs)
    search.report()
    module = FORMATS.load("json" if as_json else format_name)
    reader = _Reader(
        settings=dict(settings),
        phases=("TRAIN", "TEST") if all_phases else (phase,),
        inputs=inputs,
        state=state,
        several=search.files != list(specs) or len(specs) > 1,
        print_diagnostics=not module.INCLUDES_DIAGNOSTICS,
        exit_code=2 if search.problems else 0,
    )
    summaries = reader.summaries(search)
    for part in module.render(summaries, Context(terminal=sys.stdout.isatty())):
        # click would write UTF-8 to a standard output whose encoding is ASCII, unless it is named.
        click.echo(part, file=sys.stdout)
    if reader.exit_code:
        raise click.exceptions.Exit(reader.exit_code)


@dataclass
class _Reader:
    """Reads nets and infers their shapes.

    ``several`` is whether to title the nets, and ``exit_code`` is that of the worst net so far: 1
    if Caffe would reject it, 2 if it cannot be read.
    """

    settings: Mapping[str, Any]
    phases: Sequence[str]
    inputs: Any
    state: Mapping[str, Any]
    several: bool
    print_diagnostics: bool
    exit_code: int = 0
    _mistakes: Sequence[Diagnostic] = ()

    def summaries(self, search: FileSearch) -> Iterator[NetSummary]:
        """The nets, one at a time. The diagnostics of a net follow when the next one is asked."""
        from protogen.cli._input import report_diagnostics
        from protogen.reports.summary import NetSummary, summarize

        for file in search.files:
            try:
                read = self._infer(file, skip_others=file in search.found)
            except Unusable as error:
                if not self.several:
                    raise
                report_error(error)
                self.exit_code = 2
                continue
            except ProtogenError as error:  # a program that fails
                if not self.several:
                    raise
                report_lines(str(error))
                self.exit_code = max(self.exit_code, 1)
                continue
            if read is None:
                continue
            net, analyses = read
            if not all(analysis.ok for analysis in analyses):
                self.exit_code = max(self.exit_code, 1)
            title = file if self.several else ""
            yield NetSummary(title, tuple(map(summarize, analyses)))
            if self.print_diagnostics:
                report_diagnostics(net, analyses)
            if self._mistakes:
                report_lines("\n".join(map(str, self._mistakes)))
                self.exit_code = max(self.exit_code, 1)

    def _infer(self, file: str, skip_others: bool) -> tuple[Net, list[Analysis]] | None:
        """A net and its analysis in each phase; ``None`` for a file that is not a net."""
        from protogen.cli._file_kind import description
        from protogen.cli._input import read_partial_net, shapes_given
        from protogen.net import infer_shapes

        net, mistakes = read_partial_net(file, self.settings)
        self._mistakes = mistakes
        other = description(net.document) if skip_others and net.document else ""
        if other:
            report(f"{file}: skipped, {other}")
            return None
        shapes = shapes_given(net, self.inputs)
        return net, [infer_shapes(net, phase, inputs=shapes, **self.state) for phase in self.phases]
