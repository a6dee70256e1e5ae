"""What `make demo` prints: the shapes of GoogLeNet, and how each of its poolings rounds.

python examples/demo.py
"""

from __future__ import annotations

import sys

import googlenet
import pooling_pyramid

from protogen import infer_shapes
from protogen.render.context import Context
from protogen.render.net import table
from protogen.reports.summary import NetSummary, summarize


def main() -> None:
    """Print the layers of GoogLeNet, then its poolings."""
    net = googlenet.net(batch=1)
    summary = NetSummary("", (summarize(infer_shapes(net)),))
    for part in table.render([summary], Context(terminal=sys.stdout.isatty())):
        print(part)
    print("\nHow each pooling rounds:")
    pooling_pyramid.explain(net)


if __name__ == "__main__":
    main()
