"""Scripts for Python 2, compared with what CPython 2.7.18 prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.netspec._python2_text import python2_keys, python2_repr, python2_str
from tests.conftest import DATA

pytest.importorskip("fissix", reason="fissix is not installed")

pytestmark = pytest.mark.usefixtures("in_folder")


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """Leave no module of a script behind."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("config", "package"):
            del sys.modules[name]


def run(text: str | bytes, *options: str) -> Result:
    Path("net.py").write_bytes(text.encode() if isinstance(text, str) else text)
    return CliRunner().invoke(commands, ["run", *options, "net.py"])


def printed(text: str | bytes) -> str:
    result = run(text, "--py2")
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print 7/2, -7/2, 7./2, True/2", "3 -4 3.5 0"),
        ("x = 9\nx /= 2\nprint x", "4"),
        ("from __future__ import division\nprint 7/2", "3.5"),
        ("class A:\n    def f(self): return 3/2\nprint A().f()", "1"),
        ("d = {'a': 1}\nprint d.keys()[0], d.has_key('b'), d.items()[0][1]", "a False 1"),
        ("for k, v in {'a': 1}.iteritems(): print k, v", "a 1"),
        ("print len > 0, None < 0, 'a' > 9, [1] < 'a', (1,) < (2,)", "True True True True True"),
        ("print xrange(3)[1], range(3) == [0, 1, 2], map(str, [1])[0]", "1 True 1"),
        ("print zip([1], [2])[0], filter(None, 'ab'), filter(None, (0, 1))", "(1, 2) ab (1,)"),
        ("print 0777, 10L, `1`, 1 <> 2, u'x', unicode('y'), isinstance('', basestring)",
         "511 10 1 True x y True"),
        ("print round(2.5), round(-0.5), round(1.25, 1), cmp(1, 2), reduce(max, [1, 3])",
         "3.0 -1.0 1.3 -1 3"),
        ("try:\n    raise ValueError, 'no'\nexcept ValueError, e:\n    print e", "no"),
        ("def f(a, (b, c)=(1, 2)): return a + b + c\nprint f(1)", "4"),
        ("exec 'x = 5'\nprint x", "5"),
        ("print 'tab' if 1 else ''\nif 1:\n\tx = 1\n        y = 2\nprint x + y", "tab\n3"),
        ("print str(dict(root=1, mean=(1., 2.), source='s')), str(1/3.), repr(0.1)",
         "{'source': 's', 'root': 1, 'mean': (1.0, 2.0)} 0.333333333333 0.1"),
        ("print [k for k in {'source': 0, 'root': 0, 'mean': 0, 'seed': 0}]",
         "['source', 'seed', 'root', 'mean']"),
        ("import StringIO, ConfigParser, cPickle, os\nprint os.getcwdu() == os.getcwd()", "True"),
    ],
)  # fmt: skip
def test_code_means_what_it_meant(code: str, expected: str) -> None:
    assert printed(code + "\n") == expected + "\n"


def test_text_can_be_written_to_a_binary_file() -> None:
    printed(
        "import tempfile\n"
        "open('a.bin', 'wb').write('text')\n"
        "f = tempfile.NamedTemporaryFile(dir='.', delete=False)\n"
        "f.write('more')\nf.close()\nopen('b.txt', 'w').write(open(f.name, 'rb').read())\n"
    )
    assert Path("a.bin").read_text(encoding="utf-8") == "text"
    assert Path("b.txt").read_text(encoding="utf-8") == "more"


def test_modules_next_to_the_script_are_for_python_2_too() -> None:
    """With the relative imports of Python 2, and without an effect on other modules."""
    Path("package").mkdir()
    Path("package/__init__.py").write_text("from base import half\n", encoding="utf-8")
    Path("package/base.py").write_text("half = 7/2\nprint 'base', half\n", encoding="utf-8")
    assert printed("import package, json\nprint package.half, json.dumps(1/2)\n") == "base 3\n3 0\n"


def test_tests_with_the_old_assertions() -> None:
    result = run(
        "import unittest\nclass A(unittest.TestCase):\n    def test(self):\n"
        "        self.assertEquals(1, 3/2)\n"
        "        self.assertRaisesRegexp(ValueError, 'no', int, 'no')\nunittest.main()\n",
        "--py2",
    )
    assert "Ran 1 test" in result.stderr
    assert result.exit_code == 0


def test_source_in_latin_1_with_the_line_ends_of_windows() -> None:
    assert printed(b"# na\xefve\r\nprint 'a'\r\n") == "a\n"


def test_a_net_of_python_2() -> None:
    result = run(
        "import caffe\nfrom caffe import layers as L\nn = caffe.NetSpec()\n"
        "n.data = L.Input(shape=dict(dim=[1, 3, 8, 8]))\n"
        "for i in xrange(2):\n    n['c%d' % i] = L.Convolution(n.data, num_output=7/2,"
        " kernel_size=3)\nprint n.to_proto().layer[1].convolution_param.num_output\n",
        "--py2",
    )
    assert (result.stdout, result.stderr) == ("3\n", "")


@pytest.mark.parametrize(
    "code",
    [
        "print 'a'\n",
        "xrange(3)\n",
        "{}.has_key(1)\n",
        "{}.keys()[0]\n",
        "range(7 / 2)\n",
        "import ConfigParser\n",
        "open('x', 'wb').write('text')\n",
        "len > 0\n",
    ],
)
def test_the_error_offers_it(code: str) -> None:
    result = run(code)
    hint = "hint: if the script is for Python 2, --py2 runs it as that does\n"
    assert result.stderr.endswith(hint)
    assert result.exit_code == 1


def test_other_errors_do_not() -> None:
    assert "--py2" not in run("1 / 0\n").stderr
    assert "hint" not in run("1 / 0\n", "--py2").stderr


def test_without_fissix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fissix", None)
    result = run("print 1\n", "--py2")
    assert "--py2 needs the package fissix: pip install 'caffe-protogen[py2]'" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("row", json.loads((DATA / "python2_dicts.json").read_text("utf-8")))
def test_the_order_of_a_dict(row: list[str]) -> None:
    """CPython 2.7.18 printed dicts to which these keys were added in this order."""
    added, found = (text.split() for text in row)
    assert python2_keys(dict.fromkeys(added)) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333333333"),
        (0.1 + 0.2, "0.3"),
        (123456789.123456789, "123456789.123"),
        (3.0, "3.0"),
        (1e16, "1e+16"),
        (1e-7, "1e-07"),
        (float("inf"), "inf"),
        ({4: 0.4, 49: 4.9, 59: 5.9}, "{49: 4.9, 59: 5.9, 4: 0.4}"),
        ([1, "a", None], "[1, 'a', None]"),
    ],
)
def test_text(value: object, text: str) -> None:
    assert python2_str(value) == text


def test_what_has_no_known_hash_keeps_its_order() -> None:
    assert python2_repr({(2,): 1, (1,): 2}) == "{(2,): 1, (1,): 2}"
