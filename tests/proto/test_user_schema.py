"""A net that is read by the caffe.proto of a user."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import protogen
from protogen import ProtogenError, proto
from protogen.proto import compiler
from protogen.proto.schemas import schema_of

#: A small fork. Field 148 of a layer is another one in protogen's schema, `axis` of Concat takes
#: several values, `pad` and `stride` one each, `scale` of Upsample is an integer, and PRE_FIXED
#: and NONE have other numbers; LRN's alpha has another default.
SCHEMA = """
syntax = "proto2";
package caffe;
message BlobShape { repeated int64 dim = 1 [packed = true]; }
message InputParameter { repeated BlobShape shape = 1; }
message Sharpness { required float amount = 1; }
message BlurParameter {
  enum Edge { CUT = 0; MIRROR = 1; }
  optional uint32 size = 1 [default = 3];
  optional Edge edge = 2 [default = MIRROR];
  optional Sharpness sharpness = 3;
}
message ConvolutionParameter {
  optional uint32 num_output = 1;
  optional uint32 pad = 3 [default = 1];
  optional uint32 kernel_size = 4;
  optional uint32 stride = 6 [default = 2];
}
message PoolingParameter {
  enum PoolMethod { MAX = 0; AVE = 1; SUM = 2; }
  optional PoolMethod pool = 1 [default = MAX];
  optional uint32 kernel_size = 2;
  optional uint32 stride = 3 [default = 2];
  optional uint32 blend = 4;
}
message ConcatParameter { repeated int32 axis = 2; }
message UpsampleParameter { optional uint32 scale = 1; }
message LossParameter {
  enum NormalizationMode { FULL = 0; VALID = 1; BATCH_SIZE = 2; PRE_FIXED = 3; NONE = 4; }
  optional NormalizationMode normalization = 3;
}
message LayerParameter {
  optional string name = 1;
  optional string type = 2;
  repeated string bottom = 3;
  repeated string top = 4;
  optional LossParameter loss_param = 101;
  optional ConcatParameter concat_param = 104;
  optional ConvolutionParameter convolution_param = 106;
  optional PoolingParameter pooling_param = 121;
  optional InputParameter input_param = 143;
  optional BlurParameter blur_param = 148;
  optional UpsampleParameter upsample_param = 149;
}
message NetParameter {
  optional string name = 1;
  optional bool quiet = 9;
  repeated string input = 3;
  repeated BlobShape input_shape = 8;
  repeated LayerParameter layer = 100;
}
message SolverParameter { optional string net = 24; optional float warmth = 900; }
"""

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 8, 8] } } }\n'


@pytest.fixture(scope="module", autouse=True)
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The file caffe.proto in the current folder, the same for all: to compile it takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("schema"))
        Path("caffe.proto").write_text(SCHEMA, encoding="utf-8")
        yield


def read(text: str, schema: str = "caffe.proto") -> Any:
    return protogen.loads(text, "net.prototxt", proto=schema)


def layer(fields: str, name: str = "x") -> str:
    return f'layer {{ name: "{name}" bottom: "d" top: "{name}" {fields} }}\n'


def messages(net: Any) -> list[str]:
    return [f"{each.name}: {each.message}" for each in protogen.check(net).diagnostics]


def shape(net: Any, blob: str = "x") -> Any:
    return net.analysis().blobs[blob]


def test_a_layer_type_of_the_user() -> None:
    text = INPUT + layer('type: "Blur" blur_param { size: 5 edge: CUT }') + "# kept\n"
    net = read(text)
    assert messages(net) == []
    assert shape(net) is None
    assert net.message.layer[1].blur_param.size == 5
    assert net.to_prototxt() == text


def test_what_the_schema_lacks() -> None:
    net = read(INPUT + layer('type: "LRN" lrn_param { local_size: 3 }'))
    assert messages(net) == [
        'unknown-field: LayerParameter in caffe.proto has no field "lrn_param"'
    ]
    assert net.text.endswith("lrn_param { local_size: 3 } }\n")
    assert messages(protogen.loads(net.text)) == []


def test_values_of_enums() -> None:
    net = read(INPUT + layer('type: "Pooling" pooling_param { pool: SUM kernel_size: 2 }'))
    assert messages(net) == []
    # The value of our schema that this one lacks.
    net = read(INPUT + layer('type: "Pooling" pooling_param { pool: STOCHASTIC kernel_size: 2 }'))
    assert any("STOCHASTIC" in each for each in messages(net))


@pytest.mark.parametrize(("written", "name"), [("3", "PRE_FIXED"), ("NONE", "NONE")])
def test_numbers_of_values_are_those_of_the_user(written: str, name: str) -> None:
    fields = f'type: "SoftmaxWithLoss" bottom: "d" loss_param {{ normalization: {written} }}'
    loss = read(INPUT + layer(fields)).message.layer[1].loss_param
    assert type(loss).NormalizationMode.Name(loss.normalization) == name
    assert loss.normalization == proto.LossParameter.NormalizationMode.Value(name)


def test_defaults_are_those_of_the_user() -> None:
    pooling = 'type: "Pooling" pooling_param { kernel_size: 2 }'
    assert shape(read(INPUT + layer(pooling))) == (1, 3, 4, 4)
    # The same bytes, and the default stride 1 of Caffe.
    assert shape(protogen.loads(INPUT + layer(pooling))) == (1, 3, 7, 7)


def test_one_value_where_we_have_several() -> None:
    net = read(
        INPUT
        + layer(
            'type: "Convolution"'
            " convolution_param { num_output: 4 pad: 2 kernel_size: 3 stride: 1 }"
        )
    )
    assert shape(net) == (1, 4, 10, 10)
    net = read(
        INPUT
        + layer(
            'type: "Convolution" convolution_param { num_output: 4 pad: 2 pad: 1 kernel_size: 3 }'
        )
    )
    assert any(each.startswith("field-given-twice") for each in messages(net))


def test_several_values_where_we_have_one() -> None:
    one = read(INPUT + layer('type: "Concat" bottom: "d" concat_param { axis: 2 }'))
    assert (shape(one), messages(one)) == ((1, 3, 16, 8), [])
    several = read(INPUT + layer('type: "Concat" bottom: "d" concat_param { axis: 2 axis: 3 }'))
    assert (shape(several), messages(several)) == (None, [])
    assert "axis: 2 axis: 3" in several.to_prototxt()


def test_another_type_of_number() -> None:
    net = read(layer('type: "Upsample" upsample_param { scale: 2 }'))
    assert net.message.layer[0].upsample_param.scale == 2.0


def test_a_missing_required_field() -> None:
    net = read(INPUT + layer('type: "Blur" blur_param { sharpness { } }'))
    assert messages(net) == [
        'missing-required-field: "sharpness" lacks the required field "amount"'
    ]


def test_old_inputs_are_upgraded() -> None:
    net = read('input: "d" input_shape { dim: [1, 3, 8, 8] } quiet: true\n' + layer('type: "ReLU"'))
    assert shape(net) == (1, 3, 8, 8)
    assert 'type: "Input"' in net.in_current_format().text
    assert schema_of(net.current.message.DESCRIPTOR) is schema_of(net.message.DESCRIPTOR)


def test_edits() -> None:
    net = read(INPUT + layer('type: "Blur"'))
    net.message.layer[1].blur_param.size = 7
    assert "size: 7" in net.text
    net.message.layer.add(name="r", type="ReLU", bottom=["x"], top=["r"])
    assert net.text.count("layer {") == 3
    net.insert_after("r", {"name": "s", "type": "ReLU"})
    net.insert_after("s", 'name: "blur" type: "Blur" blur_param { edge: CUT }')
    net.replace("r", proto.LayerParameter(name="r", type="TanH"))
    assert "edge: CUT" in net.text
    assert messages(net) == []


@pytest.mark.parametrize("how", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies(how: Any) -> None:
    net = how(read(INPUT + layer('type: "Blur" blur_param { size: 5 }')))
    assert net.copy().message.layer[1].blur_param.size == 5
    assert how(protogen.Net.of(net.to_proto())).message.layer[1].blur_param.size == 5


def test_a_schema_that_changes() -> None:
    text = INPUT + layer('type: "Blur" blur_param { width: 5 }')
    Path("new.proto").write_text(SCHEMA, encoding="utf-8")
    assert len(messages(read(text, "new.proto"))) == 1
    Path("new.proto").write_text(SCHEMA.replace("uint32 size", "uint32 width"), encoding="utf-8")
    assert messages(read(text, "new.proto")) == []


def test_enums_with_names_that_are_taken() -> None:
    other = SCHEMA.replace("PoolMethod", "PoolMode")  # its values are still MAX and AVE
    Path("modes.proto").write_text(other, encoding="utf-8")
    net = read(
        INPUT + layer('type: "Pooling" pooling_param { pool: AVE kernel_size: 2 }'), "modes.proto"
    )
    assert net.message.layer[1].pooling_param.pool == proto.PoolingParameter.AVE


def test_another_package() -> None:
    text = SCHEMA.replace("package caffe;", "package my.fork;")
    Path("fork.proto").write_text(text, encoding="utf-8")
    assert (
        messages(read(INPUT + layer('type: "Blur" blur_param { edge: CUT }'), "fork.proto")) == []
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('syntax = "proto2";\nmessage {\n', r"my.proto:2:9: error\[T100\] cannot be compiled"),
        ("layer { }", r"my.proto:1:1: error\[T100\] cannot be compiled: Expected top-level"),
        ('syntax = "proto2"; import "x.proto";', r'my.proto.*cannot be compiled.*"?x.proto"?'),
        ('syntax = "proto2"; message A {}', r'has no message "LayerParameter", so it is not'),
        (
            'syntax = "proto2"; message LayerParameter {} message NetParameter {}',
            r'NetParameter has no field "layer", so it is older',
        ),
    ],
)
def test_unusable_files(text: str, message: str) -> None:
    Path("my.proto").write_text(text, encoding="utf-8")
    with pytest.raises(ProtogenError, match=message) as caught:
        protogen.loads("", proto="my.proto")
    assert caught.value.diagnostics[0].hint


def test_a_file_that_does_not_exist() -> None:
    with pytest.raises(ProtogenError, match=r"none.proto: .* cannot be read"):
        protogen.loads("", proto="none.proto")


def test_without_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "is_installed", lambda: False)
    Path("late.proto").write_text(SCHEMA, encoding="utf-8")
    with pytest.raises(ModuleNotFoundError, match="grpcio-tools is not installed"):
        protogen.loads("", proto="late.proto")
