"""What `make demo` prints: how GoogLeNet's poolings round, its size and cost, and what to try next.

python examples/demo.py
"""

from __future__ import annotations

import sys

import googlenet
import pooling_pyramid

import protogen

NEXT = """\
Try next:
  protogen pool 5 --kernel 2 --stride 2                        how Caffe pools an odd size
  protogen check build/googlenet.prototxt                      what is wrong with a net
  protogen summary build/*.prototxt                            the size of several nets
  protogen cost build/googlenet.prototxt --without-reductions  what its 1x1 convolutions save
  protogen receptive-field build/googlenet.prototxt            what each element sees
(with .venv/bin/ before protogen, unless the environment is active)"""


def main() -> None:
    """Print GoogLeNet's poolings, then its modules with the totals."""
    net = googlenet.net(batch=1)
    print("How each pooling of GoogLeNet rounds in Caffe, and in frameworks that round down:")
    pooling_pyramid.explain(net)
    print("\nThe modules of GoogLeNet:")
    print(protogen.summary(net).text(depth=1, terminal=sys.stdout.isatty()))
    print(f"\n{NEXT}")


if __name__ == "__main__":
    main()
