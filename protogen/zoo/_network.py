"""A published network: what is known of it, its options, and how it is composed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from protogen.diagnostics import did_you_mean
from protogen.net import Net
from protogen.program import ComposeError
from protogen.zoo._form import FORMS, Form
from protogen.zoo._options import Option, option, parse
from protogen.zoo._training import remove_training, set_fillers

__all__ = ["Figures", "Network", "Registration", "ZooError", "network", "registered"]


class ZooError(ValueError):
    """A network or an option that does not exist, or a value with which the layers do not fit."""


class Figures(NamedTuple):
    """What there is in the network for deployment, as its published file has it.

    ``layers`` includes the Input layer. ``weights`` counts weights, biases, scales and shifts;
    ``statistics`` the means, variances and factors of BatchNorm layers; ``macs`` the
    multiply-accumulates for one image.
    """

    layers: int
    weights: int
    statistics: int
    macs: int


#: How far from a size that does not fit others are tried: each try composes the network.
_TRIES = 64


@dataclass(frozen=True)
class Network:
    """A network of the zoo.

    ``function`` composes its layers. ``source`` is the published file, as ``owner/repository:
    path``. ``deviations`` say where the network differs from that file. ``needs`` are the layer
    types and fields of forks in it, which BVLC Caffe does not have. ``forms`` are the values of
    its option with this name. ``solver`` is the preset of `protogen.Solver` for it, if there is
    one.
    """

    name: str
    title: str
    paper: str
    source: str
    figures: Figures
    function: Callable[..., None]
    preset: Mapping[str, Any] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    forms: tuple[str, ...] = FORMS
    solver: str = ""

    @property
    def summary(self) -> str:
        """What the network is, in a sentence."""
        return (inspect.getdoc(self.function) or "").partition("\n\n")[0].replace("\n", " ")

    @property
    def options(self) -> dict[str, Option]:
        """The options by their names, with their defaults."""
        found = {
            "form": Option("form", "deploy", self.forms),
            "batch": Option("batch", None, (), int),
            "train": Option("train", None),
            "test": Option("test", None),
        }
        # Annotations are strings in modules with `from __future__ import annotations`.
        parameters = inspect.signature(self.function, eval_str=True).parameters.values()
        for parameter in parameters:
            if parameter.kind is parameter.KEYWORD_ONLY:
                found[parameter.name] = option(parameter, self.preset)
        return found

    def checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """These options as values. Raises `ZooError` if one does not exist or makes no sense."""
        values = self._values(options)
        return {name: values[name] for name in options if name in values}

    def net(self, options: Mapping[str, Any] | None = None) -> Net:
        """Compose the network with these options. Raises `ZooError`."""
        values = self._values(options or {})
        try:
            composed = self._composed(values)
        except ComposeError as error:
            raise ZooError(self._misfit(error, options or {})) from None
        # Composing adds what a published file has in either form; each form lacks a part of it.
        if values["form"] == "train_val":
            set_fillers(composed)
        else:
            remove_training(composed)
        return composed

    def _composed(self, values: Mapping[str, Any]) -> Net:
        own = dict(values)
        sources = (own.pop("train"), own.pop("test"))
        form = Form(own.pop("form"), own.pop("batch"), sources)
        composed = Net(self.title)
        with composed:
            self.function(form, **own)
        return composed

    def _values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of all options, the given ones checked."""
        known = self.options
        values = {name: each.default for name, each in known.items()}
        for name, value in given.items():
            # A network of layers that BVLC Caffe has is plain without the option.
            if name == "plain" and name not in known:
                self._check_plain()
                continue
            if name not in known:
                hint = did_you_mean(name, known) or f"its options are {', '.join(known)}"
                raise ZooError(f'zoo:{self.name} has no option "{name}"; {hint}')
            try:
                values[name] = parse(known[name], value)
            except ValueError as error:
                raise ZooError(f"zoo:{self.name}: {error}") from None
        return values

    def _check_plain(self) -> None:
        """Raise `ZooError` if the network has no plain form, and is not plain itself."""
        if self.needs:
            needs = ", ".join(self.needs)
            raise ZooError(
                f"zoo:{self.name} has no plain form: BVLC Caffe has no equivalent of {needs}"
            )

    def _misfit(self, error: ComposeError, given: Mapping[str, Any]) -> str:
        """Why the layers do not fit with these options, and which sizes do."""
        stated = "&".join(f"{name}={value}" for name, value in given.items())
        finding = error.diagnostics[0]
        hint = finding.hint
        if "size" in given:
            hint = self._fitting_sizes(given) or hint
        message = f"zoo:{self.name}?{stated} does not fit: {finding.fact}"
        return f"{message}\n  hint:  {hint}" if hint else message

    def _fitting_sizes(self, given: Mapping[str, Any]) -> str:
        """The nearest sizes with which the layers fit, apart from the published one."""
        options = self.options
        published = options["size"].text
        size = parse(options["size"], given["size"])
        found: list[int] = []
        # The nearest larger and the nearest smaller one. Of a pair of sides either may be wrong.
        if isinstance(size, int):
            for step in (1, -1):
                sizes = range(size + step, max(size + step * _TRIES, 0), step)
                fitting = (each for each in sizes if self._fits(given, each))
                found += islice(fitting, 1)
        if not found:
            return f"the published size is {published}"
        nearest = " and ".join(map(str, sorted(found)))
        return f"sizes that fit: {nearest}; the published size is {published}"

    def _fits(self, given: Mapping[str, Any], size: int) -> bool:
        values = self._values({**given, "size": size})
        try:
            self._composed(values)
        except ComposeError:
            return False
        return True


# The registry ----------------------------------------------------------------------------------

_registered: dict[str, Network] = {}

#: A decorator, which returns the function as it is.
Registration = Callable[[Callable[..., None]], Callable[..., None]]


def registered() -> Mapping[str, Network]:
    """The networks of the files imported so far."""
    return _registered


def network(
    name: str,
    figures: tuple[int, int, int, int],
    *,
    title: str,
    paper: str,
    source: str,
    deviations: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    forms: tuple[str, ...] = FORMS,
    solver: str = "",
    **preset: Any,
) -> Registration:
    """Register the function that follows as a network.

    ``forms`` are the forms that it can have. ``preset`` are the defaults of its options.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _registered[name] = Network(
            name=name,
            title=title,
            paper=paper,
            source=source,
            figures=Figures(*figures),
            function=function,
            preset=preset,
            deviations=deviations,
            needs=needs,
            forms=forms,
            solver=solver,
        )
        return function

    return register
