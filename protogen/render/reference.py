"""The reference of layer types: as text, as data for scripts, and as the pages of ``docs/layers/``.

``python -m protogen.render.reference FOLDER`` writes the pages (``make docs`` does).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from protogen import layers
from protogen.files import write_file
from protogen.render.table import Table, plain
from protogen.render.templates import render
from protogen.reports.reference import Field, LayerReference, Parameter, layer_reference

__all__ = ["data", "index_data", "index_table", "pages", "text"]


def index_table(references: Sequence[LayerReference]) -> Table:
    """A row for each type."""
    rows = []
    for each in references:
        rows.append((each.type, each.bottoms, each.tops, _without_backticks(each.summary)))
    return Table(("type", "bottoms", "tops", ""), rows)


def index_data(references: Sequence[LayerReference]) -> list[dict[str, str]]:
    """The list of types for scripts."""
    rows = []
    for each in references:
        row = {"type": each.type, "bottoms": each.bottoms, "tops": each.tops}
        rows.append({**row, "summary": each.summary})
    return rows


def text(reference: LayerReference) -> str:
    """The reference of one type."""
    loss = ""
    if reference.loss:
        loss = "adds its first top to the objective, by default with loss_weight 1"
    facts = {
        "bottoms": reference.bottoms,
        "tops": reference.tops,
        "size": reference.formula,
        "learns": reference.learns,
        "loss": loss,
        "forks": ", ".join(reference.forks),
        "in Caffe": reference.source,
    }
    lines = []
    for name, fact in facts.items():
        if fact:
            lines.append(f"{name:<9}  {fact}")
    sections = [_parameter_text(parameter) for parameter in reference.parameters]
    doc = _without_backticks(reference.doc)
    return "\n\n".join([reference.type, doc, "\n".join(lines), *sections])


def _parameter_text(parameter: Parameter) -> str:
    lines = [f"{parameter.name} ({parameter.message})"]
    if parameter.fields:
        rows = [_cells(field) for field in parameter.fields]
        lines.append(_indented(plain(Table(("field", "type", "default", ""), rows))))
    if parameter.fork_fields:
        lines.append("\n" + _indented(plain(_fork_table(parameter.fork_fields))))
    return "\n".join(lines)


def _fork_table(fields: Sequence[Field]) -> Table:
    rows = []
    for field in fields:
        name, type_, default, comment = _cells(field)
        rows.append((name, type_, default, ", ".join(field.forks), comment))
    return Table(("field of forks", "type", "default", "forks", ""), rows)


def _cells(field: Field) -> tuple[str, str, str, str]:
    return field.name, field.type, field.default, field.comment


def _indented(lines: str) -> str:
    # Without spaces in empty lines.
    return "\n".join([f"  {line}".rstrip() for line in lines.split("\n")])


def _without_backticks(doc: str) -> str:
    return doc.replace("``", "")


def data(reference: LayerReference) -> dict[str, object]:
    """The reference of one type for scripts."""
    return {
        **asdict(reference),
        "parameters": [_parameter_data(parameter) for parameter in reference.parameters],
    }


def _parameter_data(parameter: Parameter) -> dict[str, object]:
    fields = [*parameter.fields, *parameter.fork_fields]
    return {
        "name": parameter.name,
        "message": parameter.message,
        "fields": [field._asdict() for field in fields],
    }


def pages() -> Iterator[tuple[str, str]]:
    """The name and the text of each page of the reference."""
    references = [layer_reference(schema) for schema in layers.all_types()]
    for reference in references:
        yield f"{reference.type}.md", render("layer.md.j2", layer=reference)
    others = [layer_reference(schema) for schema in layers.other_types()]
    yield "README.md", render("layers.md.j2", layers=references, others=others)


def main(folder: str) -> None:
    """Write every page, and remove the pages of types that no longer exist."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    current = dict(pages())
    for name, page in current.items():
        write_file(target / name, page)
    for old in target.glob("*.md"):
        if old.name not in current:
            old.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
