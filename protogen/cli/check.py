"""``protogen check``: what is wrong with nets and solvers, why, and how to fix it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import SEVERITIES, FormatsCommand, Spec, proto_option, states_options
from protogen.cli._output import Unusable, check_output, report, write_text
from protogen.cli._tasks import TARGET_FAMILY
from protogen.diagnostics import plural
from protogen.render.findings import FORMATS, StatisticsFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protogen.cli._files import FileSearch
    from protogen.cli._settings import Settings
    from protogen.cli._tasks import Outcome, Task
    from protogen.reports.findings import CheckedFile

#: What findings call standard input.
_STDIN = "<stdin>"


@click.command(
    cls=FormatsCommand,
    formats=FORMATS,
    short_help="Check nets and solvers for mistakes.",
    epilog="\b\nExamples:\n  protogen check deploy.prototxt\n"
    "  protogen check models/ --select P,S104 --format github\n"
    "  protogen check train_val.prototxt --input data=32,3,227,227 --diff\n"
    "  protogen check --target opencv4,bvlc models/\n"
    "  protogen check --proto my-caffe/caffe.proto models/",
)
@click.argument("files", type=Spec(), metavar="[FILE|FOLDER|SPEC]...", nargs=-1)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS.names()),
    metavar="FORMAT",
    help="How to print the findings [default: text].",
)
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the findings to FILE instead of standard output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors, nothing else.")
@click.option("--select", multiple=True, metavar="CODES", help="Report only these rules.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not report these rules.")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    help="Lowest severity to report [default: warning, or all that --select names].",
)
@states_options
@click.option(
    "--allow-python/--no-python",
    default=None,
    help="Run the Python programs among FILES [default: only if there is nothing else to check].",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="NAME",
    help="Report what these targets do with the nets, nothing else.",
)
@proto_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes to the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--statistics", is_flag=True, help="Print the number of findings of each rule.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Number of processes to use."
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read the settings from FILE.",
)
def command(files: tuple[str, ...], jobs: int | None, exit_zero: bool, **options: Any) -> None:
    """Check nets and solvers for what Caffe would reject, compute wrongly, or is probably
    unintended.

    Give files, folders, - for standard input, or a Python program that composes a net (SPEC:
    file.py, or file.py:name for one of its nets or functions). Folders are searched for
    *.prototxt files that git does not ignore; the default is the current folder. CODES are rule
    codes, prefixes of codes or rule names, separated by commas; "protogen rules" lists them.
    Settings come from the nearest protogen.toml, pyproject.toml or setup.cfg.

    A target is another program that reads prototxt; "protogen targets" lists them. With --target,
    several separated by commas, only what they do with each net is reported, and whether it loads,
    runs, and computes what Caffe does.

    Exit codes: 0 no findings, 1 findings (with --target: nets that do not load or run), 2 a file
    could not be checked.
    """
    if options["allow_python"] is None:
        # A program that is named alone is meant to be run; others may come from a pattern like *.
        options["allow_python"] = len(files) == 1
    request = _Request(options)
    # An unknown format is an error before anything is read.
    render = request.renderer()
    search = request.search(files)
    outcomes = _outcomes(request, search.files, jobs)
    _report_unchecked(search, outcomes, request.quiet)
    number = _show_differences(outcomes) if request.diff else _report(outcomes, request, render)
    if search.problems or any(outcome.problem for outcome in outcomes):
        raise click.exceptions.Exit(2)
    if request.targets and not request.diff:
        # The exit code is about whether nets run in the targets, not about every finding.
        number = _rejected(outcomes)
    if number and not exit_zero:
        raise click.exceptions.Exit(1)


class _Request:
    """The options of the command line, and the settings where an option is not given."""

    def __init__(self, options: dict[str, Any]) -> None:
        from protogen.cli._settings import read_settings

        self._options = options
        self._config = None
        if options["config"]:
            self._config = read_settings(Path(options["config"]))
        self._select = _codes(options["select"], "--select")
        self._ignore = _codes(options["ignore"], "--ignore")
        self.targets = _targets(options["targets"])
        # With --target nothing else is reported, unless --select asks for it.
        if self.targets and not self._select:
            self._select = (TARGET_FAMILY,)
        self.diff: bool = options["diff"]
        # --fix --diff only shows.
        self.fix: bool = options["fix"] and not self.diff
        self.quiet: bool = options["quiet"]
        self.output_file: str | None = options["output_file"]

    def settings(self, file: Path) -> Settings:
        """The settings for a file."""
        from protogen.cli._settings import find_settings

        return self._config or find_settings(file)

    def folder_settings(self, folder: str) -> Settings:
        """The settings for the files of a folder."""
        from protogen.cli._settings import folder_settings

        return self._config or folder_settings(folder)

    def renderer(self) -> Any:
        """The function that renders the findings, or their statistics."""
        name = self._options["format_name"] or self.folder_settings(".").format or "text"
        if self._options["as_json"]:
            name = "json"
        module = FORMATS.load(name)
        if not self._options["statistics"]:
            return module.render
        if not isinstance(module, StatisticsFormat):
            raise click.UsageError(f"--format {name} does not support --statistics")
        return module.render_statistics

    def search(self, files: Sequence[str]) -> FileSearch:
        """The files to check. Raises `Unusable` if the report would overwrite one."""
        from protogen.cli._files import FileSearch
        from protogen.cli._input import split_spec

        search = FileSearch(lambda folder: self.folder_settings(folder).excluded)
        search.add(*(files or (".",)))
        if self.output_file:
            check_output(self.output_file, [split_spec(file)[0] for file in search.files])
        return search

    def task(self, spec: str, *, alone: bool) -> Task:
        """What to do with one file; ``alone`` is whether it is the only one."""
        from protogen.cli._input import read_file, split_spec
        from protogen.cli._tasks import Task
        from protogen.sources import are_opened

        options = self._options
        path = Path(split_spec(spec)[0])
        # Standard input and the zoo are in no folder.
        settings = self.settings(path) if path.exists() else self.folder_settings(".")
        # A file that nobody named may lack a blob of --input.
        required = tuple(dict(options["inputs"])) if alone else ()
        return Task(
            spec,
            # The processes that check files have no standard input.
            read_file(spec) if spec == "-" else None,
            self._checked_state(settings),
            select=self._select or settings.select,
            ignore=(self._ignore or settings.ignore) + settings.ignored_in(path),
            severity=options["severity"] or settings.severity,
            fix=self.fix or self.diff,
            required_inputs=required,
            opens_sources=settings.data and are_opened(),
            runs_programs=options["allow_python"],
            targets=self.targets or settings.targets,
            schema=options["schema"] or settings.proto,
            names_files=bool(self.output_file),
        )

    def _checked_state(self, settings: Settings) -> dict[str, Any]:
        """The keywords of `protogen.check`; without a phase it checks both."""
        options = self._options
        state = {
            "level": options["level"],
            "stages": options["stages"],
            "inputs": {**settings.inputs, **dict(options["inputs"])},
        }
        if options["phase"]:
            state["phases"] = (options["phase"],)
        return state


def _outcomes(request: _Request, files: Sequence[str], jobs: int | None) -> Sequence[Outcome]:
    """What is found in each file. With --fix the files are written."""
    from protogen.cli._processes import run_tasks

    alone = len(files) == 1
    tasks = [request.task(file, alone=alone) for file in files]
    outcomes = run_tasks(tasks, jobs, progress=not request.quiet)
    if request.fix:
        return [_write_fixes(outcome) for outcome in outcomes]
    return outcomes


def _codes(given: Sequence[str], option: str) -> tuple[str, ...]:
    """The codes of an option that is repeatable, and each time takes several."""
    from protogen.cli._settings import check_codes

    codes = _words(given)
    try:
        check_codes(codes)
    except ValueError as error:
        raise Unusable(f"{option}: {error}") from None
    return codes


def _words(given: Sequence[str]) -> tuple[str, ...]:
    """The words between commas, without empty ones."""
    found = []
    for each in given:
        for word in each.split(","):
            if word.strip():
                found.append(word.strip())
    return tuple(found)


def _targets(given: Sequence[str]) -> tuple[str, ...]:
    """The targets of an option that is repeatable, and each time takes several."""
    from protogen.cli._settings import check_targets

    # Each once, in the order in which the columns of the report are wanted.
    names = tuple(dict.fromkeys(_words(given)))
    try:
        check_targets(names)
    except ValueError as error:
        raise Unusable(f"--target: {error}") from None
    return names


def _rejected(outcomes: Sequence[Outcome]) -> int:
    """The number of nets that a target does not load, or cannot run."""
    number = 0
    for outcome in outcomes:
        verdicts = outcome.verdicts.values()
        if "refused" in verdicts or "fails later" in verdicts:
            number += 1
    return number


def _report_unchecked(search: FileSearch, outcomes: Sequence[Outcome], quiet: bool) -> None:
    """Print which files were skipped, and which could not be checked."""
    # That a folder has no files is no error; one that cannot be read is.
    if quiet:
        search.empty.clear()
    search.report()
    for outcome in outcomes:
        if outcome.problem:
            report(f"Error: {outcome.problem}")
        elif outcome.skipped and not quiet:
            report(f"{outcome.file}: skipped, {outcome.skipped}")
        elif not quiet:
            for sentence in outcome.unchecked:
                report(f"{outcome.file}: {sentence}")


def _write_fixes(outcome: Outcome) -> Outcome:
    """Write the fixed text of a file.

    If a file cannot be written, the outcome says so instead of what was fixed.
    """
    path, text = outcome.file, outcome.fixed_text
    if outcome.file == _STDIN:
        # Standard input goes to standard output, whether it is fixed or not, as in a pipeline.
        path = "-"
        text = _present_text(outcome)
    if text is None:
        return outcome
    # A file that was changed since it was read is not overwritten.
    read = None
    if outcome.text is not None:
        read = outcome.text.encode("utf-8", "surrogateescape")
    try:
        write_text(path, text, read=read)
    except Unusable as error:
        return replace(outcome, findings=[], fixed=[], problem=error.message)
    return outcome


def _show_differences(outcomes: Sequence[Outcome]) -> int:
    """Print what the fixes would change, and return the number of findings they would fix."""
    from protogen.cli._differences import show_difference

    number = 0
    for outcome in outcomes:
        if outcome.fixed_text is not None:
            show_difference(outcome.file, outcome.text or "", outcome.fixed_text)
            number += len(outcome.fixed)
    report(f"Would fix {plural(number, 'finding')}" if number else "Nothing to fix")
    return number


def _report(outcomes: Sequence[Outcome], request: _Request, render: Any) -> int:
    """Print the findings, and return their number."""
    from protogen.cli._input import source_of
    from protogen.render.context import Context, wants_color

    files, texts = _checked_files(outcomes)
    source = source_of(texts)
    # "No findings" would be beside the point if no file could be read.
    summary = not request.quiet and (bool(files) or not any(each.problem for each in outcomes))
    if request.output_file:
        for outcome in outcomes:
            check_output(request.output_file, outcome.named_files)
        context = Context(summary=summary, source=source)
        parts: Iterator[str] = render(files, context)
        write_text(request.output_file, "".join([f"{part}\n" for part in parts]))
    else:
        # If standard output has the fixed text of standard input, the findings go elsewhere.
        piped = request.fix and _STDIN in [outcome.file for outcome in outcomes]
        out = sys.stderr if piped else sys.stdout
        context = Context(out.isatty(), wants_color(out), summary, source)
        for part in render(files, context):
            # Without `color`, click removes the colors from what is not a terminal.
            click.echo(part, file=out, color=context.color)
    return sum(len(file.findings) for file in files)


def _checked_files(outcomes: Sequence[Outcome]) -> tuple[list[CheckedFile], dict[str, str]]:
    """The files that were checked, and the texts that the findings quote."""
    from protogen.reports.findings import CheckedFile

    files: list[CheckedFile] = []
    texts: dict[str, str] = {}
    for outcome in outcomes:
        if outcome.skipped or outcome.problem:
            continue
        files.append(
            CheckedFile(
                outcome.file,
                outcome.findings,
                outcome.fixed,
                outcome.unchecked,
                outcome.hidden_notes,
                outcome.verdicts,
            )
        )
        text = _present_text(outcome)
        if text is not None:
            texts[outcome.file] = text
    return files, texts


def _present_text(outcome: Outcome) -> str | None:
    """The text that the findings are about, which is the one with the fixes."""
    if outcome.fixed_text is not None:
        return outcome.fixed_text
    return outcome.text
