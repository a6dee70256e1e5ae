"""What a change brings, inferred from the changed layers on, is what a whole inference finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import protogen
from protogen.analysis import Analysis
from protogen.checks import all_rules
from protogen.edits import Edit, EditError
from protogen.explanations import local_changes
from protogen.explanations.local_changes import Effect, effect_of
from protogen.graph import State

NETS = sorted({text for rule in all_rules() for text in (rule.bad, rule.good) if "layer" in text})


def edits(analysis: Analysis) -> Iterator[tuple[Edit, ...]]:
    """Each number in a layer's own parameters made larger."""
    for index, layer in enumerate(analysis.message.layer):
        for message, param in layer.ListFields():
            if not message.name.endswith("_param"):
                continue
            for field, value in param.ListFields():
                if type(value) is int and field.enum_type is None:
                    yield (Edit(("layer", index, message.name, field.name), "set", value + 1),)
                elif field.cpp_type == field.CPPTYPE_UINT32 and len(value):
                    path = ("layer", index, message.name, field.name, 0)
                    yield (Edit(path, "set", value[0] + 3),)


def whole(analysis: Analysis, change: tuple[Edit, ...]) -> Effect:
    after = analysis.edited(change)
    return Effect(after.errors - analysis.errors, after.params != analysis.params)


def test_the_same_as_inferring_the_whole_net(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = local = 0
    taken = local_changes._Local.effect

    def counted(self: local_changes._Local) -> Effect | None:
        nonlocal local
        effect = taken(self)
        local += effect is not None
        return effect

    monkeypatch.setattr(local_changes._Local, "effect", counted)
    for text in NETS:
        net = protogen.loads(text)
        for phase in ("TRAIN", "TEST"):
            analysis = net.analysis(State(phase))
            unique = len({step.name for step in analysis.steps}) == len(analysis.steps)
            for change in edits(analysis):
                found, expected = effect_of(analysis, change), whole(analysis, change)
                if not unique:  # `Analysis.params` has the last layer of each name only
                    found = found._replace(changes_params=expected.changes_params)
                assert found == expected, (text, change)
                compared += 1
    assert compared > 300
    assert local > 200  # the others are inferred as a whole anyway


def test_an_edit_that_cannot_be_made() -> None:
    analysis = protogen.loads(NETS[0]).analysis()
    with pytest.raises(EditError, match="nonsense"):
        effect_of(analysis, (Edit(("layer", 0, "nonsense"), "set", 1),))
