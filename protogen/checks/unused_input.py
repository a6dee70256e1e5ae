from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic
from protogen.graph import Step


@rule
class UnusedInput(Rule):
    """Data that is loaded and that no layer reads, in any phase.

    **What it does.** Finds tops of data and Input layers that no layer reads in any phase checked.

    **Why it is bad.** The net does not depend on what it is given: most often a bottom elsewhere
    names another blob than the one that was meant. Caffe takes the top for an output of the net.

    **Example.** An Input layer makes ``data``, and the first Convolution reads ``image``, a top of
    another layer.

    **Mended.** Name the top in the bottom that should read it, or take it out; a data layer whose
    labels are not wanted may have one top only.
    """

    code, name = "G201", "unused-input"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        seen: dict[tuple[int, int], tuple[Step, bool]] = {}
        for analysis in phases.analyses:
            for step in sources(analysis):
                for position, top in enumerate(step.tops):
                    key = (step.index, position)
                    read = bool(top.readers) or top.weighed
                    seen[key] = (step, read or seen.get(key, (step, False))[1])
        for (_, position), (step, read) in seen.items():
            if not read:
                name = step.tops[position].name
                yield self.found(step, f'no layer reads its top "{name}"', field=f"top[{position}]")
