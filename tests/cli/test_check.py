"""``protogen check`` as it is used."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.cli._output import Unusable
from protogen.cli._processes import run_tasks
from protogen.cli._tasks import Outcome, Task, run_task
from tests.conftest import ROOT

# A pooling of kernel 1 at 0, 2 and 4 of 4 elements: its last window is empty.
EMPTY = """\
name: "n"
layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 4 dim: 4 } } }
layer {
  name: "p" type: "Pooling" bottom: "data" top: "p"
  pooling_param { kernel_size: 1 stride: 2 }  # on purpose
}
"""
FIXED = EMPTY.replace("stride: 2 }", "stride: 2 round_mode: FLOOR }")
GOOD = EMPTY.replace("stride: 2", "stride: 1")
# A dilation has no effect on a kernel of 1: a warning.
IDLE = GOOD.replace("Pooling", "Convolution").replace(
    "pooling_param { kernel_size: 1", "convolution_param { num_output: 4 kernel_size: 1 dilation: 2"
)
SOLVER = 'net: "net.prototxt"\nbase_lr: 0.01\nlr_policy: "fixed"\nmax_iter: 10\n'
LABELS = 'item { name: "cat" label: 1 display_name: "cat" }\n'

MAIN = [sys.executable, "-c", "from protogen.cli import main; main()", "check"]


def check(*arguments: str, text: str | bytes = "") -> Result:
    return CliRunner().invoke(commands, ["check", *arguments], input=text)


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/") + ".prototxt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def codes(result: Result) -> list[tuple[str, str]]:
    """The file and code of each finding of --format concise."""
    lines = result.stdout.splitlines()
    return [(line.partition(":")[0], line.partition("[")[2].partition("]")[0]) for line in lines]


def test_text(in_folder: Path) -> None:
    write(empty=EMPTY)
    result = check("empty.prototxt")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout == (
        'empty.prototxt:6:34: error[P101] layer "p" (Pooling): 1 of 3 windows in each'
        " direction is empty; Caffe fills it with -FLT_MAX\n"
        "      pooling_param { kernel_size: 1 stride: 2 }  # on purpose\n"
        "                                     ^^^^^^^^^\n"
        "  why:   the last window starts at 4, at the edge of height and width 4 (kernel 1, stride"
        " 2)\n"
        "  hint:  set round_mode: FLOOR, which drops the empty window and leaves 2\n"
        "\n"
        "Found 1 error in 1 file (1 fixable with --fix); 1 note with --severity note\n"
    )


def test_a_good_net(in_folder: Path) -> None:
    write(good=GOOD)
    result = check("good.prototxt")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "No findings in 1 file\n", "")


def test_folders_are_searched_in_order_and_each_file_is_checked_once(in_folder: Path) -> None:
    write(b__z=EMPTY, b__a=IDLE, a=EMPTY, hidden=GOOD)
    Path(".hidden").mkdir()
    Path(".hidden/x.prototxt").write_text(EMPTY)
    Path("b/other.txt").write_text(EMPTY)
    found = [("b/a.prototxt", "S206"), ("b/z.prototxt", "P101")]
    assert codes(check("b", "--format", "concise")) == found
    assert codes(check("b/z.prototxt", "b", "--format", "concise")) == found[::-1]
    assert codes(check("--format", "concise")) == [("a.prototxt", "P101"), *found]


def test_what_is_not_a_net_or_a_solver_is_skipped(in_folder: Path) -> None:
    write(labels=LABELS)
    result = check("labels.prototxt")
    assert result.exit_code == 0
    assert result.stdout == "No findings in 0 files\n"
    assert result.stderr == ("labels.prototxt: skipped, not a net or a solver (its fields: item)\n")


@pytest.mark.parametrize("text", ["layer {{ }", "name 3", "\x00\x01", "layer { name: 3 }"])
def test_a_broken_file_is_not_skipped(text: str) -> None:
    result = check("-", "--format", "concise", text=text)
    assert result.exit_code == 1
    assert any(code.startswith("T1") for _, code in codes(result))
    assert result.stderr == ""


def test_a_file_with_layers_is_a_net_whatever_else_is_in_it() -> None:
    solver = "base_lr: 0.01 max_iter: 9 momentum: 0.9\n"
    result = check("-", "--format", "concise", "--select", "T", text=EMPTY + solver)
    assert codes(result) == [("<stdin>", "T110")] * 3


def test_solvers_are_recognized(in_folder: Path) -> None:
    write(net=GOOD)
    result = check("-", text=SOLVER.replace("base_lr: 0.01", "base_lr: fast"))
    assert '<stdin>:2:10: error[T107] "base_lr": expected a number, got fast' in result.stdout
    result = check("-", "--format", "concise", "--select", "T", text=SOLVER + "solver_type: ADAM\n")
    assert codes(result) == [("<stdin>", "T206")]


def test_a_program(in_folder: Path) -> None:
    Path("net.py").write_text(
        "import protogen\nfrom protogen import layers as L\n\n\ndef net():\n"
        "    with protogen.Net() as net:\n        data = L.Input(shape=[1, 3, 4, 4])\n"
        "        L.Pooling(data, kernel_size=1, stride=2, name='p')\n    return net\n"
    )
    for spec in ("net.py", "net.py:net"):
        result = check(spec)
        assert result.exit_code == 1
        first, line, *_ = result.stdout.splitlines()
        assert first.startswith('net.py:8: error[P101] layer "p" (Pooling): 1 of 3 windows')
        assert line == "    L.Pooling(data, kernel_size=1, stride=2, name='p')"
    Path("net.py").write_text("import protogen\n1 / 0\n")
    result = check("net.py")
    assert result.exit_code == 1
    assert result.stdout.startswith("net.py:2: error[T120] the program raised ZeroDivisionError")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.prototxt"], "Error: nowhere.prototxt cannot be read: No such file"),
        (["good.prototxt", "nowhere.py:net"], "Error: nowhere.py cannot be read: No such file"),
        (["--select", "P1O1"], 'Error: --select: unknown rule "P1O1"; did you mean "P101"?'),
        (["--ignore", "P101,bad"], 'Error: --ignore: unknown rule "bad"; '),
        (["--phase", "TRIAN"], "'TRIAN' is not one of"),
        (["--format", "yaml"], "'yaml' is not one of"),
        (["--config", "nowhere.toml"], "'nowhere.toml' does not exist"),
        (["--statistics", "--format", "sarif"], "--format sarif does not support --statistics"),
        (["-j", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_done(in_folder: Path, arguments: list[str], message: str) -> None:
    write(good=GOOD)
    result = check(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_read_does_not_stop_the_others(in_folder: Path) -> None:
    write(empty=EMPTY)
    result = check("nowhere.prototxt", "empty.prototxt", "--exit-zero")
    assert result.exit_code == 2
    assert "Found 1 error in 1 file" in result.stdout


def test_a_bug_is_reported_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("out of ideas")

    monkeypatch.setattr("protogen.checks.check", fails)
    result = check("-", text=GOOD)
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "Error: <stdin>: internal error in protogen (a bug) at test_check.py:"
    )
    assert result.stderr.endswith(": RuntimeError: out of ideas; please report it\n")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], ["P101", "S206"]),
        (["--select", "P"], ["P101", "P102"]),
        (["--select", "P", "--severity", "warning"], ["P101"]),
        (["--select", "pooling-rounds,S206"], ["P102", "S206"]),
        (["--select", "P1", "--ignore", "P101"], ["P102"]),
        (["--ignore", "empty-pooling-window"], ["S206"]),
        (["--severity", "error"], ["P101"]),
        (["--severity", "error", "--select", "S"], []),
    ],
)
def test_which_findings_are_reported(arguments: list[str], wanted: list[str]) -> None:
    conv = 'layer { name: "c" type: "Convolution" bottom: "data" top: "c"\n  convolution_param {'
    text = EMPTY + conv + " num_output: 4 kernel_size: 1 dilation: 2 } }\n"
    result = check("-", "--format", "concise", *arguments, text=text)
    assert sorted(code for _, code in codes(result)) == wanted
    assert result.exit_code == (1 if wanted else 0)


def test_exit_zero() -> None:
    assert check("-", "--exit-zero", text=EMPTY).exit_code == 0


def test_phases_and_inputs() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" include { phase: TRAIN }\n'
    data += '  data_param { source: "x" batch_size: 1 } }\n'
    text = data + EMPTY[EMPTY.index("layer {\n") :]
    assert check("-", text=text).exit_code == 0  # there is no data in TEST
    result = check("-", "--format", "concise", "--phase", "TEST", text=text)
    assert codes(result)[0] == ("<stdin>", "G101")
    assert check("-", "--phase", "TRAIN", text=text).exit_code == 0
    result = check("-", "--phase", "train", "--input", "data=1,3,4,4", text=text)
    assert "error[P101]" in result.stdout


def test_comments_ignore_findings() -> None:
    text = EMPTY.replace("# on purpose", "# protogen: ignore[P101]")
    assert check("-", text=text).stdout == "No findings in 1 file; 1 note with --severity note\n"
    assert check("-", text="# protogen: ignore-file[P1]\n" + EMPTY).exit_code == 0
    # The layer begins on line 2 of the file, the finding is on line 3.
    old = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4\n'
    old += 'layers { name: "p" type: POOLING bottom: "data" top: "p"{}\n'
    old += "  pooling_param { kernel_size: 1 stride: 2 } }\n"
    assert check("-", text=old.replace("{}", "")).exit_code == 1
    assert check("-", text=old.replace("{}", "  # protogen: ignore")).exit_code == 0


def test_fix_writes_the_file_and_nothing_else_in_it(in_folder: Path) -> None:
    write(empty=EMPTY, good=GOOD)
    before = Path("good.prototxt").stat().st_mtime_ns
    result = check("--fix")
    assert result.exit_code == 0
    assert result.stdout == "Fixed 1 finding. No findings in 2 files; 1 note with --severity note\n"
    assert Path("empty.prototxt").read_text() == FIXED
    assert Path("good.prototxt").stat().st_mtime_ns == before


def test_fix_leaves_what_is_ignored_and_reports_what_is_left(in_folder: Path) -> None:
    write(empty=EMPTY)
    assert (
        check("--fix", "--ignore", "P101").stdout
        == "No findings in 1 file; 1 note with --severity note\n"
    )
    assert Path("empty.prototxt").read_text() == EMPTY
    write(empty=EMPTY.replace("# on purpose", "# protogen: ignore[P101]"))
    assert "Fixed" not in check("--fix").stdout
    write(empty=IDLE.replace('"Input"', '"Inpt"'))
    result = check("--fix", "--format", "concise")
    assert result.exit_code == 1
    assert ("empty.prototxt", "G104") in codes(result)


V0 = """\
input: "data" input_dim: 1 input_dim: 1 input_dim: 4 input_dim: 4
layers { layer { name: "p" type: "pool" kernelsize: 1 stride: 2 } bottom: "data" top: "p" }
"""


def test_what_cannot_be_fixed_is_not_called_fixable(in_folder: Path) -> None:
    write(a=V0)
    result = check("--select", "P101", "--fix")
    assert Path("a.prototxt").read_text() == V0
    assert result.stdout.endswith("\nFound 1 error in 1 file\n")
    assert "[*]" not in check("--format", "concise").stdout


def test_fix_of_standard_input_goes_to_standard_output() -> None:
    result = check("-", "--fix", text=EMPTY)
    assert (result.exit_code, result.stdout) == (0, FIXED)
    assert result.stderr == "Fixed 1 finding. No findings in 1 file; 1 note with --severity note\n"
    assert check("-", "--fix", text=GOOD).stdout == GOOD


def test_fix_of_standard_input_passes_on_what_it_skips() -> None:
    labels = 'item {\n  name: "cat"\n}\n'
    result = check("-", "--fix", text=labels)
    assert (result.exit_code, result.stdout) == (0, labels)
    assert result.stderr.startswith("<stdin>: skipped, not a net or a solver")


def test_a_file_that_cannot_be_written_does_not_stop_the_others(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(a=EMPTY, b=EMPTY, c=EMPTY)
    monkeypatch.setattr("os.access", lambda path, _: Path(path).name != "b.prototxt")
    result = check("--fix")
    assert result.exit_code == 2
    assert (
        result.stdout == "Fixed 2 findings. No findings in 2 files; 2 notes with --severity note\n"
    )
    assert result.stderr == "Error: b.prototxt cannot be written: Permission denied\n"
    changed = {path.stem for path in Path().glob("*.prototxt") if path.read_text() != EMPTY}
    assert changed == {"a", "c"}


def test_diff_writes_nothing(in_folder: Path) -> None:
    write(empty=EMPTY, good=GOOD)
    result = check("--diff")
    assert result.exit_code == 1
    assert result.stderr == "Would fix 1 finding\n"
    assert Path("empty.prototxt").read_text() == EMPTY
    assert result.stdout.splitlines()[:3] == [
        "--- empty.prototxt",
        "+++ empty.prototxt",
        "@@ -3,5 +3,5 @@",
    ]
    assert [line for line in result.stdout.splitlines()[3:] if line[0] in "+-"] == [
        "-  pooling_param { kernel_size: 1 stride: 2 }  # on purpose",
        "+  pooling_param { kernel_size: 1 stride: 2 round_mode: FLOOR }  # on purpose",
    ]
    result = check("good.prototxt", "--diff")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing to fix\n")


def test_a_file_that_was_changed_while_it_was_checked(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(empty=EMPTY, other=EMPTY)

    def run_and_edit(task: Task) -> Outcome:
        outcome = run_task(task)
        if task.spec == "empty.prototxt":
            Path("empty.prototxt").write_text(f"{EMPTY}# an edit\n")
        return outcome

    monkeypatch.setattr("protogen.cli._processes.run_task", run_and_edit)
    result = check("--fix")
    assert result.exit_code == 2
    sentence = "Error: empty.prototxt was changed while it was read; it stays as it is\n"
    assert result.stderr == sentence
    assert Path("empty.prototxt").read_text() == f"{EMPTY}# an edit\n"
    assert Path("other.prototxt").read_text() == FIXED


def test_other_names_of_a_fixed_file_are_reported(in_folder: Path) -> None:
    write(empty=EMPTY)
    os.link("empty.prototxt", "other.txt")
    result = check("--fix")
    sentence = "empty.prototxt: its other names (hard links: 1) keep the old text\n"
    assert (result.exit_code, result.stderr) == (0, sentence)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_solver_through_a_pipe(in_folder: Path) -> None:
    write(net=GOOD)
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_text, args=(SOLVER,))
    writer.start()
    result = check("pipe", "--select", "T,V", "--severity", "error")
    writer.join()
    assert (result.exit_code, result.stdout) == (0, "No findings in 1 file\n")


def test_standard_input_that_cannot_be_read(in_folder: Path) -> None:
    with Path("file").open("w") as file:  # open for writing only
        result = subprocess.run([*MAIN, "-"], stdin=file, capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == "Error: <stdin> cannot be read: Bad file descriptor\n"


def test_a_file_that_cannot_be_written(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_to_write(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    write(empty=EMPTY)
    monkeypatch.setattr("protogen.files.write_file", fails_to_write)
    result = check("--fix")
    assert result.exit_code == 2
    assert result.stderr == "Error: empty.prototxt cannot be written: Permission denied\n"


def test_statistics(in_folder: Path) -> None:
    write(a=EMPTY, b=EMPTY, c=IDLE)
    assert check("--statistics").stdout == (
        "number  code  name\n"
        "     2  P101  empty-pooling-window     [*]\n"
        "     1  S206  dilation-without-effect  [*]\n"
        "Found 2 errors, 1 warning in 3 files (3 fixable with --fix);"
        " 2 notes with --severity note\n"
    )
    data = json.loads(check("--statistics", "--format", "json").stdout)
    assert [(each["code"], each["number"]) for each in data] == [("P101", 2), ("S206", 1)]


def test_each_format(in_folder: Path) -> None:
    write(a=EMPTY, b=GOOD)
    data = json.loads(check("--format", "json").stdout)
    assert (data["errors"], data["diagnostics"][0]["location"]["line"]) == (1, 6)
    log = json.loads(check("--format", "sarif").stdout)
    assert log["runs"][0]["results"][0]["ruleId"] == "P101"
    assert check("--format", "github").stdout.startswith("::error file=a.prototxt,line=6,")
    suites = Xml.fromstring(check("--format", "junit").stdout)
    assert [suite.get("failures") for suite in suites] == ["1", "0"]
    assert json.loads(check("b.prototxt", "--format", "json").stdout)["diagnostics"] == []


def test_names_with_line_breaks_and_brackets_stay_on_their_line(in_folder: Path) -> None:
    text = EMPTY.replace('"p" type', r'"p]\n\r[2]" type')
    Path("a] b\nc.prototxt").write_text(text)
    fact = r'layer "p]\n\r[2]" (Pooling): 1 of 3 windows in each direction is empty;'
    headline = check().stdout.splitlines()[0]
    assert headline.startswith(rf"a] b\nc.prototxt:6:34: error[P101] {fact}")
    assert check("--format", "concise").stdout.count("\n") == 1
    log = json.loads(check("--format", "sarif").stdout)
    assert log["runs"][0]["results"][0]["message"]["text"].startswith(fact)
    command = check("--format", "github").stdout
    assert command.startswith("::error file=a] b%0Ac.prototxt,line=6,")
    assert f"::{fact}" in command


def test_a_folder_without_nets(in_folder: Path) -> None:
    Path("notes").mkdir()
    result = check("notes")
    assert (result.exit_code, result.stdout) == (0, "No findings in 0 files\n")
    assert result.stderr == "notes: no *.prototxt files found\n"


def test_a_link_to_itself(in_folder: Path) -> None:
    Path("loop.prototxt").symlink_to("loop.prototxt")
    result = check("loop.prototxt")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: loop.prototxt cannot be read: ")


def test_a_read_only_file_is_left_alone(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(empty=EMPTY)
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write whatever the mode
    result = check("--fix")
    assert result.exit_code == 2
    assert result.stderr == "Error: empty.prototxt cannot be written: Permission denied\n"
    assert Path("empty.prototxt").read_text() == EMPTY


def test_names_that_no_encoding_has(in_folder: Path) -> None:
    Path(os.fsdecode(b"\xff.prototxt")).write_text(EMPTY)
    for form in ("text", "json", "sarif", "junit", "github"):
        run = subprocess.run([*MAIN, "--format", form], capture_output=True)
        assert (run.returncode, run.stderr) == (1, b"")
        if form in ("json", "sarif"):
            assert json.loads(run.stdout)
        elif form == "junit":
            assert Xml.fromstring(run.stdout).get("failures") == "1"


def test_several_processes_find_the_same_in_the_same_order(in_folder: Path) -> None:
    write(**{f"n{i:02}": (EMPTY, GOOD, IDLE, LABELS)[i % 4] for i in range(30)})
    alone, together = (check("-j", jobs, "--format", "json") for jobs in ("1", "2"))
    assert json.loads(alone.stdout)["errors"] == 8
    assert (together.stdout, together.stderr) == (alone.stdout, alone.stderr)
    assert check("--format", "json").stdout == alone.stdout  # as many processes as it sees fit


def test_a_bar_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    tasks = [Task("-", EMPTY.encode()), Task("-", GOOD.encode())]
    shown: list[str] = []
    for screen in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", screen)
        assert [len(outcome.findings) for outcome in run_tasks(tasks, None)] == [1, 0]
        shown.append(screen.getvalue())
    assert "checking" in shown[0]
    assert shown[1] == ""


def test_a_process_that_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protogen.cli._processes.run_task", os._exit)
    with pytest.raises(Unusable, match="a process ended before its files were checked"):
        run_tasks([9, 9], 2)  # type: ignore[list-item]


def test_an_interrupted_check_is_quiet(in_folder: Path) -> None:
    for name in ("one", "two"):
        Path(f"{name}.py").write_text(
            f"import pathlib, time\npathlib.Path('{name}').touch()\ntime.sleep(600)\n"
        )
    with subprocess.Popen(
        [*MAIN, "-j", "2", "--allow-python", "one.py", "two.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell ignores SIGINT for its background jobs, and what they start inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as run:
        while not (Path("one").exists() and Path("two").exists()) and run.poll() is None:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)
        output = run.communicate(timeout=60)
    assert (run.returncode, output[0], output[1].strip()) == (130, b"", b"interrupted")


def test_the_conformance_nets(conformance: Path) -> None:
    result = check(str(conformance / "nets"), "--format", "concise")
    assert result.exit_code == 1  # some of them load in one phase only, and some are templates
    assert "internal error" not in result.stderr
    assert len(codes(result)) > 50


def test_fix_of_a_mismatch_where_its_branches_part(in_folder: Path) -> None:
    """DSOD's pooling, 2x2 where the convolution in the other branch produces 1x1."""
    net = (ROOT / "tests" / "checks" / "mismatches" / "dsod.prototxt").read_text()
    write(dsod=net)
    assert [code for _, code in codes(check("--format", "concise"))] == ["S104"]
    assert (
        check("--fix").stdout
        == "Fixed 1 finding. No findings in 1 file; 1 note with --severity note\n"
    )
    kernel = "kernel_size: 2 stride: 2"
    assert Path("dsod.prototxt").read_text() == net.replace(kernel, f"{kernel} round_mode: FLOOR")


