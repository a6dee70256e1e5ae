from __future__ import annotations

from tests.checks.nets import findings


def test_unknown_rules_and_unknown_words() -> None:
    text = 'name: "n"  # protogen: ignore[P1O1, P101, pooling-round]\n# protogen: ignor\n'
    assert findings(text, "T390") == [
        'net.prototxt:1:12: note[T390] a comment ignores the unknown rule "P1O1"\n'
        '  hint:  did you mean "P101"?',
        'net.prototxt:1:12: note[T390] a comment ignores the unknown rule "pooling-round"\n'
        '  hint:  did you mean "pooling-rounds"?',
        'net.prototxt:2:1: note[T390] unknown word "ignor" after "protogen:" in a comment\n'
        '  hint:  did you mean "ignore"?',
    ]


def test_known_rules() -> None:
    assert findings("# protogen: ignore[P101, pooling-rounds, S]\n", "T390") == []
