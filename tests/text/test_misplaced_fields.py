"""Fields of a layer that are beside its parameters, or too deep inside of them."""

from __future__ import annotations

import pytest

from protogen import loads
from protogen.text.upgrade import upgrade
from protogen.transforms import Upgrade
from tests.text.repairs import DATA, errors, fixed, only_error

CONV = 'layer { name: "c" type: "Convolution" bottom: "data" top: "c"'
SIZES = "num_output: 4 kernel_size: 3"
INTENDED = DATA + f"{CONV} convolution_param {{ {SIZES} }} }}\n"
WITH_PARAM = DATA + f"{CONV} param {{ lr_mult: 2 }} convolution_param {{ {SIZES} }} }}\n"

CASES = {
    "beside": (f"{CONV} {SIZES} }}\n", INTENDED),
    "partly beside": (f"{CONV} kernel_size: 3 convolution_param {{ num_output: 4 }} }}\n", ""),
    "param inside": (
        f"{CONV} convolution_param {{ {SIZES} param {{ lr_mult: 2 }} }} }}\n",
        WITH_PARAM,
    ),
    "lists of V1 inside": (
        f"{CONV} convolution_param {{ {SIZES} blobs_lr: 2 blobs_lr: 1 weight_decay: 0 }} }}\n",
        WITH_PARAM.replace("2 }", "2 decay_mult: 0 } param { lr_mult: 1 }"),
    ),
    "a rule inside": (
        f"{CONV} convolution_param {{ {SIZES} include {{ phase: TEST }} }} }}\n",
        WITH_PARAM.replace("param { lr_mult: 2 }", "include { phase: TEST }", 1),
    ),
    "a filler inside another": (
        f'{CONV} convolution_param {{ {SIZES} weight_filler {{ type: "msra" bias_filler {{ }} }} }}'
        " }\n",
        INTENDED.replace("3 }", '3 bias_filler { } weight_filler { type: "msra" } }'),
    ),
}


@pytest.mark.parametrize(("broken", "intended"), CASES.values(), ids=CASES)
def test_one_error_and_a_safe_fix(broken: str, intended: str) -> None:
    """Expected is what was intended; the place of a field in its message does not matter."""
    finding = only_error(DATA + broken)
    assert finding.name in ("unknown-field", "legacy-parts")
    assert finding.fix is not None
    assert finding.fix.safe
    assert errors(fixed(DATA + broken)) == []
    if intended:
        assert fixed(DATA + broken) == intended


def test_the_messages() -> None:
    finding = only_error(DATA + CASES["beside"][0])
    assert finding.message == 'LayerParameter has no field "num_output" or "kernel_size"'
    assert finding.hint == 'write "num_output" and "kernel_size" in "convolution_param"'
    finding = only_error(DATA + CASES["param inside"][0])
    assert finding.message == 'ConvolutionParameter has no field "param"'
    assert finding.hint == 'write "param" in "layer", outside of "convolution_param"'
    finding = only_error(DATA + CASES["lists of V1 inside"][0])
    assert finding.message == 'ConvolutionParameter has no field "blobs_lr" or "weight_decay"'
    assert (
        finding.hint
        == 'write param { lr_mult: 2 decay_mult: 0 } param { lr_mult: 1 } in "layer"; protogen'
        " upgrade does"
    )


@pytest.mark.parametrize(
    "text",
    [
        # one multiplier may be intended for the bias, too
        f"{CONV} convolution_param {{ {SIZES} lr_mult: 0 }} }}",
        # there is a param already
        f"{CONV} param {{ }} convolution_param {{ {SIZES} lr_mult: 1 lr_mult: 2 }} }}",
        # num_output is given twice
        f"{CONV} num_output: 5 convolution_param {{ {SIZES} }} }}",
        # the net would have two names
        f'{CONV} convolution_param {{ {SIZES} name: "d" }} }}',
    ],
)
def test_what_is_not_clear_is_not_fixed_silently(text: str) -> None:
    finding = only_error(DATA + text)
    assert finding.hint.startswith("write ")
    assert finding.fix is None or not finding.fix.safe


def test_comments_and_layout_stay() -> None:
    text = (
        'layer {\n  name: "c"  # the first\n  type: "Convolution"\n  bottom: "data"\n  top: "c"\n'
        "  convolution_param {\n    num_output: 4\n    param {\n      lr_mult: 1  # slow\n    }\n"
        "    kernel_size: 3\n  }\n}\n"
    )
    assert fixed(DATA + text) == DATA + (
        'layer {\n  name: "c"  # the first\n  type: "Convolution"\n  bottom: "data"\n  top: "c"\n'
        "  param {\n    lr_mult: 1  # slow\n  }\n"
        "  convolution_param {\n    num_output: 4\n    kernel_size: 3\n  }\n}\n"
    )


def test_other_unknown_fields_stay_as_they_are() -> None:
    text = f"{CONV} convolution_param {{ {SIZES} foo: 1 }} bar: 2 }}"
    assert [each.message for each in errors(DATA + text)] == [
        'ConvolutionParameter has no field "foo"',
        'LayerParameter has no field "bar"',
    ]


def test_upgrade_repairs_what_is_of_v1() -> None:
    broken = CASES["lists of V1 inside"][0].replace('"Convolution"', '"CONVOLUTION"')
    result = upgrade((DATA + broken).encode(), "net", "net.prototxt")
    assert result.ok
    assert result.text == DATA + CASES["lists of V1 inside"][1].removeprefix(DATA)
    assert [each.code for each in result.diagnostics] == ["T226", "T226"]
    assert Upgrade()(loads(DATA + broken)).net.text == result.text
