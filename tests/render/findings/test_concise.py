"""One line for each finding; the expected lines were written by hand."""

from __future__ import annotations

from protogen.render.context import Context
from protogen.render.findings.concise import render
from tests.render.findings.samples import FILES


def test_lines() -> None:
    assert list(render(FILES, Context())) == [
        "nets/a,b.prototxt:2:3: note[T390] unknown rule",
        'nets/a,b.prototxt:7:5: error[P101] layer "pool1" (Pooling): 100% empty, or so [*]',
        'net.py:lenet: warning[W101] layer "c": starts at zero',
    ]
