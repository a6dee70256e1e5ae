"""The comments of caffe.proto, read from its text."""

from __future__ import annotations

from protogen import proto
from protogen.reports.field_comments import field_comments


def test_each_comment_belongs_to_a_field_that_exists() -> None:
    names = set()
    pending = list(proto.FILE.message_types_by_name.values())
    while pending:
        message = pending.pop()
        names.update(field.full_name for field in message.fields)
        pending += message.nested_types
    assert set(field_comments()) <= names


def test_fields_of_the_layer_types_have_comments() -> None:
    comments = field_comments()
    assert comments["caffe.PoolingParameter.round_mode"].startswith("CEIL lets the last window")
    assert not any(comment.startswith("/") for comment in comments.values())
    assert not any("\n" in comment for comment in comments.values())
