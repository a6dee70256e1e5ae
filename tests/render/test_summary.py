"""The summary of a net in every form; the numbers were worked out by hand."""

from __future__ import annotations

import json

import pytest

import protogen
from protogen.render.numbers import bytes_text, exact_and_short, share_bar, short
from protogen.render.summary import Layout, csv_text, layers_table, markdown, nets_text, text
from protogen.render.table import csv_text as table_csv
from protogen.reports.summary import NetSummary, Summary, summarize
from protogen.reports.totals import UNKNOWN_TOTAL, Total

NET = """
name: "small"
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 2 dim: 3 dim: 4 dim: 4 } } }
layer { name: "a/conv" type: "Convolution" bottom: "data" top: "a/conv"
        convolution_param { num_output: 5 kernel_size: 1 } }
layer { name: "a/norm" type: "BatchNorm" bottom: "a/conv" top: "a/conv" }
layer { name: "b" type: "InnerProduct" bottom: "a/conv" top: "b"
        inner_product_param { num_output: 10 bias_term: false } }
"""

# conv: 5 * 3 + 5 = 20 parameters, 16 * 3 * 5 = 240 MACs. b: 80 * 10 = 800 of both.
# Bytes of an image: 48 * 4 = 192, 80 * 4 = 320, 10 * 4 = 40. BatchNorm keeps 5 + 5 + 1.
TABLE = """\
layer   type          bottoms  tops     parameters  MACs/image  memory/image  share of MACs
data    Input                  2x3x4x4                                 192 B
a/conv  Convolution   2x3x4x4  2x5x4x4          20         240         320 B  23.1 % ██▎
a/norm  BatchNorm     2x5x4x4  2x5x4x4
b       InnerProduct  2x5x4x4  2x10            800         800          40 B  76.9 % ███████▊

layers      4 in TEST, batch 2
parameters  820 learned: 3.20 KiB as fp32, 1.60 KiB as fp16, 820 B as int8
statistics  11 kept by BatchNorm
MACs        1,040 (1.04 K) per image, 2,080 (2.08 K) per batch
memory      1.70 KiB as Caffe logs it
            1.08 KiB as Caffe allocates it
            1.00 KiB at the peak, if memory were freed after use"""


def summary(net: str = NET) -> Summary:
    return protogen.summary(protogen.loads(net))


def test_the_table() -> None:
    assert text(summary()) == TABLE
    assert str(summary()) == TABLE


def test_scripts_have_the_numbers() -> None:
    s = summary()
    assert (s.parameters, s.statistics, s.macs, s.macs_per_image) == (820, 11, 2080, 1040)
    # Logged: 96 + 160 + 160 (in place) + 20 elements, of 4 bytes; the peak is data with a/conv.
    assert (s.memory.logged, s.memory.allocated, s.memory.peak) == (1744, 1104, 1024)
    assert len(s.rows) == 4
    assert repr(s) == (
        "<summary of 'small' in TEST: 4 layers, 820 parameters, 1,040 MACs per image>"
    )


def test_groups_by_name() -> None:
    table = layers_table(summary(), Layout(("layer", "type", "parameters", "macs"), depth=1))
    assert table.rows == [
        ["data", "Input", "", ""],
        ["a/…", "2 layers", "20", "240"],
        ["b", "InnerProduct", "800", "800"],
    ]


@pytest.mark.parametrize(
    ("sort", "first"), [("macs", "b"), ("memory", "a/conv"), ("layer", "a/conv")]
)
def test_sorted(sort: str, first: str) -> None:
    assert layers_table(summary(), Layout(("layer",), sort=sort)).rows[0] == [first]


def test_csv_has_plain_numbers() -> None:
    net = NetSummary("", (summary(),))
    columns = ("layer", "parameters", "macs", "memory", "share")
    assert csv_text([net], Layout(columns)).split("\n") == [
        "layer,parameters,MACs/image,memory/image,share of MACs",
        "data,0,0,192,0.000000",
        "a/conv,20,240,320,0.230769",
        "a/norm,0,0,0,0.000000",
        "b,800,800,40,0.769231",
    ]


