"""Every layer type has a module with its name, a test file with that name, and documentation."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

import protogen
from protogen import layers
from protogen import schema as schemas
from protogen.layers import all_types
from tests.checks.nets import DATA, FIRST, LOSS, fc, findings, in_place, layer
from tests.layers.conftest import rows_by_type

TESTS = Path(__file__).parent
MODULES = sorted(
    path.stem for path in Path(layers.__file__).parent.glob("*.py") if path.stem[0] != "_"
)

#: Kinds of rows that are about nets of several layers.
NETS = {"Graph", "PoolingDeep"}


def test_every_module_has_its_test_file() -> None:
    assert [name for name in MODULES if not (TESTS / f"test_{name}.py").is_file()] == []


def test_every_module_registers_one_type() -> None:
    names = [schema.type.lower() for schema in all_types()]
    assert names == sorted(name.replace("_", "") for name in MODULES)


def test_answers_of_a_real_caffe_are_used() -> None:
    """The test file of each type runs the rows about it."""
    unused = []
    for schema in all_types():
        module = type(schema).__module__.rpartition(".")[2]
        text = (TESTS / f"test_{module}.py").read_text(encoding="utf-8")
        if schema.type in rows_by_type() and f'check_rows("{schema.type}")' not in text:
            unused.append(schema.type)
    assert unused == []


def test_every_row_is_about_a_type() -> None:
    assert {kind for kind in rows_by_type() if layers.find(kind) is None} == NETS


def test_every_type_is_documented() -> None:
    assert [s.type for s in all_types() if not (inspect.getdoc(type(s)) and s.source)] == []
    inherited = [s.type for s in all_types() if "__doc__" not in vars(type(s))]
    assert inherited == []


SOFTSIGN = '''
from protogen.schema import LayerSchema, register


@register
class Softsign(LayerSchema):
    """x / (1 + |x|)."""

    elementwise = True
    reads_top = True
'''


def test_a_file_is_all_that_a_layer_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coordinates and checks read what a layer declares, not lists of names."""
    (tmp_path / "softsign.py").write_text(SOFTSIGN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(schemas, "_registry", dict(schemas._registry))
    importlib.import_module("softsign")

    text = DATA + FIRST + layer("act", "Softsign", "first")
    assert protogen.crop_offset(protogen.loads(text), "act", "first") == (2, [0])

    text += in_place("drop", "Dropout", "act") + fc("fc", "act") + LOSS
    (found,) = findings(text, "overwritten-top", phases=("TRAIN",))
    assert 'layer "act" (Softsign) computes its gradient' in found


def test_the_layers_that_are_named_like_builtins_hide_none_that_is_used() -> None:
    for module in ("filter", "input", "slice"):
        importlib.import_module(f"protogen.layers.{module}")
    # Not the answer that is kept since before the import.
    assert layers.all_types.__wrapped__() == layers.all_types()
