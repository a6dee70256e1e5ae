"""What the tests of NetSpec share: a fresh record, and the module ``caffe`` that is ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from protogen.diagnostics import Diagnostic
from protogen.netspec import install
from protogen.netspec.record import record


@pytest.fixture(autouse=True)
def reported(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Diagnostic]]:
    """The warnings of the test's script, in order."""
    found: list[Diagnostic] = []
    before = {name: module for name, module in sys.modules.items() if _is_caffe(name)}
    record.clear()
    monkeypatch.setattr(record, "report", found.append)
    monkeypatch.setattr(record, "strict", False)
    monkeypatch.setattr(record, "keep_all", False)
    monkeypatch.setattr(record, "keeps_messages", True)
    install()
    yield found
    record.clear()
    for name in [name for name in sys.modules if _is_caffe(name)]:
        del sys.modules[name]
    sys.modules.update(before)


def _is_caffe(name: str) -> bool:
    return name == "caffe" or name.startswith("caffe.")
