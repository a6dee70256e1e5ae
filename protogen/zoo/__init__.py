"""Published networks, each equal to the file that was published: ``zoo.net("resnet50")``.

There is one file for each design, and it is found by itself. A network is composed on demand; its
options change it, and without any it is the published one, for a batch of 1::

    from protogen import zoo

    net = zoo.net("resnet50", classes=10)
    net = zoo.net("mobilenet-v1", width=0.5, form="train_val")

On the command line it is a SPEC: ``protogen emit "zoo:resnet50?classes=10"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from protogen.net import Net
from protogen.zoo._network import Figures, Network, ZooError
from protogen.zoo._options import Option
from protogen.zoo._registry import find, names

__all__ = [
    "Figures",
    "Network",
    "Option",
    "ZooError",
    "find",
    "names",
    "net",
    "net_of_spec",
    "read_spec",
]


def net(name: str, **options: Any) -> Net:
    """Compose the network with this name; ``find(name).options`` lists its options.

    Raises `ZooError` for a network or an option that does not exist, and for values with which the
    layers do not fit.
    """
    return find(name).net(options)


def net_of_spec(spec: str, settings: Mapping[str, Any] | None = None) -> Net:
    """The network of ``NAME?option=value&...``; ``settings`` are further options. Raises as `net`.

    ``plain`` alone means ``plain=true``.
    """
    network, options = read_spec(spec)
    return network.net({**options, **(settings or {})})


def read_spec(spec: str) -> tuple[Network, dict[str, str]]:
    """The network and the options of ``NAME?option=value&...``, as they are written."""
    name, _, query = spec.partition("?")
    return find(name), _options(query)


def _options(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    # Not urllib's parser, which would keep the last of two values and drop an empty one.
    for part in filter(None, query.split("&")):
        key, equals, value = part.partition("=")
        if key in options:
            raise ZooError(f'option "{key}" is given twice')
        options[key] = value if equals else "true"
    return options
