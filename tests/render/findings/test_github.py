"""Workflow commands, by GitHub's documentation of their escapes."""

from __future__ import annotations

from protogen.render.context import Context
from protogen.render.findings.github import render
from tests.render.findings.samples import FILES


def test_commands_with_their_characters_escaped() -> None:
    assert list(render(FILES, Context())) == [
        "::notice file=nets/a%2Cb.prototxt,line=2,endLine=4,title=T390::unknown rule",
        "::error file=nets/a%2Cb.prototxt,line=7,endLine=7,col=5,endColumn=14,"
        'title=P101 (empty-pooling-window)::layer "pool1" (Pooling): 100%25 empty, or so'
        "%0A  hint:  round_mode: FLOOR",
        '::warning file=net.py%3Alenet,title=W101 (missing-filler)::layer "c": starts at zero',
    ]