def test_quiet(in_folder: Path) -> None:
    write(empty=EMPTY, labels=LABELS)
    Path("notes").mkdir()
    result = check(".", "notes", "--quiet", "--format", "text")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("empty.prototxt:6:34: error[P101]")
    assert "Found" not in result.stdout
    write(empty=GOOD)
    result = check("-q")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    result = check("-q", "nowhere.prototxt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere.prototxt cannot be read" in result.stderr


def test_an_output_file(in_folder: Path) -> None:
    write(empty=EMPTY)
    shown = check().stdout
    result = check("--output-file", "report.txt")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")
    assert Path("report.txt").read_text() == shown
    check("--output-file", "report.json", "--format", "json")
    assert json.loads(Path("report.json").read_text())["errors"] == 1


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("empty.prototxt", "empty.prototxt is read by this command, and would be overwritten"),
        ("./empty.prototxt", "./empty.prototxt is read by this command"),
        ("no/where.txt", "no/where.txt cannot be written: No such file or directory"),
    ],
)
def test_an_output_file_that_cannot_be_one(in_folder: Path, path: str, message: str) -> None:
    write(empty=EMPTY)
    result = check("--output-file", path)
    assert result.exit_code == 2
    assert message in result.stderr
    assert Path("empty.prototxt").read_text() == EMPTY


