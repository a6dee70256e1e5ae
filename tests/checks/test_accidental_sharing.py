from __future__ import annotations

from tests.checks.nets import DATA, fc, findings


def named(name: str, *params: str) -> str:
    """A layer with names for its learnable blobs."""
    specs = " ".join(f'param {{ name: "{param}" }}' for param in params)
    return fc(name, "data").replace("  inner_product_param", f"  {specs}\n  inner_product_param")


def test_the_whole_message() -> None:
    net = DATA + named("a", "w", "b") + named("b", "w", "b_b")
    assert findings(net, "W102") == [
        'net.prototxt:12:11: warning[W102] layer "b" (InnerProduct): shares 1 of its 2 learnable'
        ' blobs ("w") with layer "a"\n'
        "  why:   all params with the same name are one blob"
    ]


def test_layers_that_share_all_or_nothing() -> None:
    assert findings(DATA + named("a", "w", "b") + named("b", "w", "b"), "W102") == []
    assert findings(DATA + named("a", "w", "b") + named("b", "v", "c"), "W102") == []
