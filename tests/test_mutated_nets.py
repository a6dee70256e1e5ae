"""Mutated nets through every command and every format: no exception, nothing hidden, valid output.

``PROTOGEN_FUZZ=200000`` in the environment sets how many; a short run is the default. A failure
names its seed: ``mutated(seed)`` is its text. ``PROTOGEN_FUZZ_FROM`` is the first seed.
"""

from __future__ import annotations

import gc
import io
import json
import os
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

import protogen
from protogen import targets
from protogen.checks import Suppressions
from protogen.cli import main
from protogen.cli._tasks import Outcome, Task, run_task
from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.layers import all_types
from protogen.render.context import Context
from protogen.render.dot import dot
from protogen.render.findings import FORMATS
from protogen.render.net import FORMATS as NET_FORMATS
from protogen.reports.findings import CheckedFile
from protogen.reports.summary import NetSummary, summarize
from protogen.text import format_text
from protogen.text.upgrade import upgrade
from protogen.transforms.safe_fixes import is_writable
from tests.mutated_nets import mutated

NETS = int(os.environ.get("PROTOGEN_FUZZ", "100"))
FIRST = int(os.environ.get("PROTOGEN_FUZZ_FROM", "0"))

#: What a terminal or a log may act on: control characters, and marks that turn the direction.
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

#: An error in the text that keeps protogen from writing into it.
FILE = "folder/net.prototxt"


