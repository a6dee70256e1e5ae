"""Rules about NetSpec scripts: what pycaffe's NetSpec swallows without a word."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

_NETSPEC = """
import caffe
from caffe import layers as L

n = caffe.NetSpec()
n.data = L.Input(shape=dict(dim=[1, 3, 32, 32]))
n.conv1 = L.Convolution(n.data, num_output=8, kernel_size=3)
"""


def _script(lines: str) -> str:
    return f"{_NETSPEC.strip()}\n{lines}\nprint(n.to_proto())\n"


_TWICE = """
from caffe import layers as L, to_proto

data = L.Input(shape=dict(dim=[1, 3, 32, 32]))
conv1 = L.Convolution(data, num_output=8, kernel_size=3, name="{}")
conv2 = L.Convolution(conv1, num_output=8, kernel_size=3, name="{}")
print(to_proto(conv2))
"""

register(
    # Recorded as the script runs: `protogen.netspec.record` sees every layer that is made.
    Rule(
        code="N101",
        name="dropped-layer",
        severity=Severity.WARNING,
        summary="A layer of a NetSpec script that is in no net.",
        what="""
            Finds layers that a script makes, but that no net contains when the script ends. What is
            wrong with such a layer is reported as well.
            """,
        why="""
            NetSpec follows the bottoms back from the blobs that are assigned to the net. A layer
            that nothing leads back to is left out without a message, for example a loss whose
            result is not assigned.
            """,
        fix="""
            Assign the layer to the net, or remove it. `protogen run --keep-all` keeps all layers.
            """,
        file="net.py",
        # The result of the call is assigned to nothing.
        bad=_script("L.ReLU(n.conv1, in_place=True)"),
        good=_script("n.relu1 = L.ReLU(n.conv1, in_place=True)"),
    ),
    # NetSpec.to_proto looks up the name of each blob, and the last one that was assigned wins.
    Rule(
        code="N102",
        name="lost-name",
        severity=Severity.WARNING,
        summary="A name in a NetSpec script that no blob of the net has.",
        what="""
            Compares each name that a script assigns with the name that the blob has in the net.
            """,
        why="""
            A blob has only one name, the last one that it is assigned. A layer in place writes its
            bottom, so its top has the name of the bottom. Whoever looks for the other name in the
            net does not find it.
            """,
        fix="Assign each blob once. Give a layer in place a name of its own.",
        file="net.py",
        # The same blob under two names.
        bad=_script("n.features = n.conv1"),
        good=_script("features = n.conv1"),
    ),
    # Function._get_top_name numbers names without looking whether the script has given one.
    Rule(
        code="N103",
        name="repeated-name",
        severity=Severity.WARNING,
        summary="Two layers or tops of a NetSpec net with the same name.",
        what="""
            Finds layers and tops with the name of an earlier one that may run in the same phase.
            NetSpec numbers the layers without a name, and does not look whether a name is taken.
            """,
        why="""
            Caffe finds the weights of a layer by its name, and aborts if two layers produce a blob
            with the same name.
            """,
        fix="Give each layer its own name.",
        file="net.py",
        # Two layers with a name that was given by hand.
        bad=_TWICE.format("conv", "conv").lstrip(),
        good=_TWICE.format("conv1", "conv2").lstrip(),
    ),
    # Function._to_proto takes the bottoms as tops if the layer is in place.
    Rule(
        code="N104",
        name="ignored-ntop",
        severity=Severity.WARNING,
        summary="An `ntop` without effect, because the layer is in place.",
        what="Finds layers in place with a number of tops that is not their number of bottoms.",
        why="NetSpec gives a layer in place its bottoms as tops, whatever `ntop` says.",
        fix="Remove `ntop` or `in_place`.",
        file="net.py",
        # In place, the two tops would be the one bottom.
        bad=_script("n.a, n.b = L.Split(n.conv1, ntop=2, in_place=True)"),
        good=_script("n.a, n.b = L.Split(n.conv1, ntop=2)"),
    ),
    # The number goes into a message of a schema that has the values of all forks.
    Rule(
        code="N106",
        name="fork-value",
        severity=Severity.WARNING,
        summary="A value of an enum that only a fork of Caffe has.",
        what="Finds values, given by number or by name, that BVLC Caffe does not know.",
        why="""
            NetSpec rejects a number that the schema of its Caffe lacks. The schema of protogen also
            has the values of forks.
            """,
        fix="Give the value by its name, and run the net with that fork.",
        file="net.py",
        # BVLC's PoolMethod has the values 0 to 2.
        bad=_script("n.pool1 = L.Pooling(n.conv1, pool=4, kernel_size=2)"),
        good=_script("n.pool1 = L.Pooling(n.conv1, pool=0, kernel_size=2)"),
    ),
    # `protogen.netspec.needs_caffe` raises it, in the place of what only a built Caffe has.
    Rule(
        code="N105",
        name="needs-caffe",
        severity=Severity.ERROR,
        summary="A NetSpec script that needs a Caffe to compute.",
        what="""
            Reports the line that asks for what only a built Caffe does: a forward pass, weights, a
            solver.
            """,
        why="""
            `protogen run` gives a script a module `caffe` that composes nets and infers shapes. It
            computes nothing. The nets that were composed before are kept.
            """,
        fix="Run the rest of the script with a built Caffe.",
        file="net.py",
        # A solver needs data and a place for weights.
        bad=_script('caffe.SGDSolver("solver.prototxt")'),
        good=_script(""),
    ),
)
