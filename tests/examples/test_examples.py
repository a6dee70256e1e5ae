"""The examples: what papers and a real Caffe say about their nets.

The figures here are from the papers and from a real Caffe, which loaded each of these nets. If a
real Caffe is available (``REAL_CAFFE`` names a program that runs it), it is asked again.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from protogen import Net, infer_shapes, load
from protogen.cli import commands
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"


def example(name: str) -> ModuleType:
    """An example, imported from its file."""
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


#: Each net as (example, settings, phase), with how much it learns and some of its blobs' shapes.
NETS: dict[str, tuple[str, dict[str, Any], str, int, dict[str, list[int]]]] = {
    "lenet": (
        *("lenet", {}, "TEST", 431_080),
        {"conv1": [1, 20, 24, 24], "pool2": [1, 50, 4, 4], "ip1": [1, 500], "prob": [1, 10]},
    ),
    "lenet training": (
        *("lenet", {"deploy": False}, "TRAIN", 431_080),
        {"data": [64, 1, 28, 28], "label": [64], "ip2": [64, 10], "loss": []},
    ),
    "lenet testing": (
        *("lenet", {"deploy": False}, "TEST", 431_080),
        {"data": [100, 1, 28, 28], "ip2": [100, 10], "accuracy": [], "loss": []},
    ),
    "network in network": (
        *("network_in_network", {}, "TEST", 966_986),
        {"pool1": [1, 96, 16, 16], "pool2": [1, 192, 8, 8], "pool3": [1, 10, 1, 1]},
    ),
    "network in network training": (
        *("network_in_network", {"deploy": False}, "TRAIN", 966_986),
        {"data": [128, 3, 32, 32], "pool3": [128, 10, 1, 1], "loss": []},
    ),
    "googlenet": (
        *("googlenet", {}, "TEST", 6_998_552),
        {
            "pool1/3x3_s2": [10, 64, 56, 56],
            "pool2/3x3_s2": [10, 192, 28, 28],
            "inception_3a/output": [10, 256, 28, 28],
            "inception_3b/output": [10, 480, 28, 28],
            "inception_4a/output": [10, 512, 14, 14],
            "inception_4e/output": [10, 832, 14, 14],
            "inception_5b/output": [10, 1024, 7, 7],
            "pool5/7x7_s1": [10, 1024, 1, 1],
            "prob": [10, 1000],
        },
    ),
    "googlenet without reductions": (
        *("googlenet", {"batch": 1, "reductions": False}, "TEST", 25_305_944),
        {"inception_5b/output": [1, 1024, 7, 7]},
    ),
    "resnet50": (
        *("resnet50", {}, "TEST", 25_610_269),
        {
            "conv1": [1, 64, 112, 112],
            "pool1": [1, 64, 56, 56],
            "res2c": [1, 256, 56, 56],
            "res3d": [1, 512, 28, 28],
            "res4f": [1, 1024, 14, 14],
            "res5c": [1, 2048, 7, 7],
            "prob": [1, 1000],
        },
    ),
    "pixel classifier": (
        *("pixel_classifier", {}, "TEST", 129),
        {"data": [1, 128, 500, 500], "score": [1, 1, 500, 500]},
    ),
    "pooling pyramid": (
        *("pooling_pyramid", {}, "TEST", 0),
        {
            "pool1": [1, 3, 38, 54],
            "pool2": [1, 3, 19, 27],
            "pool3": [1, 3, 10, 14],
            "pool4": [1, 3, 5, 7],
            "pool5": [1, 3, 3, 4],
        },
    ),
    "pooling pyramid rounding down": (
        *("pooling_pyramid", {"round_mode": "FLOOR"}, "TEST", 0),
        {"pool1": [1, 3, 37, 53], "pool5": [1, 3, 2, 3]},
    ),
}


def composed(name: str, settings: dict[str, Any]) -> Net:
    """The net of an example; data layers, whose database is not here, become Input layers."""
    net: Net = example(name).net(**settings)
    message = net.to_proto()
    image = (1, 28, 28) if name == "lenet" else (3, 32, 32)
    for layer in message.layer:
        if layer.type == "Data":
            batch = layer.data_param.batch_size
            layer.type = "Input"
            layer.ClearField("data_param")
            layer.input_param.shape.add(dim=(batch, *image))
            layer.input_param.shape.add(dim=(batch,))
    return Net.of(message)


@pytest.mark.parametrize("case", NETS)
def test_sizes_and_counts_are_those_of_papers_and_of_a_real_caffe(case: str) -> None:
    name, settings, phase, learnt, shapes = NETS[case]
    result = infer_shapes(composed(name, settings), phase=phase)
    assert result.diagnostics == []
    counted = sum(prod(shape) for blobs in result.params.values() for shape in blobs)
    assert counted == learnt
    assert {blob: list(result.blobs[blob]) for blob in shapes} == shapes


@pytest.fixture(scope="module")
def real_caffe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answers of a real Caffe for every net."""
    named = os.environ.get("REAL_CAFFE")
    tool = Path(named) if named else ROOT.parent / "shared" / "tools" / "real_caffe.py"
    if not tool.is_file():
        pytest.skip("no real Caffe to ask: REAL_CAFFE names no program")
    jobs = tmp_path_factory.mktemp("real") / "jobs.jsonl"
    with jobs.open("w") as lines:
        for case, (name, settings, phase, *_) in NETS.items():
            text = composed(name, settings).to_prototxt()
            lines.write(json.dumps({"id": case, "text": text, "phase": phase}) + "\n")
    asked = subprocess.run(
        [sys.executable, tool, "--jobs", jobs], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        pytest.skip(f"the real Caffe cannot be asked: {asked.stderr.strip()[-200:]}")
    return {row["id"]: row for row in map(json.loads, asked.stdout.splitlines())}


@pytest.mark.parametrize("case", NETS)
def test_a_real_caffe_loads_it_with_our_shapes(case: str, real_caffe: dict[str, Any]) -> None:
    name, settings, phase, *_ = NETS[case]
    result = infer_shapes(composed(name, settings), phase=phase)
    answer = real_caffe[case]
    assert answer["accepts"], answer
    assert {blob: list(shape or ()) for blob, shape in result.blobs.items()} == answer["blobs"]
    params = {layer: [list(shape or ()) for shape in s] for layer, s in result.params.items()}
    assert params == answer["params"]


def test_the_pixel_classifier_learns_a_weight_for_each_channel() -> None:
    params = infer_shapes(example("pixel_classifier").net()).params
    assert params == {"score": [(1, 128, 1, 1), (1,)]}


def test_the_figures_of_resnet_without_what_batch_norm_keeps() -> None:
    """torchvision's 25,557,032, and the bias of conv1 that only the published prototxt has."""
    result = infer_shapes(example("resnet50").net())
    learnt = sum(
        prod(shape)
        for layer in result.layers
        if layer.type != "BatchNorm"
        for shape in result.params.get(layer.name, [])
    )
    assert learnt == 25_557_032 + 64


def test_what_the_reductions_of_googlenet_save() -> None:
    """By hand, for 28x28 pixels of 192 channels and 14x14 of 480."""
    savings = {name: (before, after) for name, before, after in example("googlenet").savings()}
    assert savings["inception_3a/3x3"] == (
        28 * 28 * 192 * 9 * 128,
        28 * 28 * (192 * 96 + 96 * 9 * 128),
    )
    assert savings["inception_4a/5x5"] == (
        14 * 14 * 480 * 25 * 48,
        14 * 14 * (480 * 16 + 16 * 25 * 48),
    )
    assert len(savings) == 18


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        (
            "googlenet.py",
            # The paper speaks of 1.5 billion multiply-adds at inference.
            [
                "inception_4a/5x5    112,896,000           5,268,480         21.4",
                "GoogLeNet         4,426,547,200       1,582,671,872          2.8",
            ],
        ),
        (
            "pooling_pyramid.py",
            [
                "pool1  height    75  ceil((75 + 2*0 - 2) / 2) + 1 = ceil(36.5) + 1 = 38      37"
                "  rounds up: the last window overhangs by 1",
                "pool2  height    38  ceil((38 + 2*0 - 2) / 2) + 1 = ceil(18) + 1 = 19        19"
                "  exact",
                "pool5     3x4     2x3",
            ],
        ),
        (
            "demo.py",
            [
                "parameters  6,998,552 (7.00 M) learned",
                "MACs        1,582,671,872 (1.58 G)",
                "pool4/3x3_s2  both    14  ceil((14 + 2*0 - 3) / 2) + 1 = ceil(5.5) + 1 = 7"
                "         6  rounds up: the last window overhangs by 1",
            ],
        ),
    ],
)
def test_what_the_programs_print(program: str, lines: list[str], in_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / program], capture_output=True, text=True, check=True
    )
    for line in lines:
        assert line in done.stdout


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_each_is_in_the_list_and_says_how_to_run_it(path: Path) -> None:
    assert f"`{path.name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert f"examples/{path.name}" in path.read_text(encoding="utf-8").split('"""')[1]


