"""The files of the targets, and what is rejected in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from protogen import layers, proto, targets
from protogen.targets import Target, TargetFileError, read_target

TARGETS = list(targets.all_targets())
#: Types that no Caffe has, of consumers that read prototxt.
OWN_TYPES = {"Accum", "DataAugmentation", "Identity", "MKLBatchNorm"}

MINIMAL = """
name = "mine"
title = "Mine"
program = "mine"
versions = "1"
summary = "A program."

[sources.manual]
mark = "read"
text = "its manual"

[pooling]
source = "manual"
default = "ceil"
"""


def written(folder: Path, text: str) -> Target:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_target(path)


def test_the_public_name() -> None:
    import protogen

    assert protogen.targets is targets
    assert {"bvlc", "opencv4", "sophgo", "ssd"} <= set(targets.names())


def test_an_unknown_target() -> None:
    with pytest.raises(ValueError, match=r'unknown target "tensort"; did you mean "tensorrt8"\?'):
        targets.get("tensort")
    with pytest.raises(ValueError, match=r'unknown target "opencv"; did you mean "opencv4"\?'):
        targets.get("opencv")
    with pytest.raises(ValueError, match=r'unknown target "zzz"; the targets are .*bvlc, '):
        targets.get("zzz")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_each_fact_has_a_source(target: Target) -> None:
    facts = list(target.facts())
    assert facts
    for _, fact in facts:
        assert target.source(fact).mark in ("run", "read")
        assert target.source(fact).text


def message_names(descriptors: Any, around: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in descriptors:
        found[around + each.name] = each
        found |= message_names(each.nested_types, f"{around}{each.name}.")
    return found


MESSAGES = message_names(proto.FILE.message_types_by_name.values())


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_schema_names_what_exists(target: Target) -> None:
    if target.schema is None:
        return
    for path in target.schema.lacks:
        around, _, name = path.rpartition(".")
        enum_home, _, enum = around.rpartition(".")
        if path in MESSAGES or (around in MESSAGES and name in MESSAGES[around].fields_by_name):
            continue
        enums = (MESSAGES[enum_home] if enum_home else proto.FILE).enum_types_by_name
        assert name in enums[enum].values_by_name, path
    assert target.schema.message_class().DESCRIPTOR.name == "NetParameter"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_types_are_those_of_a_caffe(target: Target) -> None:
    for name in target.known_types - OWN_TYPES:
        assert layers.find(name) is not None, name


def fields_of(target: str, message: str) -> dict[str, int]:
    schema = targets.get(target).schema
    assert schema is not None
    return {each.name: each.number for each in schema.message_class(message).DESCRIPTOR.fields}


def test_the_numbers_of_pooling() -> None:
    """As the schemas that come with each program have them."""
    assert fields_of("bvlc", "PoolingParameter")["round_mode"] == 13
    opencv = fields_of("opencv4", "PoolingParameter")
    assert opencv["ceil_mode"] == 13
    assert "round_mode" not in opencv
    sophgo = fields_of("sophgo", "PoolingParameter")
    assert (sophgo["avg_include_pad"], sophgo["axis"]) == (13, 14)
    assert (sophgo["ceil_mode"], sophgo["round_mode"]) == (18, 19)


def test_a_declaration_replaces_label_type_and_default() -> None:
    schema = targets.get("opencv4").schema
    assert schema is not None
    normalized = schema.message_class("DetectionOutputParameter").DESCRIPTOR.fields_by_name
    assert normalized["normalized_bbox"].default_value is True
    psroi = schema.message_class("PSROIPoolingParameter")()
    assert sorted(psroi.FindInitializationErrors()) == [
        *("group_size", "output_dim", "spatial_scale")
    ]


def test_messages_and_enums_that_only_a_target_has() -> None:
    """As tpu-mlir 1.30.2 has them: each message has its own enum of engines."""
    schema = targets.get("sophgo").schema
    assert schema is not None
    engines = {}
    for name in ("Convolution", "BatchNorm", "InnerProduct"):
        enum = (
            schema.message_class(f"{name}Parameter").DESCRIPTOR.fields_by_name["engine"].enum_type
        )
        engines[name] = [(value.name, value.number) for value in enum.values]
    assert engines["Convolution"][2:] == [("CUDNN", 2), ("MKL2017", 3), ("MKLDNN", 4)]
    assert engines["BatchNorm"][2:] == [("MKL2017", 3), ("MKLDNN", 4)]
    assert engines["InnerProduct"][2:] == [("CUDNN", 2), ("MKLDNN", 3)]
    lstm = schema.message_class("LayerParameter").DESCRIPTOR.fields_by_name["lstm_param"]
    assert lstm.message_type.name == "LSTMParameter"
    assert "batch_size" in lstm.message_type.fields_by_name


def test_a_minimal_file(tmp_path: Path) -> None:
    target = written(tmp_path, MINIMAL)
    assert target.pooling is not None
    assert target.source(target.pooling).text == "its manual"
    assert target.schema is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("summary", "sumary", r'mine\.toml: unknown key "sumary"; did you mean "summary"\?'),
        ('source = "manual"\n', "", r'\[pooling\]: "source" is missing'),
        ('source = "manual"', 'source = "blog"', r'\[pooling\]: unknown source "blog"'),
        ('"ceil"', '"up"', r"\[pooling\.default\]: expected one of ceil, floor, got 'up'"),
        ('mark = "read"', 'mark = "heard"', r"\[sources\.manual\.mark\]: expected one of run"),
        ('versions = "1"', "versions = 1", r"\[versions\]: expected str, got 1"),
        ('default = "ceil"', 'default = "ceil"\nfloors = []', r'unknown key "floors"; did you mea'),
        ('name = "mine"', 'name = "other"', r'expected name = "mine", got "other"'),
        ("[pooling]", "[pooling", r"mine\.toml: .*line"),
    ],
)
def test_a_wrong_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(TargetFileError, match=message):
        written(tmp_path, MINIMAL.replace(old, new))
