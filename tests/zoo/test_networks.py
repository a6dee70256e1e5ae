"""Every network of the zoo: its figures are those of its published file, as a real Caffe has them.

The figures beside each network were counted by a real Caffe in the published file, or for layers
of forks by the rules that other tests compare with those forks.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from math import prod
from pathlib import Path
from typing import Any

import pytest

from protogen import Net, check, load, zoo
from protogen.analysis import Analysis
from protogen.graph import State
from protogen.solvers import PRESETS
from protogen.zoo import Figures, Network


def figures(analysis: Analysis) -> Figures:
    """What there is in a net with a batch of 1."""
    weights = statistics = macs = 0
    for step in analysis.steps:
        number = sum(prod(blob.shape) for blob in step.facts.blobs)
        if step.type == "BatchNorm":
            statistics += number
        else:
            weights += number
        macs += step.facts.macs or 0
    return Figures(len(analysis.steps), weights, statistics, macs)


@pytest.mark.parametrize("name", zoo.names())
def test_a_network_has_the_figures_of_its_published_file(name: str) -> None:
    network = zoo.find(name)
    analysis = network.net().analysis()
    assert analysis.ok
    assert figures(analysis) == network.figures
    if not network.needs:
        steps = analysis.steps
        assert [step.name for step in steps if step.schema is None or step.schema.forks] == []


@pytest.mark.parametrize("name", [each for each in zoo.names() if len(zoo.find(each).forms) == 2])
def test_the_form_for_training_has_the_same_weights(name: str) -> None:
    """All that the form for deployment learns is there, under the same names."""
    deployed = zoo.net(name).analysis().params
    trained = zoo.net(name, form="train_val")
    for phase in ("TRAIN", "TEST"):
        analysis = trained.analysis(State(phase))
        assert analysis.ok
        assert deployed.items() <= analysis.params.items()


NEEDY = [name for name in zoo.names() if zoo.find(name).needs]


def needs_of(net: Net) -> list[str]:
    return [each.message for each in check(net).diagnostics if each.name == "needs-fork"]


@pytest.mark.parametrize("name", NEEDY)
def test_a_network_says_what_only_forks_have(name: str) -> None:
    network = zoo.find(name)
    net = network.net()
    (message,) = needs_of(net)
    types = {step.type for step in net.analysis().steps if step.schema and step.schema.forks}
    assert types <= set(network.needs)
    # What is not a layer type is a field.
    assert all(need in message for need in set(network.needs) - types)
    if "plain" in network.options:
        assert needs_of(network.net({"plain": True})) == []


def digest(params: Any) -> str:
    """A short name for the learnable blobs: those of each layer, with their shapes."""
    learned = {name: [list(shape) for shape in shapes] for name, shapes in sorted(params.items())}
    return hashlib.sha256(json.dumps(learned).encode()).hexdigest()[:16]


def test_the_caffemodel_of_every_published_file_fits() -> None:
    """`learned.json` has the digest of what each published file learns, of that file itself."""
    published = json.loads((Path(__file__).parent / "learned.json").read_text("utf-8"))
    composed = {name: digest(zoo.net(name).analysis().params) for name in zoo.names()}
    assert composed == published


@pytest.mark.parametrize("name", zoo.names())
def test_a_network_says_where_it_is_from(name: str) -> None:
    network = zoo.find(name)
    repository, _, path = network.source.partition(": ")
    assert repository.count("/") == 1
    assert path
    assert network.summary.endswith(".")
    assert not network.solver or network.solver in PRESETS
    assert network.paper


# Published files, which are not part of the project --------------------------------------------


def published(conformance: Path) -> dict[str, dict[str, Any]]:
    """What is known of published files, by their source as the zoo writes it."""
    rows = json.loads((conformance / "zoo.json").read_text("utf-8"))["nets"]
    found = {}
    for row in rows:
        branch = "" if row["branch"] in ("HEAD", "RUN") else f"@{row['branch']}"
        # A file that a script makes is named after the script.
        path = row["path"].partition(" -> ")[0]
        found[f"{row['repo']}{branch}: {path}"] = row
    return found


#: What surrounds a network: data, what becomes of its scores, and what only training has.
_SURROUNDINGS = {
    *("Input", "Data", "DenseImageData", "Python", "Dropout"),
    *("Softmax", "SoftmaxWithLoss", "Accuracy", "Silence", "Yolov3DetectionOutput"),
}


def types(net: Net) -> Counter[str]:
    counted = Counter(layer.type for layer in net.current.message.layer)
    return Counter({kind: n for kind, n in counted.items() if kind not in _SURROUNDINGS})


def test_figures_and_layers_are_those_of_the_published_files(conformance: Path) -> None:
    known = published(conformance)
    compared = 0
    for name in zoo.names():
        network = zoo.find(name)
        row = known.get(network.source)
        if row is None:
            continue
        figures = network.figures
        assert (name, figures.statistics) == (name, row["params_batchnorm"])
        assert (name, figures.macs) == (name, row["macs_per_image"])
        # A blob of unknown shape hides the weights of the layer that reads it.
        if not row.get("unknown_blobs"):
            assert (name, figures.weights) == (name, row["params_learnable"])
        layers = {kind: n for kind, n in row["layers"].items() if kind not in _SURROUNDINGS}
        if "adapted" not in row["by"]:  # to BVLC Caffe, by other types of layers
            assert (name, types(network.net())) == (name, Counter(layers))
        compared += 1
    assert compared >= 20


def published_files(conformance: Path, network: Network) -> list[Path]:
    repository, _, path = network.source.partition(": ")
    return list((conformance / "nets").glob(f"{repository.replace('/', '+')}@*/{path}"))


def test_names_and_shapes_are_those_of_the_published_files(conformance: Path) -> None:
    """The layers that learn have the names and the shapes of those in the published file."""
    known = published(conformance)
    compared = 0
    for network in map(zoo.find, zoo.names()):
        for file in published_files(conformance, network)[:1]:
            # Files with a shape for their data are in the list of figures, but for those of CIFAR.
            row = known.get(network.source, {"inputs": {"data": (1, 3, 32, 32)}})
            inputs = row["inputs"]
            expected = load(file).analysis(inputs=inputs).params
            assert (network.name, network.net().analysis().params) == (network.name, expected)
            compared += 1
    assert compared >= 9
