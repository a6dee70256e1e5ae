"""The page of the zoo."""

from __future__ import annotations

from protogen.render.networks import page
from tests.conftest import ROOT


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "zoo.md").read_text(encoding="utf-8")
    assert written == page(), 'run "make docs"'
