"""``protogen layers`` as it is used."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from protogen.cli import commands


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["layers", *arguments])


def test_the_list_of_types() -> None:
    result = run()
    assert result.exit_code == 0
    lines = {line.split()[0]: line for line in result.stdout.splitlines()[1:]}
    assert {"Convolution", "Eltwise", "SoftmaxWithLoss", "PriorBox"} <= set(lines)
    assert lines["Pooling"].split("  ", 1)[1].split(None, 1)[0] == "1"
    assert lines["Pooling"].endswith(
        "The maximum, the average, or a random element of each window."
    )


def test_one_type() -> None:
    shown = run("Pooling").stdout
    assert shown.startswith(
        "Pooling\n\nThe maximum, the average, or a random element of each window.\n"
    )
    assert "\ntops       1 or 2\n" in shown
    assert "\nsize       ceil((size + 2*pad - kernel_size) / stride) + 1" in shown
    assert "\npooling_param (PoolingParameter)\n  field " in shown
    assert "  round_mode      CEIL, FLOOR            CEIL  " in shown
    assert "\n  field of forks " in shown


def test_a_type_with_parameters_for_every_layer_of_its_kind() -> None:
    shown = run("ImageData").stdout
    assert "\nimage_data_param (ImageDataParameter)\n" in shown
    assert "\ntransform_param (TransformationParameter)\n" in shown


def test_a_misspelt_type() -> None:
    result = run("Convolutoin")
    assert (result.exit_code, result.stdout) == (2, "")
    assert 'unknown layer type "Convolutoin"; did you mean "Convolution"?' in result.stderr
    assert '"protogen layers" lists the types' in run("Quux123").stderr


def test_json() -> None:
    listed = json.loads(run("--json").stdout)
    assert {"type": "TanH", "bottoms": "1", "tops": "1"}.items() <= next(
        each for each in listed if each["type"] == "TanH"
    ).items()
    pooling = json.loads(run("Pooling", "--json").stdout)
    fields = {field["name"]: field for field in pooling["parameters"][0]["fields"]}
    assert fields["stride"]["default"] == "1"
    assert fields["ceil_mode"]["forks"]
