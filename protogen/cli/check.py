"""``protogen check``: what is wrong with nets and solvers, why, and what would mend it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from protogen.cli._options import FORMATS, SEVERITIES, states_options
from protogen.cli._output import Unusable, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protogen.cli._examine import Outcome, Task
    from protogen.cli._settings import Settings
    from protogen.reports.findings import Checked

_select = click.option("--select", multiple=True, metavar="CODES", help="Tell only these rules.")
_ignore = click.option("--ignore", multiple=True, metavar="CODES", help="Do not tell these rules.")


@click.command(
    epilog="\b\nExamples:\n  protogen check deploy.prototxt\n"
    "  protogen check models/ --select P,S104 --format github\n"
    "  protogen check train_val.prototxt --input data=32,3,227,227 --diff"
)
@click.argument("files", metavar="[FILES_OR_FOLDERS_OR_SPECS]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print [default: text].")
@_select
@_ignore
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    help="The least that is told [default: warning, or all that --select names].",
)
@states_options
@click.option("--fix", "fix", is_flag=True, help="Apply the safe fixes to the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings.")
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes to use.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False), help="The settings file.")
def command(files: tuple[str, ...], **options: Any) -> None:
    """Check nets and solvers: what Caffe would refuse, compute wrongly, or was hardly meant.

    Folders are searched for *.prototxt; - is standard input; a Python program that makes a net is
    file.py or file.py:name. Without any, the current folder is searched. CODES are codes,
    beginnings of codes or names, with commas between them; "protogen rules" lists them.
    Settings are read from the nearest protogen.toml, pyproject.toml or setup.cfg.

    Exit codes: 0 nothing found, 1 findings, 2 something could not be checked.
    """
    from protogen.cli._pool import examine_all

    settings = _Chooser(options)
    tasks = [settings.task(file) for file in _expanded(files or (".",))]
    form = options["form"] or settings.here.format or "text"
    if options["statistics"] and form not in ("text", "concise", "json"):
        raise click.UsageError(f"--statistics has no form for --format {form}")
    outcomes = examine_all(tasks, options["jobs"])
    if options["fix"] and not options["diff"]:
        outcomes = [*map(_written, outcomes)]
    _warn(outcomes)
    if options["diff"]:
        number = _show_differences(outcomes)
    else:
        filtered = options["fix"] and any(outcome.file == "<stdin>" for outcome in outcomes)
        out = sys.stderr if filtered else sys.stdout  # where the text itself is not
        number = _report(outcomes, form, options["statistics"], out)
    if any(outcome.trouble for outcome in outcomes):
        raise click.exceptions.Exit(2)
    if number and not options["exit_zero"]:
        raise click.exceptions.Exit(1)


class _Chooser:
    """What was asked for on the command line, and where nothing was, in files of settings."""

    def __init__(self, options: dict[str, Any]) -> None:
        from protogen.cli._settings import read_settings

        self._options = options
        self._all = read_settings(Path(options["config"])) if options["config"] else None
        self._select = _codes(options["select"], "--select")
        self._ignore = _codes(options["ignore"], "--ignore")

    def _of(self, file: Path) -> Settings:
        from protogen.cli._settings import find_settings

        return self._all or find_settings(file)

    @property
    def here(self) -> Settings:
        """The settings of the current folder."""
        return self._of(Path("any.prototxt"))

    def task(self, spec: str) -> Task:
        """What to do with one file."""
        from protogen.cli._examine import Task

        options, path = self._options, Path(spec.rpartition(":")[0] or spec)
        settings = self._of(path if path.exists() else Path("any.prototxt"))
        phases = {"phases": (options["phase"],)} if options["phase"] else {}
        return Task(
            spec,
            sys.stdin.buffer.read() if spec == "-" else None,
            {
                **phases,
                "level": options["level"],
                "stages": options["stages"],
                "inputs": {**settings.inputs, **dict(options["inputs"])},
            },
            select=self._select or settings.select,
            ignore=(self._ignore or settings.ignore) + settings.ignored_in(path),
            severity=options["severity"] or settings.severity,
            mend=options["fix"] or options["diff"],
        )


def _codes(given: Sequence[str], option: str) -> tuple[str, ...]:
    from protogen.cli._settings import check_codes

    codes = tuple(code.strip() for each in given for code in each.split(",") if code.strip())
    try:
        check_codes(codes)
    except ValueError as error:
        raise Unusable(f"{option}: {error}") from None
    return codes


def _expanded(files: Sequence[str]) -> list[str]:
    """The files given and those in the folders given, each once."""
    found: dict[str, None] = {}
    for file in files:
        inside = _inside(Path(file)) if Path(file).is_dir() else [file]
        if not inside:
            click.echo(f"{file}: no *.prototxt in it", err=True)
        found.update(dict.fromkeys(inside))
    return list(found)


def _inside(folder: Path) -> list[str]:
    """The prototxt files below a folder, but not those in hidden folders."""
    return [
        str(path)
        for path in sorted(folder.rglob("*.prototxt"))
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    ]


def _warn(outcomes: Sequence[Outcome]) -> None:
    """What was passed over, and what could not be checked."""
    for outcome in outcomes:
        if outcome.skipped:
            click.echo(f"{outcome.file}: skipped, it is {outcome.skipped}", err=True)
        if outcome.trouble:
            click.echo(f"Error: {outcome.trouble}", err=True)


def _show_differences(outcomes: Sequence[Outcome]) -> int:
    """Print what the fixes would change, and give the number of findings they would mend."""
    from protogen.cli._differences import show_difference

    changed = [outcome for outcome in outcomes if outcome.fixed is not None]
    for outcome in changed:
        show_difference(outcome.file, outcome.text or "", outcome.fixed or "")
    number = sum(len(outcome.mended) for outcome in changed)
    findings = "1 finding" if number == 1 else f"{number} findings"
    click.echo(f"Would fix {findings}" if number else "Nothing to fix", err=True)
    return number


def _written(outcome: Outcome) -> Outcome:
    """The outcome, its fixes written; standard input goes on to standard output, fixed or not."""
    piped = outcome.file == "<stdin>"
    text = outcome.text if piped and outcome.fixed is None else outcome.fixed
    if text is not None:
        try:
            write_text("-" if piped else outcome.file, text)
        except Unusable as error:
            return replace(outcome, found=[], mended=[], trouble=error.message)
    return outcome


def _report(outcomes: Sequence[Outcome], form: str, statistics: bool, out: TextIO) -> int:
    """Print the findings, and give their number."""
    from protogen.cli._report import print_report
    from protogen.reports.findings import Checked

    files: list[Checked] = [
        Checked(outcome.file, outcome.found, outcome.mended)
        for outcome in outcomes
        if not (outcome.skipped or outcome.trouble)
    ]
    texts = {each.file: each.fixed or each.text or "" for each in outcomes if each.text}
    print_report(files, form, texts, statistics, out)
    return sum(len(file.found) for file in files)
