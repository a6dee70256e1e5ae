"""Which weights of a caffemodel fit another net, as ``Net::CopyTrainedLayersFrom`` decides."""

from __future__ import annotations

from protogen import loads
from protogen.differences import WeightsFit, weights_fit
from tests.conftest import rows

TRAINED = """\
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc"
  inner_product_param { num_output: 5 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""
DEPLOY = TRAINED[TRAINED.index("\n") + 1 : TRAINED.index('layer { name: "loss"')]
DEPLOY = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }'
    + DEPLOY
)


def fits(new: str, old: str = TRAINED) -> dict[str, str]:
    return {each.layer: each.fit for each in fit(new, old).layers}


def fit(new: str, old: str = TRAINED) -> WeightsFit:
    return weights_fit(loads(old), loads(new))


def test_a_deploy_net() -> None:
    # The size of the data, which its database has, is that of the deploy net.
    assert fits(DEPLOY) == {"conv1": "loads", "fc": "loads"}
    assert fit(DEPLOY).complete


def test_a_renamed_layer_stays_at_its_filler() -> None:
    found = fit(DEPLOY.replace('"fc"', '"dogs"'))
    assert [(each.layer, each.fit) for each in found.layers] == [
        ("conv1", "loads"),
        ("fc", "unused"),
        ("dogs", "filler"),
    ]
    assert found.loads
    assert not found.complete


def test_another_shape_makes_caffe_abort() -> None:
    found = fit(DEPLOY.replace("num_output: 5", "num_output: 7"))
    (bad,) = found.of("aborts")
    assert bad.reason == "weights is 5x196 in the caffemodel, and 7x196 in the net"  # 4 * 7 * 7
    assert not found.loads


def test_another_number_of_blobs_makes_caffe_abort() -> None:
    assert (
        fits(DEPLOY.replace("kernel_size: 3", "kernel_size: 3 bias_term: false"))["conv1"]
        == "aborts"
    )
    # Caffe compares the number of blobs of any two layers with the same name.
    silent = DEPLOY.replace('"fc" type: "InnerProduct"', '"fc" type: "Softmax"')
    assert fits(silent)["fc"] == "aborts"


def test_unknown_shapes_are_not_guessed() -> None:
    unknown = TRAINED.replace('"data"', '"pixels"')
    assert fits(DEPLOY, unknown)["conv1"] == "unknown"


def test_a_shared_blob_is_loaded_once() -> None:
    shared = 'param { name: "w" } param { name: "b" } inner_product_param { num_output: 5 } }'
    trained = TRAINED.replace("inner_product_param { num_output: 5 } }", shared)
    twin = f'layer {{ name: "twin" type: "InnerProduct" bottom: "conv1" top: "twin" {shared}'
    deploy = DEPLOY.replace("inner_product_param { num_output: 5 } }", shared) + twin
    assert fits(deploy, trained)["twin"] == "loads"


def test_a_real_caffe_loads_the_same_layers() -> None:
    """A caffemodel saved from ``trained`` in TRAIN, loaded into ``net`` in TEST, by BVLC Caffe."""
    for row in rows("weights.jsonl.gz"):
        found = weights_fit(loads(row["trained"]), loads(row["net"]), phase="TEST")
        assert found.loads == row["loads"]
        fits = {each.layer: each.fit for each in found.layers}
        for layer, loaded in row["layers"].items():
            assert fits[layer] == ("loads" if loaded else "filler")
