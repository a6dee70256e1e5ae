"""The real caffe.proto of forks, where PROTOGEN_SCHEMAS names a folder that has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import protogen
from protogen.cli import commands

#: A folder with these schemas as NAME.proto.
_FOLDER = os.environ.get("PROTOGEN_SCHEMAS", "")
_NAMES = ("sophgo", "bvlc", "ssd", "intel", "pspnet", "nvidia")


def _source(name: str) -> bytes | None:
    """The text of a fork's schema, or ``None`` if it is not here."""
    path = Path(_FOLDER, f"{name}.proto")
    return path.read_bytes() if _FOLDER and path.is_file() else None


def write(*names: str) -> None:
    for name in names:
        source = _source(name)
        if source is None:
            pytest.skip("no schemas of forks: PROTOGEN_SCHEMAS names no folder with them")
        Path(f"{name}.proto").write_bytes(source)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, arguments)
    return result.exit_code, result.stdout


def findings(fields: str, schema: str) -> list[str]:
    text = 'input: "d" input_shape { dim: [1, 4, 8, 8] }\n'
    text += f'layer {{ name: "x" bottom: "d" top: "x" {fields} }}\n'
    net = protogen.loads(text, proto=f"{schema}.proto")
    found = [each.message for each in protogen.check(net).diagnostics]
    return [*found, str(net.analysis().blobs["x"])]


@pytest.mark.parametrize(
    ("name", "fields", "shape"),
    [
        ("sophgo", 'type: "ShuffleChannel" shuffle_channel_param { group: 2 }', (1, 4, 8, 8)),
        (
            "sophgo",
            'type: "Pooling" pooling_param { kernel_size: 2 ceil_mode: true }',
            (1, 4, 7, 7),
        ),
        ("ssd", 'type: "Normalize" norm_param { across_spatial: false }', (1, 4, 8, 8)),
        ("pspnet", 'type: "Interp" interp_param { height: 4 width: 6 }', (1, 4, 4, 6)),
        ("nvidia", 'type: "Convolution" convolution_param { num_output: 2 kernel_size: 3 '
         'cudnn_convolution_algo_seeker: FINDEX }', (1, 2, 6, 6)),
    ],
)  # fmt: skip
def test_what_only_a_fork_has(
    name: str, fields: str, shape: tuple[int, ...], in_folder: Path
) -> None:
    write(name, "bvlc")
    assert findings(fields, name) == [str(shape)]
    *errors, _ = findings(fields, "bvlc")
    assert any("in bvlc.proto has no field" in each for each in errors)


@pytest.mark.parametrize("name", ["bvlc", "ssd", "intel", "sophgo"])
def test_targets_have_the_real_schemas(name: str, in_folder: Path) -> None:
    write(name)
    assert run("proto", "diff", name, f"{name}.proto") == (0, "")


def test_what_forks_mean_by_a_number(in_folder: Path) -> None:
    write("nvidia", "intel")
    status, text = run("proto", "diff", "nvidia.proto", "intel.proto")
    assert status == 1
    # Read in the two files.
    assert (
        """
  BatchNormParameter 5
    nvidia.proto  optional FillerParameter scale_filler = 5
    intel.proto   optional bool use_weight_bias = 5 [default = true]
"""
        in text
    )


def test_merges_have_both(in_folder: Path) -> None:
    write("ssd", "pspnet")
    assert run("proto", "merge", "ssd.proto", "pspnet.proto", "-o", "both.proto")[0] == 2
    arguments = ("ssd.proto", "pspnet.proto", "--renumber", "-o", "both.proto")
    assert run("proto", "merge", *arguments)[0] == 0
    for fields in ('type: "Normalize" norm_param { }', 'type: "Interp" interp_param { }'):
        assert not any("has no field" in each for each in findings(fields, "both"))
