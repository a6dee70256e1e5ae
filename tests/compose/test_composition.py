"""Composing nets: what is recorded, under which names, and what mistakes raise, and where."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import protogen
from protogen import Blob, ComposeError, Net, fillers, infer_shapes
from protogen import layers as L

THIS = __file__
TRAIN, TEST = 0, 1


def names(net: Net) -> list[str]:
    return [layer.name for layer in net.message.layer]


def image(*sizes: int) -> Blob:
    return L.Input(name="data", shape=list(sizes or (1, 3, 8, 8)))


# What is recorded --------------------------------------------------------------------------------


def test_every_layer_is_recorded_in_order_whether_read_or_not() -> None:
    with Net("n") as net:
        data = image()
        L.Pooling(data, name="unread", kernel_size=2, stride=2)
        conv = L.Convolution(data, name="conv", num_output=4, kernel_size=3)
        L.Silence(conv, name="hush")
    assert names(net) == ["data", "unread", "conv", "hush"]


def test_a_small_net_is_emitted_as_caffe_writes_it() -> None:
    with Net("n") as net:
        data = image()
        L.Convolution(
            data, name="conv", num_output=4, kernel_size=3, weight_filler=fillers.gaussian(std=0.01)
        )
    assert net.to_prototxt() == (
        'name: "n"\n'
        "layer {\n"
        '  name: "data"\n'
        '  type: "Input"\n'
        '  top: "data"\n'
        "  input_param {\n"
        "    shape {\n"
        "      dim: 1\n"
        "      dim: 3\n"
        "      dim: 8\n"
        "      dim: 8\n"
        "    }\n"
        "  }\n"
        "}\n"
        "layer {\n"
        '  name: "conv"\n'
        '  type: "Convolution"\n'
        '  bottom: "data"\n'
        '  top: "conv"\n'
        "  convolution_param {\n"
        "    num_output: 4\n"
        "    kernel_size: 3\n"
        "    weight_filler {\n"
        '      type: "gaussian"\n'
        "      mean: 0\n"
        "      std: 0.01\n"
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_annotate_writes_each_shape_behind_its_top() -> None:
    with Net() as net:
        L.Pooling(image(1, 3, 7, 7), name="pool", kernel_size=2, stride=2)
    tops = [line for line in net.to_prototxt(annotate=True).splitlines() if "top:" in line]
    assert tops == ['  top: "data"  # 1x3x7x7', '  top: "pool"  # 1x3x4x4']


def test_blobs_know_their_shapes_while_composing() -> None:
    with Net():
        data = image(2, 3, 7, 7)
        assert data.shape == (2, 3, 7, 7)
        assert L.Pooling(data, kernel_size=2, stride=2).shape == (2, 3, 4, 4)
        assert L.InnerProduct(data, num_output=10).shape == (2, 10)
        read, label = L.Data(top=("read", "label"), source="db", batch_size=5)
        assert (read.shape, label.shape) == ((5, None, None, None), (5,))


def test_tops_come_alone_as_a_tuple_or_not_at_all() -> None:
    with Net() as net:
        data = image(1, 6, 4, 4)
        first, second, third = L.Slice(data, name="cut", ntop=3)
        assert L.Silence(first, second, third) is None
        pooled, mask = L.Pooling(data, top=("pooled", "mask"), kernel_size=2)
    assert [blob.name for blob in (first, second, third)] == ["cut", "cut_1", "cut_2"]
    assert first.shape == (1, 2, 4, 4)
    assert (pooled.name, mask.name) == ("pooled", "mask")
    assert list(net.message.layer[2].top) == []


def test_bottoms_may_come_in_lists() -> None:
    with Net() as net:
        data = image(1, 2, 4, 4)
        parts = L.Slice(data, ntop=2)
        assert L.Concat(parts).shape == (1, 2, 4, 4)
        assert L.Concat([parts[0], data], parts[1]).shape == (1, 4, 4, 4)
    assert list(net.message.layer[-1].bottom) == ["slice1", "data", "slice1_1"]


def test_a_type_with_a_top_for_each_bottom_gets_as_many() -> None:
    with Net():
        a, b = L.Convolution(image(), L.Input(shape=[1, 3, 8, 8]), num_output=2, kernel_size=1)
    assert (a.shape, b.shape) == ((1, 2, 8, 8), (1, 2, 8, 8))


# Names -------------------------------------------------------------------------------------------


def test_layers_without_a_name_are_numbered_by_type_and_scope() -> None:
    with Net() as net:
        x = L.ReLU(L.ReLU(image()))
        with net.scope("a"):
            x = L.ReLU(x)
        L.ReLU(x)
    assert names(net) == ["data", "relu1", "relu2", "a/relu1", "relu3"]


def test_numbers_pass_over_names_that_are_taken() -> None:
    with Net() as net:
        x = L.ReLU(image(), name="relu1")
        x = L.TanH(x, name="other", top="relu2")
        L.ReLU(x)
    assert names(net) == ["data", "relu1", "other", "relu3"]


def test_scopes_nest_and_name_tops_too() -> None:
    with Net() as net:
        data = image()
        with net.scope("outer"), net.scope("inner"):
            x = L.ReLU(data, name="a", top="b")
    assert (names(net)[1], x.name) == ("outer/inner/a", "outer/inner/b")


def test_a_scope_ends_though_what_is_within_raises() -> None:
    with Net() as net:
        data = image()
        with pytest.raises(KeyError), net.scope("s"):
            raise KeyError
        L.ReLU(data, name="after")
    assert names(net)[1] == "after"


def test_nets_may_be_composed_one_within_the_other() -> None:
    with Net() as outer:
        image()
        with Net() as inner:
            image()
        L.Input(name="more", shape=[1])
    assert (names(outer), names(inner)) == (["data", "more"], ["data"])


# Phases ------------------------------------------------------------------------------------------


def test_each_phase_has_its_data_layer_under_the_same_names() -> None:
    with Net() as net:
        for phase, batch in (("TRAIN", 64), ("TEST", 100)):
            with net.phase(phase):
                data, label = L.Data(
                    name="mnist",
                    top=("data", "label"),
                    source=phase,
                    batch_size=batch,
                    crop_size=28,
                )
        ip = L.InnerProduct(data, name="ip", num_output=10)
        L.SoftmaxWithLoss(ip, label, name="loss")
    rules = [[rule.phase for rule in layer.include] for layer in net.message.layer]
    assert rules == [[TRAIN], [TEST], [], []]
    assert infer_shapes(net, phase="TRAIN").blobs["ip"] == (64, 10)
    assert infer_shapes(net, phase="TEST").blobs["ip"] == (100, 10)


def test_include_may_be_given_by_hand_and_goes_before_the_phase() -> None:
    with Net() as net:
        data = image()
        L.ReLU(data, include={"phase": "TEST", "stage": ["deploy"]})
        with net.phase("TRAIN"):
            L.TanH(data, include=[{"phase": "TEST"}])
    first, second = net.message.layer[1].include[0], net.message.layer[2].include[0]
    assert (first.phase, list(first.stage), second.phase) == (TEST, ["deploy"], TEST)


def test_a_phase_that_is_none_raises_at_the_users_line() -> None:
    with Net() as net, pytest.raises(ComposeError, match='did you mean "TRAIN"') as caught:
        net.phase("TRIAN").__enter__()
    assert_at_line(caught)


# In place, shared parameters ---------------------------------------------------------------------


def test_in_place_writes_the_bottom_and_gives_it_on() -> None:
    with Net() as net:
        data = image()
        x = L.ReLU(data, in_place=True)
        L.Pooling(x, kernel_size=2)
    assert x.name == "data"
    assert list(net.message.layer[1].top) == ["data"]
    assert infer_shapes(net).ok


def test_overwriting_what_another_layer_reads_is_rejected() -> None:
    with Net():
        data = image()
        L.Pooling(data, kernel_size=2)
        with pytest.raises(ComposeError, match=r'G103.*overwrites "data" in place') as caught:
            L.ReLU(data, in_place=True)
    assert_at_line(caught)


def test_in_place_needs_a_bottom() -> None:
    with Net(), pytest.raises(ComposeError, match="in_place needs a bottom") as caught:
        L.Input(shape=[1], in_place=True)
    assert_at_line(caught)


def test_parameters_are_shared_by_name_and_their_mismatch_is_reported_at_the_users_line() -> None:
    with Net() as net:
        a, b = image(1, 8), L.Input(name="other", shape=[1, 9])
        L.InnerProduct(a, name="left", num_output=4, param={"name": "w"})
        line = sys._getframe().f_lineno + 1
        L.InnerProduct(b, name="right", num_output=4, param=[{"name": "w"}])
    (found,) = infer_shapes(net).diagnostics
    assert (found.layer, found.name) == ("right", "shared-param-mismatch")
    assert found.location is not None
    assert (found.location.file, found.location.line) == (THIS, line)
    assert "4x9 here, 4x8 there" in found.message


# Mistakes ----------------------------------------------------------------------------------------


def assert_at_line(caught: pytest.ExceptionInfo[ComposeError]) -> None:
    """The diagnostic names the line of this file that the exception passed."""
    (found,) = caught.value.diagnostics
    assert found.location is not None
    assert (found.location.file, found.location.line) == (THIS, caught.tb.tb_lineno)


#: What is done with a blob of 1x3x8x8, and what is said of it.
MISTAKES: list[tuple[Callable[[Blob], Any], str]] = [
    (lambda x: L.Convolution(x, kernal_size=3), r'keyword "kernal_size"\s+hint: .*"kernel_size"'),
    (lambda x: L.Pooling(x, pool="MIN", kernel_size=2), 'pool has no value "MIN"'),
    (lambda x: L.Pooling(x, pool="AVG", kernel_size=2), 'did you mean "AVE"'),
    (lambda x: L.ReLU(x, num_output=3), 'unknown keyword "num_output"'),
    (lambda x: L.InnerProduct(x, num_output="ten"), "num_output must be an integer, got 'ten'"),
    (lambda x: L.InnerProduct(x, num_output=-1), "num_output must be from 0 to 4294967295, got -1"),
    (
        lambda x: L.Convolution(x, num_output=4, kernel_size=9),
        "kernel 9 does not fit size 8 with pad 0",
    ),
    (
        lambda x: L.Convolution(x, num_output=4, kernel_size=1, group=2),
        "group 2 does not divide 3 bottom channels",
    ),
    (
        lambda x: L.Convolution(x, num_output=4, kernel_size=1, weight_filler="xavier"),
        "hint:.*fillers.xavier",
    ),
    (
        lambda x: L.Convolution(x, num_output=4, kernel_size=1, weight_filler={"type": "xavir"}),
        'unknown filler type "xavir"; did you mean "xavier"',
    ),
    (
        lambda x: L.Convolution(x, num_output=4, kernel_size=1, weight_filler={"typ": "xavier"}),
        'weight_filler has no field "typ"',
    ),
    (lambda x: L.Eltwise(x, L.Pooling(x, kernel_size=2, stride=2)), "1x3x8x8.*1x3x4x4"),
    (lambda x: L.ReLU(), "expected 1 bottom, got 0"),
    (lambda x: L.ReLU(x, x), "expected 1 bottom, got 2"),
    (lambda x: L.ReLU("data"), "expected blobs, got 'data'"),
    (lambda x: L.ReLU(x, name="data"), 'a layer named "data" already exists'),
    (lambda x: L.ReLU(x, top="data2", name="data"), 'a layer named "data" already exists'),
    (lambda x: L.Input(shape=[1], name="again", top="data"), 'G102.*produces blob "data"'),
    (lambda x: L.Input(shape=[1, -3]), "the top would be 1x-3, which has a negative size"),
    (lambda x: L.Input(shape=[1, 2.5]), "shape: dim must be an integer, got 2.5"),
    (lambda x: L.Input(shape="1x3"), r"got '1x3'\s+hint: +give a list of sizes"),
    (lambda x: L.ReLU(x, name=5), "name must be a string, got 5"),
    (lambda x: L.ReLU(x, top=5), "top must be a string or a list of strings, got 5"),
    (
        lambda x: L.ReLU(x, top=["a", 5]),
        r"top must be a string or a list of strings, got \['a', 5\]",
    ),
    (lambda x: L.Slice(x, ntop=-1), "ntop must be a number of tops, got -1"),
    (lambda x: L.Slice(x, ntop="2"), "ntop must be a number of tops, got '2'"),
    (lambda x: L.ReLU(x, in_place="yes"), "in_place must be True or False, got 'yes'"),
    (lambda x: L.Input(shape=[2**16, 2**16]), "more than 2147483647 elements"),
]


@pytest.mark.parametrize(("mistake", "match"), MISTAKES)
def test_a_mistake_is_reported_whole_at_the_users_line(
    mistake: Callable[[Blob], Any], match: str
) -> None:
    with Net():
        data = image()
        with pytest.raises(ComposeError, match=f"(?s){match}") as caught:
            mistake(data)
    (found,) = caught.value.diagnostics
    assert found.location is not None
    assert (found.location.file, found.location.line) == (THIS, _innermost_line(caught))


def _innermost_line(caught: pytest.ExceptionInfo[ComposeError]) -> int:
    """The line of the lambda, the last frame of this file that the exception passed."""
    return [entry.lineno + 1 for entry in caught.traceback if str(entry.path) == THIS][-1]


@pytest.mark.parametrize(("mistake", "match"), MISTAKES)
def test_a_layer_that_fails_leaves_the_net_as_it_was(
    mistake: Callable[[Blob], Any], match: str
) -> None:
    with Net() as net:
        data = image()
        L.Pooling(data, name="half", kernel_size=2, stride=2)
        before = net.to_proto().layer[:2]
        with pytest.raises(ComposeError):
            mistake(data)
        kept = 3 if len(net.message.layer) == 3 else 2  # the Pooling within the Eltwise stays
        assert list(net.message.layer[:2]) == list(before)
        assert len(net.message.layer) == (3 if "1x3x4x4" in match else 2) == kept
        assert [L.ReLU(data).name, L.TanH(data, name="x").name] == ["relu1", "x"]


def test_a_layer_outside_of_any_net_is_rejected() -> None:
    with pytest.raises(ComposeError, match="composed outside of any net") as caught:
        L.Input(name="lost", shape=[1])
    assert_at_line(caught)
    assert caught.value.diagnostics[0].layer == "lost"


def test_a_misspelt_type_gets_a_suggestion() -> None:
    with pytest.raises(AttributeError, match='did you mean "Convolution"'):
        L.Convolutoin  # noqa: B018


def test_a_misspelt_filler_gets_a_suggestion() -> None:
    with pytest.raises(AttributeError, match='unknown filler "xaver"; did you mean "xavier"'):
        getattr(fillers, "xaver")  # noqa: B009


def test_an_error_is_a_protogen_error() -> None:
    with Net(), pytest.raises(protogen.ProtogenError, match="expected 1 bottom, got 0"):
        L.ReLU()


# Results -----------------------------------------------------------------------------------------


def test_to_proto_gives_a_message_of_ones_own() -> None:
    with Net("n") as net:
        image()
    net.to_proto().layer[0].name = "changed"
    assert names(net) == ["data"]


def test_save_writes_what_to_prototxt_gives(in_folder: Path) -> None:
    with Net("n") as net:
        image()
    net.save("n.prototxt")
    assert Path("n.prototxt").read_text(encoding="utf-8") == net.to_prototxt()
    assert [path.name for path in in_folder.iterdir()] == ["n.prototxt"]


def test_the_same_program_emits_the_same_text() -> None:
    def compose() -> str:
        with Net("n") as net:
            x = L.Convolution(image(), num_output=4, kernel_size=3, pad=[1, 1])
            L.Accuracy(
                L.InnerProduct(x, num_output=2), L.Input(shape=[1]), include={"phase": "TEST"}
            )
        return net.to_prototxt()

    assert compose() == compose()


def test_ten_thousand_layers_take_no_recursion() -> None:
    before = sys.getrecursionlimit()
    depth = len(_frames())
    sys.setrecursionlimit(depth + 60)
    try:
        with Net("chain") as net:
            x = image(1, 4, 8, 8)
            for _ in range(5000):
                x = L.Convolution(x, num_output=4, kernel_size=3, pad=1)
                x = L.ReLU(x, in_place=True)
        result = infer_shapes(net)
        text = net.to_prototxt()
    finally:
        sys.setrecursionlimit(before)
    assert result.ok
    assert result.blobs["convolution5000"] == (1, 4, 8, 8)
    assert text.count("\nlayer {") == 10_001


def _frames() -> list[Any]:
    frames, frame = [], sys._getframe()
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return frames


def test_a_changed_message_is_inferred_again() -> None:
    with Net("changed") as net:
        data = L.Input(shape=[1, 3, 8, 8], name="data")
        L.Convolution(data, num_output=4, kernel_size=3, name="conv")
    assert infer_shapes(net).blobs["conv"] == (1, 4, 6, 6)
    net.message.layer[1].convolution_param.kernel_size[0] = 5
    assert infer_shapes(net).blobs["conv"] == (1, 4, 4, 4)


def test_annotate_after_the_message_was_changed_by_others() -> None:
    with Net("changed") as net:
        data = L.Input(shape=[1, 3, 8, 8], name="data")
        L.Convolution(data, num_output=4, kernel_size=3, name="conv")
    net.message.layer[1].convolution_param.kernel_size[0] = 5
    assert '  top: "conv"  # 1x4x4x4\n' in net.to_prototxt(annotate=True)


def test_more_param_than_blobs_raises_at_once() -> None:
    with Net("params"):
        data = L.Input(shape=[1, 3], name="data")
        with pytest.raises(ComposeError, match="has 1 param entry for 0 learnable blobs"):
            L.ReLU(data, param=[{"lr_mult": 1}])


def test_an_unknown_field_of_the_net() -> None:
    with pytest.raises(ComposeError, match='a net has no field "force_backwards"') as raised:
        Net("x", force_backwards=True)
    assert raised.value.diagnostics[0].hint == 'did you mean "force_backward"?'


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"name": 5}, "net: name must be a string, got 5"),
        ({"force_backward": "x"}, "net: force_backward must be True or False, got 'x'"),
        (
            {"state": {"phase": "TRIAN"}},
            'phase has no value "TRIAN"\\s+hint: +did you mean "TRAIN"',
        ),
    ],
)
def test_a_field_of_the_net_with_a_value_it_cannot_have(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(ComposeError, match=match) as caught:
        Net(**fields)
    assert_at_line(caught)


def test_names_that_are_no_strings() -> None:
    net = Net()
    with pytest.raises(ComposeError, match='unknown phase "1"'), net.phase(1):  # type: ignore[arg-type]
        pass
    with pytest.raises(ComposeError, match="a scope's name must be a string, got 1"), net.scope(1):  # type: ignore[arg-type]
        pass


def test_a_mismatch_has_the_account_and_the_repairs_of_the_checker() -> None:
    with Net() as net:
        data = image(1, 3, 9, 9)
        pool = L.Pooling(data, name="pool", kernel_size=2, stride=2)
        conv = L.Convolution(data, name="conv", num_output=3, kernel_size=2, stride=2)
        with pytest.raises(ComposeError) as caught:
            L.Eltwise(pool, conv, name="sum")
        (found,) = caught.value.diagnostics
        # The same layer, composed unchecked, is explained by `check` in the same words.
        net.message.layer.add(name="sum", type="Eltwise", bottom=["pool", "conv"], top=["sum"])
    (checked,) = protogen.check(net, select=["S104"], phases=["TEST"]).diagnostics
    assert (found.code, found.message) == ("S104", checked.message)
    assert (found.where, found.hint) == (checked.where, checked.hint)
    assert found.why.split("\n")[0] == checked.why.split("\n")[0]
    assert 'round_mode: FLOOR in "pool"' in found.hint


def test_the_net_is_as_before_after_a_mistake() -> None:
    with Net() as net:
        data = image(1, 3, 9, 9)
        with pytest.raises(ComposeError, match="S104"):
            L.Eltwise(data, L.Pooling(data, name="pool", kernel_size=2, stride=2))
        assert names(net) == ["data", "pool"]
        L.ReLU(data, name="after")
    assert protogen.infer_shapes(net).ok
