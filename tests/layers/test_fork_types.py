"""Types of forks that have no file of their own: which are known, and what of their tops is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from protogen import infer_shapes, layers, loads, proto
from protogen.layers import all_types, other_types
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer, learned

DATA = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }'

#: Fields of a layer that are not the parameters of a type of their own.
NOT_TYPES = {
    "quantization_param",  # Intel's, for any layer
    "mn_grad_compress_param",
    "mask_param",  # of AnnotatedDataMask
    "split_param",  # Split's engine
    "coeff_schedule_param",  # of DataAugmentation
    "spatial_dropout_param",  # SpatialDropout reads Dropout's
    "smoothl1_param",
    "ctc_param",
}


def test_a_type_with_a_message_in_the_schema_is_known() -> None:
    used = {name for schema in (*all_types(), *other_types()) for name in schema.params}
    fields = [
        field.name
        for field in proto.LayerParameter.DESCRIPTOR.fields
        if field.message_type is not None and field.name.endswith("_param")
    ]
    assert {name for name in fields if name not in used} <= NOT_TYPES


def test_a_type_is_known_once() -> None:
    names = [schema.type for schema in (*all_types(), *other_types())]
    assert len(names) == len(set(names))


def test_each_says_which_forks_define_it() -> None:
    assert [schema.type for schema in other_types() if not schema.forks] == []


@pytest.mark.parametrize(
    ("layer_type", "forks"),
    [
        ("TripletLoss", {"happynear", "pt2c"}),
        ("Noise", {"happynear", "opencl"}),
        ("PassThrough", {"pt2c"}),
        ("WarpCTCLoss", {"caffe-ocr"}),
        ("Lstm", {"ctpn", "caffe-ocr", "sophgo"}),
    ],
)
def test_the_forks_of_a_type(layer_type: str, forks: set[str]) -> None:
    schema = layers.find(layer_type)
    assert schema is not None
    assert forks <= set(schema.forks)


def test_a_net_with_such_types_has_no_errors() -> None:
    net = loads(
        f"""{DATA}
        layer {{ name: "p" type: "PassThrough" bottom: "x" top: "p"
          pass_through_param {{ num_output: 12 block_height: 2 block_width: 2 }} }}
        layer {{ name: "n" type: "Noise" bottom: "x" top: "n" noise_param {{ gaussian_std: 1 }} }}
        layer {{ name: "f" type: "FixedNeuron" bottom: "n" top: "f" param {{ lr_mult: 0 }} }}
        layer {{ name: "t" type: "TripletLoss" bottom: "x" bottom: "n" bottom: "p" top: "t" }}
        """
    )
    result = infer_shapes(net)
    assert result.diagnostics == []
    assert result.blobs == {"x": (2, 3), "p": None, "n": (2, 3), "f": (2, 3), "t": ()}


def test_losses_have_a_weight_and_a_scalar() -> None:
    schema = layers.find("TripletLoss")
    assert schema is not None
    assert schema.loss
    assert infer('type: "TripletLoss"', (2, 3), (2, 3), (2, 3), tops=0).tops == ((),)
    assert infer('type: "TripletLoss"', None, tops=2).tops == ((), None)


def test_other_tops_than_the_first_are_unknown() -> None:
    assert infer('type: "ChannelScale"', (2, 3), (2,), tops=2).tops == ((2, 3), None)
    facts = infer('type: "SegData"', tops=2)
    assert facts.tops == (None, None)
    assert facts.macs is None


# Lstm, which shares its file with LSTM -----------------------------------------------------------


@pytest.mark.parametrize("bottom", [(5, 2, 3), (5, 2, 3, 4)])
def test_the_other_lstm(bottom: Shape) -> None:
    """As the Caffe of Sophgo's tpu-mlir answers (`real_caffe.py --engine sophgo`)."""
    facts = infer('type: "Lstm" lstm_param { num_output: 7 }', bottom)
    assert facts.tops == ((5, 2, 7),)
    assert learned(facts) == {"weights": (28, 3), "hidden weights": (28, 7), "bias": (28,)}
    assert facts.macs == 5 * 2 * 28 * (3 + 7)


def test_faults_of_the_other_lstm() -> None:
    text = 'type: "Lstm" lstm_param { num_output: 7 }'
    check_fault("expected at least 3 axes", "bottom[0]", text, (5, 2))
    check_fault("num_output is missing", "lstm_param.num_output", 'type: "Lstm"', (5, 2, 3))


def test_the_table_is_sorted() -> None:
    text = (Path(layers.__file__).parent / "_fork_types.py").read_text(encoding="utf-8")
    for table in re.findall(r"^_\w+ = \{\n(.*?)^\}", text, re.DOTALL | re.MULTILINE):
        names = re.findall(r'^    "(\w+)"', table, re.MULTILINE)
        assert names == sorted(names)
        assert len(names) > 10