def test_markdown() -> None:
    lines = markdown([NetSummary("", (summary(),))], Layout(("layer", "macs"))).split("\n")
    assert lines[:3] == ["| layer | MACs/image |", "| --- | ---: |", "| data |  |"]
    assert "- statistics 11 kept by BatchNorm" in lines


def test_several_nets_have_a_row_each() -> None:
    nets = [NetSummary("one", (summary(),)), NetSummary("two", (summary(),))]
    assert nets_text(nets, Layout(), False).split("\n") == [
        "net  layers  parameters      MACs/image  allocated/image  peak/image",
        "one       4         820  1,040 (1.04 K)            552 B       512 B",
        "two       4         820  1,040 (1.04 K)            552 B       512 B",
    ]
    assert csv_text(nets, Layout()).split("\n")[1] == "one,4,820,1040,552,512"


def test_phases_are_told_apart() -> None:
    phases = tuple(
        summarize(protogen.infer_shapes(protogen.loads(NET), phase)) for phase in ("TRAIN", "TEST")
    )
    lines = nets_text([NetSummary("one", phases)], Layout(), False).split("\n")
    assert [line.split("  ")[0] for line in lines[1:]] == ["one (TRAIN)", "one (TEST)"]


def test_totals_of_a_net_with_unknown_parts_are_lower_bounds() -> None:
    broken = summary(NET + 'layer { name: "m" type: "Mystery" bottom: "b" top: "m" }')
    lines = str(broken).split("\n")
    assert lines[5].split() == ["m", "Mystery", "2x10", "?", "?", "?", "?"]
    assert "MACs        at least 1,040 (1.04 K) per image" in "\n".join(lines)
    assert not broken.ok


def test_a_net_without_layers() -> None:
    assert str(summary('name: "empty"')).split("\n")[0] == "layers      0 in TEST"


def test_html_escapes_names() -> None:
    html = summary(NET.replace("a/norm", "<img src=x onerror=alert(1)>"))._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert '<td style="text-align: right">240</td>' in html


def test_hostile_names_in_other_formats() -> None:
    hostile = summary(NET.replace('"b" type', '"a|b\\n=1+1" type'))
    table = layers_table(hostile, Layout(("layer",)))
    assert "a\\|b\\\\n=1+1" in markdown([NetSummary("", (hostile,))], Layout(("layer",)))
    assert table_csv(table).split("\n")[-2:] == ['"a|b', '=1+1"']


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 K"),
        (724406816, "724 M"),
        (999_999, "1.00 M"),
        (1_050_000_000, "1.05 G"),
        (10**18, "1000 P"),
    ],
)
def test_short_numbers(number: int, expected: str) -> None:
    assert short(number) == expected


def test_bytes() -> None:
    assert bytes_text(Total(1023)) == "1,023 B"
    assert bytes_text(Total(16 * 2**20)) == "16.0 MiB"
    assert bytes_text(Total(2048, exact=False)) == "at least 2.00 KiB"
    assert bytes_text(UNKNOWN_TOTAL) == "?"
    assert exact_and_short(Total(1_050_000_000)) == "1,050,000,000 (1.05 G)"


def test_bars() -> None:
    assert share_bar(1, 2, 4) == "50.0 % ██"
    assert share_bar(1, 0) == ""


def test_another_batch() -> None:
    s = protogen.summary(protogen.loads(NET), batch=7)
    assert (s.batch, s.macs, s.macs_per_image) == (7, 7280, 1040)
    with pytest.raises(ValueError, match="batch must be 1 or more, got 0"):
        protogen.summary(protogen.loads(NET), batch=0)
    with pytest.raises(ValueError, match="batch: the net has no images of known shape"):
        protogen.summary(protogen.loads('name: "empty"'), batch=2)


def test_json_is_readable() -> None:
    from protogen.render.summary import nets_data

    data = json.loads(json.dumps(nets_data([NetSummary("", (summary(),))])))
    assert (data["macs_per_image"], data["memory"]["peak"]) == (1040, 1024)
    assert data["layers"][1]["bottoms"] == [{"name": "data", "shape": [2, 3, 4, 4]}]
