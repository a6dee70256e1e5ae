"""Nets as Python programs: every program is run, and its net is the one it was written from."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from protogen import Net, ProtogenError, load, loads
from protogen import layers as L
from protogen.render.program import Style, to_python
from protogen.rules.text import reading_errors
from tests.conftest import conformance_nets, rows

STYLES: tuple[Style, ...] = ("dsl", "netspec")

DATA = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }\n'
)


def run(source: str) -> Net:
    names: dict[str, object] = {"__name__": "program"}
    exec(compile(source, "net.py", "exec"), names)
    net = names["net"]
    assert isinstance(net, Net)
    return net


def program(text: str) -> str:
    """The program of a net, after a check that it composes the net."""
    net = loads(text)
    source = to_python(net)
    assert run(source).to_proto() == net.current.message
    return source


def body(source: str) -> str:
    """What is composed, without the head of the file."""
    return source[source.index("with Net(") :]


def test_layers_are_calls() -> None:
    source = program(
        'name: "small"\n'
        + DATA
        + 'layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"\n'
        + "  convolution_param { num_output: 3 kernel_size: 3 pad: 1\n"
        + '    weight_filler { type: "xavier" } bias_filler { type: "constant" value: 0.2 } } }\n'
        + 'layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }\n'
        + 'layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "conv" top: "out" }\n'
    )
    assert (
        source
        == '''\
"""A net, written by protogen to-python."""

from protogen import Net, fillers
from protogen import layers as L

with Net("small") as net:
    data = L.Input(name="data", shape=[1, 3, 8, 8])
    x = L.Convolution(
        data, name="conv", num_output=3, pad=1, kernel_size=3, weight_filler=fillers.xavier(),
        bias_filler=fillers.constant(value=0.2),
    )
    L.ReLU(x, name="relu", in_place=True)
    L.Eltwise(data, x, name="sum", top="out")
'''
    )


def test_what_repeats_is_a_function_and_a_loop() -> None:
    block = (
        'layer { name: "conv%d" type: "Convolution" bottom: "%s" top: "conv%d"'
        " convolution_param { num_output: %d kernel_size: 3 pad: 1 } }"
        'layer { name: "bn%d" type: "BatchNorm" bottom: "conv%d" top: "conv%d" }'
        'layer { name: "relu%d" type: "ReLU" bottom: "conv%d" top: "conv%d" }\n'
    )
    text, below = DATA, "data"
    for i, size in enumerate((8, 8, 8, 16, 16), 1):
        text += block % (i, below, i, size, i, i, i, i, i, i)
        below = f"conv{i}"
    source = program(text)
    assert (
        '''
def conv_bn_relu(x, name, num_output=8):
    """Add Convolution, BatchNorm and ReLU."""
    x = L.Convolution(x, name=f"conv{name}", num_output=num_output, pad=1, kernel_size=3)
    L.BatchNorm(x, name=f"bn{name}", in_place=True)
    L.ReLU(x, name=f"relu{name}", in_place=True)
    return x
'''
        in source
    )
    assert source.count("L.Convolution(") == 1
    assert "    for i, num_output in enumerate([8, 8, 8, 16, 16], 1):\n" in source


def test_equal_settings_are_a_constant() -> None:
    learned = "param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }"
    fc = 'layer {{ name: "{0}" type: "InnerProduct" bottom: "data" top: "{0}" {1}'
    fc += ' inner_product_param {{ num_output: {2} weight_filler {{ type: "msra" }} }} }}\n'
    source = program(DATA + fc.format("one", learned, 3) + fc.format("two", learned, 4))
    assert "FC = dict(" in source
    assert source.count("lr_mult=2") == 1
    assert 'L.InnerProduct(data, name="two", num_output=4, **FC)' in source


def test_phases_comments_shared_blobs_and_fork_fields_are_kept() -> None:
    source = program(
        "# a net for tests\n"
        'layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }\n'
        "  data_param { batch_size: 8 } }\n"
        'layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }\n'
        "  data_param { batch_size: 2 } }\n"
        'layer { name: "a" type: "InnerProduct" bottom: "data" top: "a"  # shared\n'
        '  param { name: "w" } inner_product_param { num_output: 5 } }\n'
        'layer { name: "bn" type: "BN" bottom: "a" top: "bn" bn_param { bn_mode: INFERENCE } }\n'
        'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "bn" bottom: "label" top: "loss"\n'
        "  include { phase: TRAIN stage: \"deep\" } loss_weight: 0.5 }\n"
    )  # fmt: skip
    for expected in (
        "# a net for tests\n",
        '    with net.phase("TRAIN"):\n        data, label = L.Data(',
        "    # shared\n    x = L.InnerProduct(",
        'param=[dict(name="w")]',
        'bn_mode="INFERENCE"',
        'include=[dict(phase="TRAIN", stage=["deep"])]',
        "loss_weight=0.5",
    ):
        assert expected in source


@pytest.mark.parametrize(
    "name",
    ["class", "None", "L", "net", "x", "1x1", "конв", "a/b-c.d", "é{0}", 'q"\\', "\x01", "print"],
)
def test_every_name_has_an_identifier(name: str) -> None:
    with Net() as net:
        data = L.Input(name=name, shape=[1, 3, 8, 8])
        L.Eltwise(data, L.ReLU(data, name=f"{name}_2"), name=f"{name}_3")
        L.Power(data, name="last")
    text = net.to_prototxt()
    assert run(to_python(net)).to_proto() == loads(text).to_proto() == net.to_proto()


def test_names_with_braces_in_functions() -> None:
    text, below = DATA, "data"
    for i in range(8):
        text += f'layer {{ name: "{{c{i}}}" type: "TanH" bottom: "{below}" top: "{{c{i}}}" }}'
        text += f'layer {{ name: "{{r{i}}}" type: "ReLU" bottom: "{{c{i}}}" top: "{{c{i}}}" }}'
        below = f"{{c{i}}}"
    assert 'f"{{c{' in program(text)


@pytest.mark.parametrize(
    "layers",
    [
        # A name twice, a blob twice, and a blob that a later layer produces.
        '{0} {0}',
        'layer {{ name: "a" type: "ReLU" bottom: "b" top: "a" }}'
        'layer {{ name: "b" type: "ReLU" bottom: "a" top: "b" }}',
        # Caffe rejects these.
        'layer {{ name: "a" type: "Convolution" bottom: "data" top: "a" }}',
        'layer {{ name: "a" type: "ReLU" bottom: "data" top: "a" convolution_param {{ pad: 1 }} }}',
        'layer {{ name: "a" type: "Nothing" bottom: "data" top: "a" top: "b" relu_param {{ }} }}',
        'layer {{ type: "ReLU" bottom: "data" top: "a" }} layer {{ name: "n" }} layer {{ }}',
        'layer {{ name: "a" type: "Softmax" bottom: "data" top: "a" softmax_param {{ }} }}',
        'layer {{ name: "a" type: "Power" bottom: "data" top: "a" power_param {{ scale: nan'
        " shift: -inf power: 1e-30 }} }}",
        'layer {{ name: "a" type: "Slice" bottom: "data" top: "x" top: "y" top: "x2" }}',
        'layer {{ name: "a" type: "Silence" bottom: "data" }} layer {{ name: "b" type: "Python"'
        ' bottom: "data" top: "b" python_param {{ module: "m" layer: "l"'
        " param_str: \"{{'k': 1}}\" }} }}",
        'layer {{ name: "a" type: "Nothing" bottom: "data" top: "b" top: "b" }}',
        'layer {{ name: "r" type: "ReLU" }} layer {{ name: "r" type: "Split" bottom: "data" }}',
        'state {{ phase: TEST stage: "s" }} force_backward: true',
        'layers {{ name: "r" type: RELU bottom: "data" top: "r" }}',
    ],
)  # fmt: skip
def test_odd_nets(layers: str) -> None:
    text = layers.format('layer { name: "a" type: "ReLU" bottom: "data" top: "a" }')
    source = program(text if text.startswith("layers") else DATA + text)
    assert "with Net(" in source


def test_random_layers_are_composed_again() -> None:
    for row in rows("layers.jsonl.gz")[::40]:
        for style in STYLES:
            to_python(loads(row["prototxt"]), style)


@pytest.mark.parametrize("style", STYLES)
def test_a_net_cannot_run_code(style: Style) -> None:
    attack = "\rraise SystemExit(3)"
    text = DATA + f'# a{attack}\nlayer {{ name: "a\\r{{1/0}}\\"\\\\" type: "ReLU" top: "a"'
    net = loads(text + ' bottom: "data" } layer { name: "b" type: "__import__" top: "b" }')
    source = to_python(net, style, title=f'"""{attack}\\')
    assert "\n# a\\rraise SystemExit(3)\n" in source.replace("    # ", "# ")


