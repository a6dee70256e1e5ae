"""A project around a net: its program, solver, Makefile, script for training and README."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from protogen.checks import check
from protogen.diagnostics import Severity
from protogen.graph import State
from protogen.net import Net
from protogen.render.templates import render
from protogen.shapes import is_known
from protogen.solvers import PRESETS, Solver
from protogen.zoo import Network, ZooError

__all__ = ["project_files"]

#: The files of every project, by the names of their templates.
_TEMPLATES = {
    "solver.prototxt": "solver.prototxt",
    "Makefile": "Makefile",
    "train.py": "train.py",
    "README.md": "README.md",
    "protogen.toml": "protogen.toml",
    ".gitignore": "gitignore",
    # A folder that Caffe writes to, but does not create.
    "snapshots/.gitignore": "snapshots.gitignore",
}

_OWN_NET = "A small convolutional net, for images of 28x28 pixels in 10 classes, to be changed."


class _Program(NamedTuple):
    """The program of a project, and what is known of its net.

    ``sources`` are the files that training reads, and ``inputs`` the shapes of what the data layers
    produce of one image. ``ignored`` are the codes of findings that the published net has.
    """

    text: str
    about: str
    sources: Sequence[str]
    inputs: Mapping[str, Sequence[int | None]]
    ignored: Sequence[str] = ()


def project_files(
    name: str, network: Network | None = None, options: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """The text of each file of a project, by its path.

    The net is a ``network`` of the zoo with these options, or a small one to be changed. Raises
    `ZooError` for options that do not exist or do not fit, and for a network without a form for
    training.
    """
    program = _own_program(name)
    if network is not None:
        program = _zoo_program(name, network, options or {})
    values: dict[str, Any] = {
        "name": name,
        "slug": _slug(name),
        "about": program.about,
        "sources": program.sources,
        "inputs": program.inputs,
        "ignored": program.ignored,
    }
    files = {"net.py": program.text}
    if network is not None and network.solver:
        files["solver.prototxt"] = _solver(network.solver, values["slug"])
    for path, template in _TEMPLATES.items():
        if path not in files:
            files[path] = render(f"project/{template}.j2", **values)
    return files


def _slug(name: str) -> str:
    """A name for texts in which quotes and other characters mean something."""
    return re.sub(r"[^\w.-]", "_", name)


def _solver(preset: str, slug: str) -> str:
    """The solver of a preset, with the batches and images of its source."""
    solver = Solver(
        preset,
        net="train_val.prototxt",
        snapshot_prefix=f"snapshots/{slug}",
        solver_mode="GPU",
    )
    values = {"preset": preset, "source": PRESETS[preset].source, "text": solver.to_prototxt()}
    return render("project/preset.prototxt.j2", **values)


def _own_program(name: str) -> _Program:
    text = render("project/net.py.j2", name=name, slug=_slug(name))
    inputs = {"data": (1, 3, 28, 28), "label": (1,)}
    return _Program(text, _OWN_NET, ("data/train_lmdb", "data/val_lmdb"), inputs)


def _zoo_program(name: str, network: Network, options: Mapping[str, Any]) -> _Program:
    """A program with a network of the zoo, which is composed once to see what it reads."""
    if "train_val" not in network.forms:
        raise ZooError(f"zoo:{network.name} has no form for training")
    own = {key: value for key, value in options.items() if key not in _OF_THE_PROGRAM}
    placed = {"form": "train_val", "train": "data/train", "test": "data/val", **own}
    trained = network.net(placed)
    # With labels of pixels there are two databases, and ``train`` begins the names of both.
    split = _reads(trained, "label_lmdb")
    if not split:
        trained = network.net({**placed, "train": "data/train_lmdb", "test": "data/val_lmdb"})
    text = render(
        "project/net_zoo.py.j2",
        slug=_slug(name),
        title=network.title,
        network=network.name,
        options=repr(network.checked(own)),
        split=split,
    )
    ignored = {*_codes(trained), *_codes(network.net(own))}
    about = f"{network.title}: {network.summary} ({network.paper})".replace("``", "`")
    return _Program(text, about, _sources(trained), _inputs(trained), sorted(ignored))


#: The options that the functions of the program give.
_OF_THE_PROGRAM = {"form", "batch", "train", "test"}


def _reads(net: Net, suffix: str) -> bool:
    return any(source.endswith(suffix) for source in _sources(net))


def _sources(net: Net) -> list[str]:
    """The databases, lists and means that the data layers read."""
    found: dict[str, None] = {}
    for layer in net.current.message.layer:
        for parameters in (layer.data_param, layer.dense_image_data_param):
            if parameters.source:
                found[parameters.source] = None
        if layer.transform_param.mean_file:
            found[layer.transform_param.mean_file] = None
    return list(found)


def _inputs(net: Net) -> dict[str, Sequence[int | None]]:
    """The shapes of what the data layers produce of one image, without those that vary."""
    found: dict[str, Sequence[int | None]] = {}
    for step in net.analysis(State("TRAIN")).steps:
        # Only a data layer has no bottoms.
        if step.bottoms:
            continue
        for top in step.tops:
            # A shape that varies, as that of boxes in an image, cannot be given.
            if is_known(top.shape):
                found[top.name] = (1, *top.shape[1:])
    return found


def _codes(net: Net) -> set[str]:
    """The codes of what ``protogen check`` would report."""
    found = set()
    for each in check(net).diagnostics:
        # Notes are not reported by default.
        if each.severity is not Severity.NOTE:
            found.add(each.code)
    return found
