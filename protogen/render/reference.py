"""The reference of layer types: as plain text, and as the pages of ``docs/layers/``.

``python -m protogen.render.reference FOLDER`` writes the pages (that is ``make docs``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from protogen import layers
from protogen.files import write_file
from protogen.render.table import Table, plain
from protogen.render.templates import render
from protogen.reports.reference import Field, Parameter, Reference, refer

__all__ = ["index_table", "pages", "text"]


def index_table(references: Sequence[Reference]) -> Table:
    """A row for each type."""
    rows = [(each.type, each.bottoms, each.tops, _plainly(each.summary)) for each in references]
    return Table(("type", "bottoms", "tops", ""), rows)


def text(reference: Reference) -> str:
    """All that is known of one type, for a terminal or a pipe."""
    facts = [
        ("bottoms", reference.bottoms),
        ("tops", reference.tops),
        ("size", reference.formula),
        ("learns", reference.learns),
        ("objective", "its first top counts, with loss_weight 1" if reference.loss else ""),
        ("in Caffe", reference.source),
    ]
    known = [f"{name:<9}  {fact}" for name, fact in facts if fact]
    return "\n\n".join(
        [
            reference.type,
            _plainly(reference.doc),
            "\n".join(known),
            *(_section(parameter) for parameter in reference.parameters),
        ]
    )


def _section(parameter: Parameter) -> str:
    title = f"{parameter.name} ({parameter.message})"
    parts = [
        plain(Table(("field", "type", "default", ""), [_cells(f) for f in parameter.fields]))
        if parameter.fields
        else "",
        _of_forks(parameter.fork_fields),
    ]
    return "\n".join([title, *(_indented(part) for part in parts if part)])


def _of_forks(fields: Sequence[Field]) -> str:
    if not fields:
        return ""
    rows = [(*_cells(field)[:3], ", ".join(field.forks), field.comment) for field in fields]
    return "\n" + plain(Table(("field of forks", "type", "default", "forks", ""), rows))


def _cells(field: Field) -> tuple[str, str, str, str]:
    return field.name, field.type, field.default, field.comment


def _indented(lines: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in lines.split("\n"))


def _plainly(doc: str) -> str:
    """A docstring without the marks around code."""
    return doc.replace("``", "")


def pages() -> Iterator[tuple[str, str]]:
    """The name and the text of each page of the reference."""
    references = [refer(schema) for schema in layers.all_types()]
    for reference in references:
        yield f"{reference.type}.md", render("layer.md.j2", layer=reference)
    yield "README.md", render("layers.md.j2", layers=references)


def main(folder: str) -> None:
    """Write every page, and remove those of types that are gone."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    fresh = dict(pages())
    for name, page in fresh.items():
        write_file(target / name, page)
    for old in target.glob("*.md"):
        if old.name not in fresh:
            old.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