def test_a_damaged_text_is_refused() -> None:
    with pytest.raises(ProtogenError, match="num_output"):
        to_python(
            loads(
                'layer { name: "a" type: "InnerProduct" inner_product_param { num_output: ${N} } }'
            )
        )


def test_two_thousand_layers_in_time() -> None:
    with Net() as net:
        x = L.Input(name="data", shape=[1, 3, 8, 8])
        for i in range(500):
            y = L.Convolution(x, name=f"c{i}", num_output=3, kernel_size=3, pad=1, bias_term=False)
            L.BatchNorm(y, name=f"bn{i}", in_place=True)
            L.ReLU(y, name=f"relu{i}", in_place=True)
            x = L.Eltwise(x, y, name=f"sum{i}")
    start = time.process_time()
    source = to_python(net)
    assert time.process_time() - start < 5  # 0.8 s on an idle core, 2 s for 5,000 layers
    assert len(source.splitlines()) < 30


def test_public_nets_are_composed_again(conformance: Path) -> None:
    """All of them if the folder is named, a few otherwise. `to_python` compares the messages."""
    every = 1 if "PROTOGEN_CONFORMANCE" in os.environ else 50
    written = 0
    for path in conformance_nets()[::every]:
        net = load(path)
        if reading_errors(net.current.findings) or not net.current.message.layer:
            continue
        for style in STYLES:
            to_python(net, style)
            written += 1
    assert written > 150 / every


#: Published nets, and the most lines that their programs may have.
PUBLISHED = [
    ("KaimingHe+deep-residual-networks@master/prototxt/ResNet-50-deploy.prototxt", 80),
    ("shicai+MobileNet-Caffe@master/mobilenet_deploy.prototxt", 80),
    ("shicai+DenseNet-Caffe@master/DenseNet_121.prototxt", 80),
    ("weiliu89+caffe@master/models/bvlc_googlenet/train_val.prototxt", 80),
]


@pytest.mark.parametrize(("name", "lines"), PUBLISHED)
def test_published_nets_are_short(conformance: Path, name: str, lines: int) -> None:
    source = to_python(load(conformance / "nets" / name))
    assert len(source.splitlines()) < lines
