"""What `make demo` prints: the shapes of GoogLeNet, and what pooling did on its way.

python examples/demo.py
"""

from __future__ import annotations

import sys

import googlenet
import pooling_pyramid

from protogen import infer_shapes
from protogen.render.shapes import layers_table, totals
from protogen.render.table import show
from protogen.reports.summary import summarize


def main() -> None:
    """Print both tables."""
    net = googlenet.net(batch=1)
    summary = summarize(infer_shapes(net))
    show(sys.stdout, layers_table(summary))
    print(totals(summary))
    print("\nWhat pooling did:")
    pooling_pyramid.explain(net)


if __name__ == "__main__":
    main()
