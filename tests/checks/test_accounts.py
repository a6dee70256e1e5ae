"""Accounts of sizes that differ: whole texts by hand, and every equation of many of them.

``PROTOGEN_FUZZ=2000`` in the environment sets how many random nets; a short run is the default.
Once, all fixes of 700 random nets were put to a real Caffe (``python -m tests.checks.random_joins``
writes them): it accepted all 563, with the shapes that are inferred.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import protogen
from protogen.explanations.mismatches import explanations
from protogen.graph import State
from tests.checks.conftest import image, layer
from tests.checks.mutations import broken, nets, sound
from tests.checks.random_joins import false_statements, random_joins
from tests.conftest import conformance_nets

#: How many random nets are looked at.
NETS = int(os.environ.get("PROTOGEN_FUZZ", "60"))


def why(text: str) -> str:
    (explanation,) = explanations(protogen.loads(text).analysis()).values()
    return explanation.why


def conv(name: str, bottom: str, param: str) -> str:
    return layer(name, "Convolution", bottom, convolution_param=param)


ORDER = "order: 0 order: 2 order: 3 order: 1"


def test_channels_that_a_permute_moved() -> None:
    net = (
        image(3, 8)
        + conv("loc", "data", "num_output: 28 kernel_size: 1")
        + layer("locp", "Permute", "loc", permute_param=ORDER)
        + conv("conf", "data", "num_output: 14 kernel_size: 1")
        + layer("confp", "Permute", "conf", permute_param=ORDER)
    )
    assert why(net + layer("sum", "Eltwise", "locp", "confp")) == (
        '"locp" is 28 on axis 3:\n'
        '  "loc" (line 2): num_output: 28\n'
        '  "locp" (line 7): axis 3 is axis 1 of "loc"\n'
        '"confp" is 14 on axis 3:\n'
        '  "conf" (line 12): num_output: 14\n'
        '  "confp" (line 17): axis 3 is axis 1 of "conf"'
    )


def test_elements_that_do_not_correspond() -> None:
    net = (
        image(1, 64)
        + layer("flat", "Flatten", "data")
        + layer("dec", "InnerProduct", "data", inner_product_param="num_output: 1024")
        + layer("loss", "SigmoidCrossEntropyLoss", "dec", "flat")
    )
    assert why(net) == (
        '"dec" has 1 * 1024 = 1024 elements\n'
        '"flat" has 1 * 4096 = 4096 elements\n'
        '"dec" is 1024 on axis 1:\n'
        '  "dec" (line 7): num_output: 1024\n'
        '"flat" is 4096 on axis 1:\n'
        '  "flat" (line 2): 1 * 64 * 64 = 4096'
    )


def test_a_window_for_the_whole_image() -> None:
    net = (
        image(4, 9)
        + layer("gap", "Pooling", "data", pooling_param="pool: AVE global_pooling: true")
        + layer("sum", "Eltwise", "data", "gap")
    )
    assert '"gap" has height and width 1:\n  "gap" (line 2): global_pooling: true' in why(net)


def test_two_axes_of_one_image() -> None:
    net = image(4, 9, 7) + layer(
        "turned", "Permute", "data", permute_param="order: 0 order: 1 order: 3 order: 2"
    )
    assert why(net + layer("sum", "Eltwise", "data", "turned")).split("\n")[:3] == [
        'they come from axis 2 of "data" (9) and axis 3 of "data" (7)',
        '"data" is 9 on axis 2: no layer changes it',
        '"turned" is 7 on axis 2:',
    ]


def test_a_python_layer() -> None:
    net = image(4, 9) + layer("py", "Python", "data", python_param='module: "m" layer: "l"')
    analysis = protogen.loads(net + layer("sum", "Eltwise", "data", "py")).analysis(
        State("TEST"), {"py": (1, 4, 9, 8)}
    )
    (explanation,) = explanations(analysis).values()
    assert '"py" has width 8:\n  "py" (line 2): a Python layer produces 8' in explanation.why


def test_the_pooling_of_darknet() -> None:
    net = (
        image(4, 13)
        + layer("pool", "Pooling", "data", pooling_param="kernel_size: 2 stride: 1")
        + layer("cat", "Concat", "pool", "data")
    )
    assert (
        'in Darknet "pool" keeps the size, because Darknet pads the end of a pooling with stride 1'
        in why(net)
    )
    assert "Darknet" not in why(net.replace("stride: 1", "stride: 1 pool: AVE"))


# Every equation --------------------------------------------------------------------------------


def assert_true(analysis: protogen.Inference, net: protogen.Net, name: object) -> int:
    """Each account is true, and each fix leaves fewer errors; the number of accounts."""
    found = explanations(analysis)
    for explanation in found.values():
        assert not false_statements(explanation.why), (name, explanation.why)
        for fix in explanation.fixes:
            if fix.edits and net.current.origins is None:  # nothing is inserted into old formats
                copy = net.copy()
                copy.apply(fix.edits)
                after = copy.analysis(analysis.state).errors
                assert not after - analysis.errors, (name, fix.title)
                assert analysis.errors - after, (name, fix.title)
    return len(found)


def test_random_nets() -> None:
    accounts = 0
    for seed, text in random_joins(NETS):
        net = protogen.loads(text)
        accounts += assert_true(net.analysis(), net, seed)
    assert accounts > NETS * 0.7


def test_public_nets(conformance: Path) -> None:
    for path in conformance_nets():
        net = protogen.load(path)
        for phase in net.meant_phases():
            assert assert_true(net.analysis(State(phase)), net, path) == 0


def test_broken_public_nets(conformance: Path) -> None:
    accounts = 0
    for row in nets(conformance):
        whole = sound(conformance, row)
        for seed in range(2):
            net = protogen.loads(broken(whole, row, seed).text)
            accounts += assert_true(net.analysis(State(row["phase"])), net, (row["file"], seed))
    assert accounts > 10


@pytest.mark.parametrize(
    "line",
    [
        '  "p" (line 3): 75 becomes 39: (75 - 2) / 2 = 36.5, which Caffe rounds up to 37, plus 1',
        '  "p" (line 3): 75 becomes 38: (75 - 2) / 2 = 36, which Caffe rounds up to 37, plus 1',
        '  "p" (line 3): 75 becomes 37: (75 - 2) / 2 = 36.5, which Caffe rounds up to 36, plus 1',
        '  "up" (line 3): 38 becomes 76: 2*(38 - 1) + 4 = 76',
        '"up" has 2 * 38 = 75 elements',
        '"up" has height 76:\n  "up" (line 3): 37 becomes 75: 2*37 + 1 = 75',
        '"b" has height 9:\n  "a" (line 3): 3 becomes 6: 2*3 = 6\n  "b": 8 becomes 9: 8 + 1 = 9',
    ],
)
def test_false_statements_are_noticed(line: str) -> None:
    assert false_statements(line)