@pytest.mark.parametrize(
    "name",
    sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != "demo"),
)
def test_protogen_emit_writes_it(name: str, in_folder: Path) -> None:
    arguments = ["emit", f"{EXAMPLES / name}.py", "-o", "net.prototxt"]
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    emitted = load("net.prototxt")
    assert emitted.message == example(name).net().message
    assert infer_shapes(emitted).ok


def test_the_examples_pass_a_strict_type_checker() -> None:
    pytest.importorskip("mypy")
    options = ["--strict", "--cache-dir", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *sorted(EXAMPLES.glob("*.py"))],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        cwd=EXAMPLES,
    )
    assert done.returncode in (0, 1), done.stderr
    lines = [line for line in done.stdout.splitlines() if " error: " in line]
    assert [line for line in lines if (EXAMPLES / line.split(":")[0]).parent == EXAMPLES] == []


def test_the_pixel_classifier_teaches_what_a_1x1_is(capsys: pytest.CaptureFixture[str]) -> None:
    example("pixel_classifier").main()
    text = capsys.readouterr().out
    # 128 weights and a bias; 128 products at each of 500 * 500 pixels.
    assert "learns           129 numbers: 128 weights and a bias" in text
    assert "computes  32,000,000 multiply-accumulates" in text
    assert "250,000 times as many: 32,000,000" in text
    assert "250x250: 129 numbers, 8,000,000 multiply-accumulates" in text