def test_every_command_and_format() -> None:
    before = 0
    for seed in range(FIRST, FIRST + NETS):
        try:
            try_everything(seed, mutated(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error
        if seed - FIRST == 4_000:
            gc.collect()
            before = resident()
    # Caches are full by then, and have a bound.
    if before:
        gc.collect()
        assert resident() - before < 150 * 2**20


def resident() -> int:
    """The bytes of this process, at most so far where the system says only that."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def try_everything(seed: int, text: str) -> None:
    """Check the net in one format, and use one other command; the seed chooses which."""
    random = Random(seed)
    data = text.encode("utf-8", "surrogatepass")
    outcome = check_nothing_hidden(data)
    fixes = any(finding.fixable for finding in outcome.findings)
    if fixes or random.random() < 0.1:
        outcome = check_fixes(data, outcome)
    render(random.choice(FORMATS.names()), outcome)
    random.choice(COMMANDS)(data)


def run(data: bytes, **options: Any) -> Outcome:
    """What ``protogen check --severity note`` finds."""
    outcome = run_task(Task(FILE, data, severity="note", **options))
    assert not outcome.problem, outcome.problem
    return outcome


def check_nothing_hidden(data: bytes) -> Outcome:
    """The findings, without those that a comment beside them or above their layer ignores."""
    outcome = run(data)
    if outcome.skipped or b"protogen" not in data:
        return outcome
    net = protogen.loads(data, FILE)
    assert net.document is not None
    found = protogen.check(net, notes=True).diagnostics
    left = Suppressions(net.document).remaining(found)
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for finding in found:
        if finding not in left:
            assert finding.location is not None
            assert _ignored_before(lines, finding), f"hidden: {finding}"
    return outcome


def _ignored_before(lines: list[str], finding: Diagnostic) -> bool:
    """Whether the file, the layer around a finding or a line near it has an ignore comment."""
    line = finding.location.line if finding.location else 0
    layer = max((n for n in range(line) if re.match(r"\s*layers?\b", lines[n])), default=0)
    start = max(0, min(layer, line - 1) - 6)
    return any("ignore" in each for each in [*lines[:3], *lines[start:line]]) or any(
        "ignore-file" in each for each in lines
    )


def check_fixes(data: bytes, before: Outcome) -> Outcome:
    """``--fix``: no new error, what is left cannot be fixed, and fixing again changes nothing."""
    outcome = run(data, fix=True)
    if outcome.fixed_text is None:
        return outcome
    again = run(outcome.fixed_text.encode("utf-8", "surrogateescape"), fix=True)
    assert again.fixed_text is None, "a second --fix changes the text again"
    # Half a Python program may be read as a net until its assignments are "fixed".
    if again.skipped:
        return outcome
    assert [str(each) for each in again.findings] == [str(each) for each in outcome.findings]
    return outcome


# Formats ---------------------------------------------------------------------------------------


def render(name: str, outcome: Outcome) -> None:
    """Render the findings, and read the output as its readers do."""
    file = CheckedFile(outcome.file, outcome.findings, outcome.fixed, outcome.unchecked)
    text = outcome.fixed_text if outcome.fixed_text is not None else outcome.text
    context = Context(source=lambda _: text or "")
    output = "\n".join(FORMATS.load(name).render([file], context))
    # As standard output has it in the C locale.
    READERS.get(name, read_text)(output, len(outcome.findings))
    if name != "junit":
        output.encode("ascii", "backslashreplace")


def read_text(output: str, number: int) -> None:
    unsafe = UNSAFE.search(output)
    assert unsafe is None, f"{unsafe!r} in the output"


def read_json(output: str, number: int) -> None:
    assert output.isascii()
    assert len(json.loads(output)["diagnostics"]) == number


def read_sarif(output: str, number: int) -> None:
    assert output.isascii()
    assert len(json.loads(output)["runs"][0]["results"]) == number


def read_junit(output: str, number: int) -> None:
    assert output.isascii()
    root = Xml.fromstring(output)
    assert int(root.get("tests", "0")) == max(1, number)


def read_github(output: str, number: int) -> None:
    read_text(output, number)
    lines = output.split("\n") if output else []
    assert len(lines) == number
    for line in lines:
        assert re.match(r"::(error|warning|notice) file=[^:]*::", line)


READERS: dict[str, Callable[[str, int], None]] = {
    "json": read_json,
    "sarif": read_sarif,
    "junit": read_junit,
    "github": read_github,
}


# Other commands --------------------------------------------------------------------------------


def upgrade_twice(data: bytes) -> None:
    result = upgrade(data, None, FILE)
    if result.ok and result.text is not None:
        again = upgrade(result.text.encode("utf-8", "surrogateescape"), result.kind, FILE)
        assert again.text == result.text


def format_twice(data: bytes) -> None:
    try:
        text = format_text(data.decode("utf-8", "surrogateescape"), FILE)
    except ProtogenError:
        return
    assert format_text(text, FILE) == text


def shapes(data: bytes) -> None:
    net = protogen.loads(data, FILE)
    analyses = [protogen.infer_shapes(net, phase) for phase in ("TRAIN", "TEST")]
    summary = NetSummary("", tuple(map(summarize, analyses)))
    for name in NET_FORMATS.names():
        output = "\n".join(NET_FORMATS.load(name).render([summary], Context()))
        assert UNSAFE.search(output) is None
        if name == "json":
            json.loads(output)


def emit(data: bytes) -> None:
    net = protogen.loads(data, FILE)
    assert net.to_prototxt().encode("utf-8", "surrogateescape") == data
    net.to_prototxt(annotate=True)


def print_errors(data: bytes) -> None:
    """What commands print on standard error."""
    net = protogen.loads(data, FILE)
    for finding in net.analysis().diagnostics:
        assert UNSAFE.search(str(finding)) is None
        assert str(finding.location) == str(finding.location)


def apply_fixes(data: bytes) -> None:
    """Each fix, also those that are not safe, as an editor applies it."""
    net = protogen.loads(data, FILE)
    for finding in protogen.check(net, notes=True).diagnostics[:5]:
        if finding.fix is not None and (finding.fix.splices or is_writable(net)):
            fixed = net.copy()
            fixed.apply_fix(finding.fix)
            protogen.check(fixed, notes=True)


#: Command lines that read a net from standard input. NAME is a layer or a blob of the net.
COMMAND_LINES = [
    "check - --target TARGET",
    "convert - --to TARGET --force",
    "convert - --to TARGET --json -o /dev/null",
    "cost -",
    "cost - --json",
    "cost - --without-reductions",
    "crop-offset - NAME NAME",
    "deploy -",
    "diff - zoo:lenet --weights",
    "diff zoo:lenet - --json",
    "edit - --remove NAME",
    "edit - --rename NAME other",
    "edit - --cut NAME NAME",
    "edit - --set NAME convolution_param.pad 1 --diff",
    "emit - --annotate",
    "receptive-field -",
    "receptive-field - NAME",
    "sizes - --range 200:240",
    "summary -",
    "summary - --json --all-phases",
    "to-python - --style netspec",
    "to-python -",
    "view - -o -",
]


def command_line(data: bytes) -> None:
    """Another command, which may print an error, but not fail."""
    random = Random(data)
    names = re.findall(rb'(?:name|top): "([\w/.]+)"', data) or [b"data"]
    words = random.choice(COMMAND_LINES).split()
    for number, word in enumerate(words):
        if word == "NAME":
            words[number] = random.choice(names).decode()
        elif word == "TARGET":
            words[number] = random.choice(targets.names())
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(data)),
        "stdout": io.TextIOWrapper(io.BytesIO()),
        # As Python opens standard error.
        "stderr": io.TextIOWrapper(io.BytesIO(), errors="backslashreplace"),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        patch.setattr(sys, "argv", ["protogen", *words])
        # Exceptions that nobody expects are raised, not reported.
        patch.setenv("PROTOGEN_DEBUG", "1")
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code in (0, 1, 2), words


def draw(data: bytes) -> None:
    net = protogen.loads(data, FILE)
    dot(net.analysis(), "TB", 1)


COMMANDS = [upgrade_twice, format_twice, shapes, emit, print_errors, apply_fixes]
COMMANDS += [draw, *[command_line] * 6]


#: The bottoms and tops of the layer "x" in the nets below.
CONNECTIONS = [
    ("", "x"),
    ("", ""),
    ("data", ""),
    ("data", "x"),
    ("data conv", "x"),
    ("data conv data", "x y"),
    ("conv", "conv"),
]


def test_layers_with_other_numbers_of_blobs() -> None:
    """Each type with blobs that it may not have, before layers whose checks look back at it."""
    for number, kind in enumerate(types()):
        bottoms, tops = CONNECTIONS[(number + FIRST) % len(CONNECTIONS)]
        text = net_around(kind, bottoms.split(), tops.split())
        try:
            try_everything(FIRST + number, text)
            command_line(text.encode())
        except Exception as error:
            raise AssertionError(text) from error


def types() -> list[str]:
    return sorted(schema.type for schema in all_types())


def net_around(kind: str, bottoms: list[str], tops: list[str]) -> str:
    connections = [f'bottom: "{name}"' for name in bottoms] + [f'top: "{name}"' for name in tops]
    last = tops[0] if tops else "data"
    return f"""\
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: [1, 4, 28, 28] }} }} }}
layer {{ name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param {{ num_output: 4 kernel_size: 3 }} }}
layer {{ name: "x" type: "{kind}" {" ".join(connections)} param {{ name: "shared" }} }}
layer {{ name: "twin" type: "{kind}" bottom: "{last}" top: "twin" param {{ name: "shared" }} }}
layer {{ name: "relu" type: "ReLU" bottom: "{last}" top: "relu" }}
layer {{ name: "crop" type: "Crop" bottom: "data" bottom: "{last}" top: "crop"
  crop_param {{ offset: 1 }} }}
layer {{ name: "sum" type: "Eltwise" bottom: "data" bottom: "relu" top: "sum" }}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the names of files are POSIX ones")
def test_a_hostile_name_of_a_file() -> None:
    name = "\x1b]0;x\x07\n::error::\u202e\udcff.prototxt"
    outcome = run_task(Task(name, b'layer { name: "a" type: "Nope" }', severity="note"))
    file = CheckedFile(outcome.file, outcome.findings)
    for each in FORMATS.names():
        output = "\n".join(FORMATS.load(each).render([file], Context(summary=False)))
        assert UNSAFE.search(output) is None, each
        assert "\n::error::" not in output
        READERS.get(each, read_text)(output, len(outcome.findings))
