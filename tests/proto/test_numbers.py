"""Spare numbers for the fields and enum values of two schemas that come together."""

from __future__ import annotations

from google.protobuf.descriptor_pb2 import DescriptorProto

from protogen.proto.numbers import free_number, separate_numbers


def message(*numbers: int) -> DescriptorProto:
    found = DescriptorProto(name="M")
    for index, number in enumerate(numbers):
        found.field.add(name=f"f{index}", number=number)
    return found


def test_a_field_with_a_taken_number_gets_a_spare_one() -> None:
    fields = message(1, 2, 1, 2).field
    separate_numbers(fields)
    assert [field.number for field in fields] == [1, 2, 500_002, 500_003]


def test_a_schema_may_have_a_spare_number_itself() -> None:
    fields = message(1, 500_002, 1).field
    separate_numbers(fields)
    assert [field.number for field in fields] == [1, 500_002, 500_003]


def test_a_free_number_stays() -> None:
    assert free_number(7, {1, 2}) == 7
