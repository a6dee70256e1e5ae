"""The pages of docs/layers are up to date."""

from __future__ import annotations

from pathlib import Path

from protogen.render.reference import main, pages
from tests.conftest import ROOT

DOCS = ROOT / "docs" / "layers"


def test_the_pages_in_docs_are_up_to_date() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    current = dict(pages())
    stale = [
        name for name in sorted({*written, *current}) if written.get(name) != current.get(name)
    ]
    assert stale == [], "run: make docs"


def test_pages_can_lie_in_one_folder_whatever_the_case_of_names() -> None:
    names = [name.lower() for name, _ in pages()]
    assert len(names) == len(set(names))


def test_pages_of_removed_types_are_removed(tmp_path: Path) -> None:
    (tmp_path / "Gone.md").write_text("# Gone")
    main(str(tmp_path))
    assert not (tmp_path / "Gone.md").exists()
    assert (tmp_path / "ReLU.md").read_text(encoding="utf-8").startswith("# ReLU\n\nKeep what")


def test_a_vertical_bar_in_a_table_is_escaped() -> None:
    for name, page in pages():
        rows = [line for line in page.split("\n") if line.startswith("| `")]
        for row in rows:
            assert row.replace("\\|", "").count("|") in (5, 6), (name, row)
