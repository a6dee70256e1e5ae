"""``protogen crop-offset`` as it is used."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from protogen.cli import commands

# A window of 3 with pad 5: the first element of the blob lies at -4 of the data.
NET = """
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: 1 dim: 9 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 2 kernel_size: 3 pad: 5 } }
layer { name: "half" type: "Pooling" bottom: "data" top: "half"
        pooling_param { kernel_size: 2 stride: 2 } }
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["crop-offset", "-", *arguments], input=NET)


def test_the_parameters_of_the_crop() -> None:
    result = run("conv", "data")
    assert result.stdout == "crop_param { axis: 2 offset: 4 }\n"
    assert result.exit_code == 0
    assert json.loads(run("conv", "data", "--json").stdout) == {"axis": 2, "offset": [4]}


def test_the_reason_if_there_is_none() -> None:
    result = run("half", "data")
    assert 'S115] one element of "half" spans 2 of "data"' in str(result.exception)
