"""A net is never code: hostile names and comments in the program that is written from a net."""

from __future__ import annotations

from pathlib import Path

import pytest

import protogen
from protogen.render.program.harmless import other_code
from protogen.render.program.source import Style, difference, to_python

TOUCH = '__import__(\\"pathlib\\").Path(\\"ran\\").touch()'

#: Comments and names that would be code if they were not quoted.
NET = f"""
# a comment\rimport pathlib; pathlib.Path("ran").touch()
name: "a\\"\\"\\"\\n{TOUCH}"
layer {{ # a comment\rimport pathlib; pathlib.Path("ran").touch()
  name: "d\\");{TOUCH}#" type: "Input" top: "d\\n" input_param {{ shape {{ dim: [1, 3] }} }} }}
layer {{ name: "e" type: "E\\"){TOUCH}#" bottom: "d\\n" top: "e" }}  # \f\r{TOUCH}
layer {{ name: "class" type: "ReLU" bottom: "e" top: "{{{TOUCH}}}" }}
layer {{ name: "p" type: "Python" bottom: "e" top: "p"
  python_param {{ module: "os" layer: "system(\\"touch ran\\")" param_str: "\\"\\"\\"" }} }}
"""
#: Names that repeat are written as f-strings, in which braces are code.
REPEATED = 'layer { name: "d" type: "Input" top: "x{0}" input_param { shape { dim: [1, 3] } } }\n'
for index in range(6):
    REPEATED += (
        f'layer {{ name: "{{{TOUCH}}}_{index}" type: "ReLU" bottom: "x{{{index}}}"'
        f' top: "x{{{index + 1}}}" relu_param {{ negative_slope: 0.5 }} }}\n'
    )


@pytest.mark.parametrize("style", ["dsl", "netspec"])
@pytest.mark.parametrize("text", [NET, REPEATED])
def test_nothing_of_a_net_is_run(in_folder: Path, text: str, style: Style) -> None:
    net = protogen.loads(text, "\rimport os.prototxt")
    source = to_python(net, style, title='"""\n\\')
    assert not Path("ran").exists()
    assert "\r" not in source
    assert difference(source, net.in_current_format().current.message) == ""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os", "the import of os"),
        ("import caffe, os", "the import of os"),
        ("from os import system", "the import of os"),
        ("from protogen import layers as L\nL.importlib", 'the attribute "importlib"'),
        ("from protogen import blocks\nblocks.importlib", 'the attribute "importlib"'),
        ("import caffe\ncaffe.sys", 'the attribute "sys"'),
        ("().__class__", 'the attribute "__class__"'),
        ("open('x')", 'the name "open"'),
        ("f'{exec(1)}'", 'the name "exec"'),
        ("x = __import__('os')", 'the name "__import__"'),
        ("eval('1')", 'the name "eval"'),
        ("from protogen import layers as L\ninput = L.Input(shape=[1])\nL.ReLU(input)", ""),
    ],
)
def test_what_composing_does_not_need(code: str, expected: str) -> None:
    assert other_code(code) == expected


def test_other_code_is_not_run(in_folder: Path) -> None:
    message = protogen.loads('name: "a"').message
    problem = difference("open('ran', 'w')", message)
    assert problem == 'the program has the name "open", which composing does not need'
    assert not Path("ran").exists()