def test_half_a_program_that_looks_like_a_net_until_it_is_fixed(in_folder: Path) -> None:
    text = """\
from protogen import Net
from protogen import layers as L


def net():
    with Net() as net:
        L.Input(shape=(1, 3, 227, 227), name=[31m)
    return net

layers { name: "old" type: RELU bottom: "data" top: "data" }
"""
    write(program=text)
    check("--fix")
    assert Path("program.prototxt").read_text() == text


def test_an_output_file_that_a_net_or_a_solver_reads(in_folder: Path) -> None:
    source = 'image_data_param { source: "images.txt" batch_size: 1 }'
    write(
        net=f'layer {{ name: "d" type: "ImageData" top: "d" top: "l" {source} }}',
        solver='net: "net.prototxt" max_iter: 1 base_lr: 1 lr_policy: "fixed"',
    )
    Path("images.txt").write_text("image.jpg 0\n")
    for file, output in (("net.prototxt", "images.txt"), ("solver.prototxt", "net.prototxt")):
        before = Path(output).read_text()
        result = check(file, "--output-file", output)
        assert result.exit_code == 2
        assert f"{output} is read by this command" in result.stderr
        assert Path(output).read_text() == before


def test_colors_that_are_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    red = "\x1b[31merror[P101]\x1b[0m"
    assert "\x1b" not in check("-", text=EMPTY).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert red in check("-", text=EMPTY).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in check("-", text=EMPTY).stdout


def test_a_file_with_a_drive_is_one_file(in_folder: Path) -> None:
    for spec in (r"C:\nets\deploy.prototxt", r"C:\nets\net.py"):
        result = check(spec)
        assert result.exit_code == 2
        assert result.stderr == f"Error: {spec} cannot be read: No such file or directory\n"


def test_a_solver_is_recognized_in_a_pipe(in_folder: Path) -> None:
    os.mkfifo("pipe")
    with subprocess.Popen(["sh", "-c", "cat > pipe"], stdin=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        writer.stdin.write(SOLVER + "solver_type: ADAM\n")
        writer.stdin.close()
        found = codes(check("pipe", "--format", "concise", "--select", "T"))
    assert found == [("pipe", "T206")]


def test_a_misspelled_layer_is_no_reason_to_skip_a_file(in_folder: Path) -> None:
    Path("net.prototxt").write_text('Layer { name: "r" type: "ReLU" }\n')
    result = check("net.prototxt")
    assert result.exit_code == 1
    assert 'T110] NetParameter has no field "Layer"' in result.stdout


def test_a_file_that_does_not_exist_has_no_totals(in_folder: Path) -> None:
    result = check("missing.prototxt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: missing.prototxt cannot be read: No such file or directory\n"
