"""JSON for scripts."""

from __future__ import annotations

from protogen.render.json import dumps


def test_keys_keep_their_order_and_an_unknown_size_is_null() -> None:
    assert dumps({"b": (1, None), "a": "é"}) == (
        '{\n  "b": [\n    1,\n    null\n  ],\n  "a": "é"\n}'
    )
