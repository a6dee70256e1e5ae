"""The compiled schema: equal to BVLC Caffe's, and complete in what it says of forks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as FieldProto
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from protogen import proto
from protogen.proto import compile as schema_compiler

FACTS = json.loads((Path(__file__).parents[1] / "data" / "bvlc_schema.json").read_text())


def messages(parent: Any = None) -> Iterator[Any]:
    """Every message descriptor of the schema, those within others included."""
    inner = proto.FILE.message_types_by_name.values() if parent is None else parent.nested_types
    for descriptor in inner:
        yield descriptor
        yield from messages(descriptor)


def enums() -> Iterator[Any]:
    yield from proto.FILE.enum_types_by_name.values()
    for descriptor in messages():
        yield from descriptor.enum_types


def raw_fields() -> dict[str, FieldProto]:
    """Each field as the compiler wrote it, under its full name."""
    compiled = FileDescriptorSet.FromString(schema_compiler.TARGET.read_bytes())
    *_, file = compiled.file
    pending, fields = [("caffe", message) for message in file.message_type], {}
    while pending:
        scope, message = pending.pop()
        scope = f"{scope}.{message.name}"
        pending += [(scope, nested) for nested in message.nested_type]
        fields |= {f"{scope}.{field.name}": field for field in message.field}
    return fields


def facts_of(field: FieldProto) -> dict[str, Any]:
    kind = FieldProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    facts: dict[str, Any] = {
        "number": field.number,
        "label": FieldProto.Label.Name(field.label).removeprefix("LABEL_").lower(),
        "type": field.type_name.removeprefix(".caffe.") or kind,
    }
    if field.HasField("default_value"):
        facts["default"] = field.default_value
    if field.options.packed:
        facts["packed"] = True
    return facts


def short(descriptor: Any) -> str:
    return str(descriptor.full_name).removeprefix("caffe.")


def test_what_no_fork_marks_is_bvlc_field_by_field() -> None:
    raw = raw_fields()
    ours = {
        short(message): {
            field.name: facts_of(raw[field.full_name])
            for field in message.fields
            if not proto.forks_of(field)
        }
        for message in messages()
        if not proto.forks_of(message)
    }
    assert ours == FACTS["messages"]


def test_enum_values_no_fork_marks_are_bvlc() -> None:
    ours = {
        short(enum): {v.name: v.number for v in enum.values if not proto.forks_of(v)}
        for enum in enums()
        if not proto.forks_of(enum)
    }
    assert ours == FACTS["enums"]


def test_no_fork_field_is_required() -> None:
    raw = raw_fields()
    required = {
        short(field)
        for message in messages()
        for field in message.fields
        if raw[field.full_name].label == FieldProto.LABEL_REQUIRED
    }
    assert required == {"ClipParameter.min", "ClipParameter.max"}


def test_layer_parameters_of_ssd_keep_its_numbers() -> None:
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    of_ssd = {
        "annotated_data_param": 200,
        "multibox_loss_param": 201,
        "permute_param": 202,
        "prior_box_param": 203,
        "detection_output_param": 204,
        "detection_evaluate_param": 205,
        "norm_param": 206,
        "video_data_param": 207,
    }
    assert {name: fields[name].number for name in of_ssd} == of_ssd
    assert all("ssd" in proto.forks_of(fields[name]) for name in of_ssd)


@pytest.mark.parametrize(
    ("message", "field", "forks"),
    [
        ("PoolingParameter", "round_mode", ()),
        ("PoolingParameter", "ceil_mode", ("cambricon", "pt2c", "opencv")),
        ("BNParameter", "bn_mode", ("segnet", "enet", "ncnn")),
        (
            "SmoothL1LossParameter",
            "sigma",
            ("intel", "fasterrcnn", "rfcn", "xilinx", "pt2c", "ncnn"),
        ),
    ],
)
def test_forks_of_a_field(message: str, field: str, forks: tuple[str, ...]) -> None:
    descriptor = getattr(proto, message).DESCRIPTOR.fields_by_name[field]
    assert proto.forks_of(descriptor) == forks


def test_forks_of_an_enum_value_and_of_an_enum() -> None:
    engine = proto.ConvolutionParameter.DESCRIPTOR.enum_types_by_name["Engine"]
    assert proto.forks_of(engine.values_by_name["MKL2017"]) == ("intel",)
    assert proto.forks_of(engine.values_by_name["CUDNN"]) == ()
    packing = proto.FILE.enum_types_by_name["Packing"]
    assert proto.forks_of(packing) == ("nv16", "nv17")
    assert proto.forks_of(packing.values_by_name["NHWC"]) == ("nv16", "nv17")


VALUES = {
    FieldProto.TYPE_BOOL: "true",
    FieldProto.TYPE_STRING: '"x"',
    FieldProto.TYPE_BYTES: '"x"',
    FieldProto.TYPE_FLOAT: "0.5",
    FieldProto.TYPE_DOUBLE: "0.5",
}


def spelling(field: Any) -> str:
    if field.message_type is not None:
        return f"{field.name} {{ }}"
    if field.enum_type is not None:
        return f"{field.name}: {field.enum_type.values[-1].name}"
    return f"{field.name}: {VALUES.get(field.type, '1')}"


def test_every_fork_field_is_read_by_its_name() -> None:
    marked = [f for message in messages() for f in message.fields if proto.forks_of(f)]
    assert len(marked) > 800
    for field in marked:
        read = text_format.Parse(
            spelling(field), proto.message_class(field.containing_type)(), allow_unknown_field=False
        )
        assert [known.name for known, _ in read.ListFields()] == [field.name]


@pytest.mark.parametrize(
    "text",
    [
        # One name, several spellings: https://github.com/alexgkendall/caffe-segnet and others.
        "upsample_param { scale: 2 pad_out_h: true }",
        "upsample_param { scale: 2.0 pad_out_h: 1 }",
        "prior_box_param { min_size: 30 max_size: 60 }",
        "prior_box_param { min_size: 30 min_size: 45 max_size: 60 max_size: 90 }",
        "transform_param { resize_param { height: 300 } resize_param { height: 320 } }",
        "bn_param { scale_filler { } shift_filler { } bn_mode: INFERENCE }",
        "bn_param { slope_filler { } bias_filler { } frozen: true engine: CUDNN }",
        "loss_param { normalization: PRE_FIXED pre_fixed_normalizer: 64 }",
        'engine: "MKLDNN" convolution_param { engine: MKL2017 }',
    ],
)
def test_forks_that_disagree_are_both_read(text: str) -> None:
    message = text_format.Parse(text, proto.LayerParameter())
    assert proto.LayerParameter.FromString(message.SerializeToString()) == message


def test_compiled_schema_is_that_of_caffe_proto() -> None:
    pytest.importorskip("grpc_tools", reason="the compiler, grpcio-tools, is not installed")
    compiled = schema_compiler.descriptor_set(schema_compiler.compile_schema())
    assert compiled == schema_compiler.TARGET.read_bytes(), (
        "caffe.desc is not what the pinned compiler makes of caffe.proto: run `make proto`"
    )


def test_compiled_fields_stand_in_the_order_of_their_numbers() -> None:
    for message in messages():
        numbers = [field.number for field in message.fields]
        assert numbers == sorted(numbers), message.full_name
