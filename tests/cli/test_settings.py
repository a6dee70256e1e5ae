"""Settings of ``protogen check``: where they are found, and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.cli._settings import Settings, _own, find_settings
from protogen.render.findings import FORMATS
from tests.cli.test_check import EMPTY, codes, write

TOML = """\
select = ["P101", "S2"]
ignore = ["pooling-rounds"]
severity = "error"
format = "concise"
exclude = ["/old/", "*.bak.prototxt"]
per-file-ignores = { "old/*.prototxt" = ["P101"] }
inputs = { data = [1, 3, 227, 227], "info/1" = "1,3,?" }
data = false
"""
INI = """\
[protogen]
select = P101, S2
ignore = pooling-rounds
severity = error
format = concise
exclude =
    /old/
    *.bak.prototxt
per_file_ignores =
    old/*.prototxt: P101
inputs =
    data: 1,3,227,227
    info/1 = 1,3,?
data = False
"""


def check(*arguments: str, text: str = "") -> Result:
    _own.cache_clear()
    return CliRunner().invoke(commands, ["check", *arguments], input=text)


def indented(toml: str, section: str) -> str:
    return f"[{section}]\n{toml}"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("protogen.toml", TOML),
        ("pyproject.toml", indented(TOML, "tool.protogen")),
        ("setup.cfg", INI),
    ],
)
def test_each_kind_of_file(in_folder: Path, file: str, text: str) -> None:
    Path(file).write_text(text)
    _own.cache_clear()
    assert find_settings(Path("nets/net.prototxt")) == Settings(
        select=("P101", "S2"),
        ignore=("pooling-rounds",),
        severity="error",
        format="concise",
        exclude=("/old/", "*.bak.prototxt"),
        per_file_ignores={"old/*.prototxt": ("P101",)},
        inputs={"data": (1, 3, 227, 227), "info/1": (1, 3, None)},
        data=False,
        folder=in_folder.resolve(),
    )


def test_the_nearest_folder_counts_and_in_it_the_first_file_with_settings(in_folder: Path) -> None:
    write(a__b__net=EMPTY)
    Path("protogen.toml").write_text('ignore = ["P101"]')
    assert check("a", "--format", "concise").stdout == ""
    Path("a/pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert check("a", "--format", "concise").stdout == ""
    Path("a/setup.cfg").write_text("[protogen]\nselect = P\n")
    found = [("a/b/net.prototxt", "P101"), ("a/b/net.prototxt", "P102")]
    assert sorted(codes(check("a", "--format", "concise"))) == found
    Path("a/pyproject.toml").write_text('[tool.protogen]\nselect = ["S"]\n')
    assert check("a", "--format", "concise").stdout == ""


def test_the_command_line_comes_before_the_file(in_folder: Path) -> None:
    write(net=EMPTY)
    Path("protogen.toml").write_text('select = ["S"]\nformat = "github"\nseverity = "error"')
    assert check().exit_code == 0
    result = check("--select", "P", "--format", "concise", "--severity", "note")
    assert sorted(code for _, code in codes(result)) == ["P101", "P102"]
    assert check("--select", "P").stdout.startswith("::error file=net.prototxt")


def test_what_is_ignored_in_some_files(in_folder: Path) -> None:
    write(old__net=EMPTY, new__net=EMPTY, special=EMPTY)
    Path("protogen.toml").write_text(
        '[per-file-ignores]\n"old/*" = ["P1"]\n"special.prototxt" = ["empty-pooling-window"]\n'
    )
    assert codes(check("--format", "concise")) == [("new/net.prototxt", "P101")]
    assert codes(check("new", "old", "--format", "concise")) == [("new/net.prototxt", "P101")]


def test_shapes_of_inputs(in_folder: Path) -> None:
    data = 'layer { name: "data" type: "Data" top: "data" data_param { batch_size: 1 } }\n'
    write(net=data + EMPTY[EMPTY.index("layer {\n") :])
    assert check().exit_code == 0  # a size that is not known has no empty windows
    Path("protogen.toml").write_text("[inputs]\ndata = [1, 3, 4, 4]\n")
    assert [code for _, code in codes(check("--format", "concise"))] == ["P101"]
    assert check("--input", "data=1,3,5,5").exit_code == 0


def test_a_file_given_by_name(in_folder: Path) -> None:
    write(net=EMPTY)
    Path("protogen.toml").write_text('ignore = ["P101"]')
    Path("other.ini").write_text("[protogen]\nformat = concise\n")
    assert codes(check("--config", "other.ini")) == [("net.prototxt", "P101")]
    Path("other.toml").write_text('ignore = ["P"]')
    assert check("--config", "other.toml").exit_code == 0
    Path("setup.cfg").write_text("[flake8]\n")
    result = check("--config", "setup.cfg")
    assert (result.exit_code, result.stderr) == (2, "Error: setup.cfg has no section [protogen]\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selekt = ["P"]', 'unknown setting "selekt"; did you mean "select"?'),
        ("zzz = 1", 'unknown setting "zzz"; the settings are select, ignore, severity, format, '),
        ('select = ["P1O1"]', '"select": unknown rule "P1O1"; did you mean "P101"?'),
        ("select = 3", '"select": expected a list of strings, got 3'),
        (
            'severity = "eror"',
            '"severity": expected one of note, warning, error, got "eror"; did you mean "error"?',
        ),
        (
            'format = "x"',
            f'"format": expected one of {", ".join(FORMATS.names())}, got "x"',
        ),
        ('inputs = { data = "1,x" }', '"inputs": "1,x" is not a shape'),
        ('exclude = ["a", "!"]', "\"exclude\": Invalid git pattern: '!'"),
        ("exclude = 3", '"exclude": expected a list of strings, got 3'),
        ("data = 3", '"data": expected true or false, got 3'),
        ('data = "no"', "\"data\": expected true or false, got 'no'"),
        ("inputs = 3", '"inputs": expected a table, got 3'),
        ('per-file-ignores = "x"', '"per-file-ignores": "x" has no ":"'),
        ("select = [", "cannot be read: "),
    ],
)
def test_what_is_wrong_in_a_file_is_a_sentence(in_folder: Path, text: str, message: str) -> None:
    write(net=EMPTY)
    Path("protogen.toml").write_text(text)
    result = check()
    assert result.exit_code == 2
    assert str(in_folder.resolve() / "protogen.toml") in result.stderr
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_broken_ini_file(in_folder: Path) -> None:
    write(net=EMPTY)
    Path("setup.cfg").write_text("[protogen\n")
    result = check()
    assert result.exit_code == 2
    assert "setup.cfg cannot be read: File contains no section headers" in result.stderr


def test_files_that_are_excluded(in_folder: Path) -> None:
    write(nets__old__a=EMPTY, nets__b=EMPTY, old__c=EMPTY)
    Path("protogen.toml").write_text('exclude = ["/nets/old"]\n')
    found = [("nets/b.prototxt", "P101"), ("old/c.prototxt", "P101")]
    assert codes(check("--format", "concise")) == found
    assert codes(check("nets", "--format", "concise")) == found[:1]
    assert codes(check("nets/old/a.prototxt", "--format", "concise")) == [
        ("nets/old/a.prototxt", "P101")
    ]
    Path("other.toml").write_text('exclude = ["old"]\n')
    assert codes(check("--config", "other.toml", "--format", "concise")) == found[:1]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("pyproject.toml", "tool = 3", 'expected a table around "protogen", got 3'),
        ("pyproject.toml", "tool.protogen = 3", "expected a table of settings, got 3"),
        ("protogen.toml", f"a = {'[' * 5000}{']' * 5000}", "it is nested too deep"),
        ("protogen.toml", f"data = {'9' * 5000}", "Exceeds the limit"),
        ("protogen.toml", "data = \udcff", "can't decode byte 0xff"),
        ("protogen.toml", "inputs = 2020-01-01", "expected a table, got datetime.date(2020, 1, 1)"),
        ("protogen.toml", "#" * 2**24 + "\n", "it is larger than 16 MiB"),
        ("setup.cfg", "[protogen\n", "File contains no section headers"),
    ],
)
def test_a_file_of_another_shape(in_folder: Path, file: str, text: str, message: str) -> None:
    write(net=EMPTY)
    Path(file).write_bytes(text.encode("utf-8", "surrogateescape"))
    result = check("net.prototxt")
    assert result.exit_code == 2
    assert file in result.stderr
    assert message in result.stderr
