"""Reads the nets of a command line, one at a time, and summarizes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protogen.cli._files import search_files
from protogen.cli._output import Unusable, report, report_error, report_lines
from protogen.diagnostics import Diagnostic, ProtogenError

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.net import Net
    from protogen.reports.summary import NetSummary

__all__ = ["NetReader"]


@dataclass
class NetReader:
    """Reads nets and infers their shapes.

    ``specs`` are the words of the command line, and ``batch`` another batch size than the net's
    own. ``exit_code`` is that of the worst net so far: 1 if Caffe would reject it, 2 if it cannot
    be read. Without ``phases`` each net is read in the phase that a summary is about.
    """

    specs: Sequence[str]
    settings: Mapping[str, Any]
    phases: Sequence[str]
    inputs: Any
    state: Mapping[str, Any]
    print_diagnostics: bool
    exit_code: int = 0
    batch: int | None = None
    schema: str | None = None
    _mistakes: Sequence[Diagnostic] = ()

    def __post_init__(self) -> None:
        self.search = search_files(self.specs)
        if self.search.problems:
            self.exit_code = 2

    @property
    def several(self) -> bool:
        """Whether nets have titles: there are several, or a folder was given that has only one."""
        return len(self.specs) > 1 or self.search.files != list(self.specs)

    def summaries(self) -> Iterator[NetSummary]:
        """The nets, one at a time. The diagnostics of a net follow when the next one is asked."""
        from protogen.cli._input import report_diagnostics
        from protogen.reports.summary import NetSummary, summarize

        for file in self.search.files:
            read = self._read(file)
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

    def _read(self, file: str) -> tuple[Net, list[Analysis]] | None:
        """A net and its analyses; ``None`` for a file without one. Of several the others follow."""
        try:
            return self._infer(file, skip_others=file in self.search.found)
        except Unusable as error:
            if not self.several:
                raise
            report_error(error)
            self.exit_code = 2
        # A program that fails.
        except ProtogenError as error:
            if not self.several:
                raise
            report_lines(str(error))
            self.exit_code = max(self.exit_code, 1)
        return None

    def _infer(self, file: str, skip_others: bool) -> tuple[Net, list[Analysis]] | None:
        """A net and its analysis in each phase; ``None`` for a file that is not a net."""
        from protogen.cli._file_kind import description
        from protogen.cli._input import read_partial_net, shapes_given
        from protogen.net import infer_shapes
        from protogen.reports.summary import default_phase

        net, mistakes = read_partial_net(file, self.settings, self.schema)
        self._mistakes = mistakes
        # A file that was given by name is shown, whatever it is.
        other = description(net.document) if skip_others and net.document else ""
        if other:
            report(f"{file}: skipped, {other}")
            return None
        shapes = shapes_given(net, self.inputs)
        phases = self.phases or [default_phase(net, **self.state)]
        # Each phase is a net of its own to Caffe.
        analyses = [infer_shapes(net, phase, inputs=shapes, **self.state) for phase in phases]
        if self.batch is not None:
            analyses = [self._with_batch(file, each) for each in analyses]
        return net, analyses

    def _with_batch(self, file: str, analysis: Analysis) -> Analysis:
        from protogen.reports.summary import with_batch

        assert self.batch is not None
        try:
            return with_batch(analysis, self.batch)
        except ValueError as error:
            raise Unusable(f"{file}: --{error}") from None
