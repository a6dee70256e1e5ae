"""JSON for scripts."""

from __future__ import annotations

import json

from protogen.render.json import dumps


def test_keys_keep_their_order_and_an_unknown_size_is_null() -> None:
    assert dumps({"b": (1, None), "a": "é"}) == (
        '{\n  "b": [\n    1,\n    null\n  ],\n  "a": "\\u00e9"\n}'
    )


def test_numbers_that_json_does_not_have_are_words() -> None:
    nan, infinity = float("nan"), float("inf")
    assert json.loads(dumps([{"a": nan, "b": (infinity, -infinity)}, 1.5])) == [
        {"a": "nan", "b": ["inf", "-inf"]},
        1.5,
    ]
