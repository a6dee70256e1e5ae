"""Every public net file that is available is read completely."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.text import read, read_file
from tests.conftest import conformance_nets


@pytest.mark.parametrize("kind", [proto.NetParameter, proto.SolverParameter])
@pytest.mark.parametrize("path", conformance_nets(), ids=lambda path: path.name)
def test_read_as_google_reads_it(path: Path, kind: Any) -> None:
    document = read_file(path, kind)
    assert document.data == path.read_bytes()
    try:
        message = text_format.Parse(path.read_bytes(), kind())
    except text_format.ParseError:
        assert document.diagnostics
    else:
        assert not document.diagnostics
        assert document.message == message


@pytest.mark.parametrize("path", conformance_nets()[::5], ids=lambda path: path.name)
def test_every_field_is_where_it_is_said_to_be(path: Path) -> None:
    document = read(path.read_bytes(), proto.NetParameter)
    for index, layer in enumerate(document.message.layer):
        for field, value in layer.ListFields():
            span = document.span(("layer", index, field.name))
            assert span is not None
            written = document.text[span.start : span.end]
            assert written.startswith(field.name)
            if field.name in ("name", "type"):
                assert written[len(field.name) :].strip(" \t:") in (f'"{value}"', f"'{value}'")
