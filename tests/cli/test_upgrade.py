"""``protogen upgrade`` as it is called: what it writes, where, and its exit code."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from protogen.cli.upgrade import command

V1 = b'# first\nlayers { name: "r" type: RELU bottom: "a" top: "b" }\n'
UPGRADED = b"""# first
layer {
  name: "r"
  type: "ReLU"
  bottom: "a"
  top: "b"
}
"""
LOSSY = b'layers { layer { name: "r" type: "relu" kernelsize: 3 } top: "b" }\n'


def run(*args, data=b""):
    return CliRunner().invoke(command, [str(arg) for arg in args], input=data)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_bytes(V1)
    return path


def test_to_standard_output(old):
    result = run(old)
    assert result.exit_code == 0
    assert result.stdout_bytes == UPGRADED
    assert result.stderr == f"{old}:2:1: note[T202] 1 layer upgraded from the V1 format\n"
    assert old.read_bytes() == V1


def test_from_standard_input():
    result = run("-", data=V1)
    assert result.stdout_bytes == UPGRADED
    assert "<stdin>:2:1: note[T202]" in result.stderr


def test_to_a_file(old, tmp_path):
    new = tmp_path / "new.prototxt"
    assert run(old, "-o", new).stdout == ""
    assert new.read_bytes() == UPGRADED
    assert old.read_bytes() == V1


def test_the_file_is_not_its_own_output(old, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(old)
    for output in (old, link):
        result = run(old, "-o", output)
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: {output} is read by this command, and would be overwritten by its output; use"
            " --in-place for that\n"
        )
        assert old.read_bytes() == V1


def test_in_place_through_a_link_keeps_the_mode(old, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(old)
    old.chmod(0o640)
    assert run("--in-place", link).exit_code == 0
    assert old.read_bytes() == UPGRADED
    assert old.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "net.prototxt"]


def test_a_current_file_is_not_touched_in_place(old):
    old.write_bytes(UPGRADED)
    inode = old.stat().st_ino
    assert run("--in-place", old).exit_code == 0
    assert old.stat().st_ino == inode


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LOSSY, 'warning[T210] layer "r" (relu): "kernelsize" is not a parameter'),
        (b"layers {", "error[T102]"),
        (b"\xff\xfen\x00", "error[T114] expected a prototxt, got UTF-16"),
    ],
)
def test_nothing_is_written_when_something_cannot_be_upgraded(old, data, said):
    old.write_bytes(data)
    for options in ([old], [old, "-i"]):
        result = run(*options)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert said in result.stderr
    assert old.read_bytes() == data


def test_bytes_that_are_not_utf8_come_out_as_they_went_in():
    assert (
        b"# Stra\xdfe\nlayer {"
        in run("-", data=b"# Stra\xdfe\n" + V1.partition(b"\n")[2]).stdout_bytes
    )


def test_a_solver_is_recognized():
    solver = b"solver_type: ADAM # why\n"
    assert run("-", data=solver).stdout_bytes == b'type: "Adam" # why\n'


@pytest.mark.parametrize("args", [["-", "-i"], ["FILE", "-i", "-o", "x"], ["missing"], []])
def test_wrong_usage(old, args):
    assert run(*(old if arg == "FILE" else arg for arg in args)).exit_code == 2


def test_an_output_that_cannot_be_written(old, tmp_path):
    result = run(old, "-o", tmp_path / "no" / "such.prototxt")
    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr
