"""The options of networks: what they change, and what is wrong with them."""

from __future__ import annotations

import re
from math import prod

import pytest

from protogen import zoo
from protogen.graph import State
from tests.zoo.test_networks import figures


def blobs(name: str, **options: object) -> dict[str, object]:
    return dict(zoo.net(name, **options).analysis().blobs)


def test_classes_batch_and_size() -> None:
    shapes = blobs("resnet50", classes=10, batch=4, size=256)
    assert shapes["data"] == (4, 3, 256, 256)
    assert shapes["res5c"] == (4, 2048, 8, 8)
    assert shapes["fc10"] == (4, 10)


def test_another_number_of_classes_gets_another_name_so_that_a_caffemodel_still_loads() -> None:
    assert blobs("alexnet", classes=5)["fc8_5"] == (1, 5)
    assert "fc8_5" not in blobs("alexnet")


def test_a_network_twice_as_narrow() -> None:
    """(source: Howard et al. 2017, "MobileNets", Table 6: 0.5 MobileNet-224 has 1.3 million)"""
    params = zoo.net("mobilenet-v1", width=0.5).analysis().params
    assert params["conv6/sep"][0] == (512, 512, 1, 1)


def test_mobilenet_v2_of_the_paper_takes_300_million_multiply_accumulates() -> None:
    """3,504,872 and 300,774,272 are what torchvision counts in its mobilenet_v2.

    (source: Sandler et al. 2018, "MobileNetV2", Table 4: 3.4 million and 300 million)
    """
    analysis = zoo.net("mobilenet-v2", version="paper").analysis()
    counted = figures(analysis)
    assert (counted.weights, counted.macs) == (3_504_872, 300_774_272)


def test_densenet_with_the_rounding_of_caffe() -> None:
    """3,062,039,552 is what a real Caffe counts in SnailTyan's DenseNet-121, of 5 classes."""
    analysis = zoo.net("densenet121", rounding="up", classes=5).analysis()
    assert figures(analysis).macs == 3_062_039_552
    shapes = blobs("densenet121", rounding="up")
    assert shapes["pool1"] == (1, 64, 57, 57)
    assert blobs("densenet121", plain=True)["pool1"] == (1, 64, 56, 56)


def test_googlenet_trains_with_two_more_classifiers() -> None:
    """13,378,280 is what a real Caffe counts in BVLC's train_val.prototxt."""
    analysis = zoo.net("googlenet", form="train_val").analysis(State("TRAIN"))
    assert sum(prod(shape) for blobs in analysis.params.values() for shape in blobs) == 13_378_280


def test_ssd_trains_with_the_losses_of_boxes_and_deploys_their_detections() -> None:
    """SSD300 has 8732 boxes (source: Liu et al. 2015, Table 7).

    MobileNet-SSD has 19 * 19 * 3 + 6 * (10 * 10 + 5 * 5 + 3 * 3 + 2 * 2 + 1) = 1917.
    """
    trained = zoo.net("mobilenet-ssd", form="train_val")
    train = {step.type for step in trained.analysis(State("TRAIN")).steps}
    test = {step.type for step in trained.analysis(State("TEST")).steps}
    assert train - test == {"MultiBoxLoss"}
    assert test - train == {"Reshape", "Softmax", "DetectionOutput", "DetectionEvaluate"}
    assert blobs("mobilenet-ssd")["mbox_loc"] == (1, 4 * 1917)
    assert blobs("ssd300")["mbox_loc"] == (1, 4 * 8732)


def test_a_form_for_deployment_has_nothing_that_only_training_reads() -> None:
    text = zoo.net("alexnet").to_prototxt()
    assert "filler" not in text
    assert "lr_mult" not in text
    assert "lr_mult" in zoo.net("alexnet", form="train_val").to_prototxt()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("resnet51", 'unknown network "resnet51"'),
        ("lenett", 'unknown network "lenett"; did you mean "lenet"?'),
        ("resnet50?sise=64", 'zoo:resnet50 has no option "sise"; did you mean "size"?'),
        ("resnet50?depth=51", "depth must be one of 18, 34, 50, 101, 152, got '51'"),
        ("resnet50?classes=ten", "classes must be an integer, got 'ten'"),
        ("resnet50?classes=0", "classes must be greater than 0, got '0'"),
        ("resnet50?size=4x4x4", "size must be an integer, got '4x4x4'"),
        ("resnet50?form=train", "form must be one of deploy, train_val, got 'train'"),
        ("densenet121?plain=maybe", "plain must be true or false, got 'maybe'"),
        ("mobilenet-v1?width=nan", "width must be a number, got 'nan'"),
        ("mobilenet-v1?width=0.01", "width 0.01 leaves none of 32 channels"),
        ("lenet?size=28&size=32", 'option "size" is given twice'),
        ("mobilenet-v1?width=1e308", "width 1e+308 gives more than 1,000,000 channels"),
        ("segnet?plain", "has no plain form: BVLC Caffe has no equivalent of BN, Upsample"),
        ("wrn-28-10?depth=27", "depth must be 4 more than a multiple of 6, got 27"),
        ("pspnet50?size=480", "sizes that fit: 473 and 521; the published size is 473"),
        ("vgg16?size=100000", "the published size is 224"),
        ("alexnet?size=30", "sizes that fit: 39; the published size is 227"),
    ],
)
def test_what_is_wrong_with_a_spec(spec: str, message: str) -> None:
    with pytest.raises(zoo.ZooError, match=re.escape(message)):
        zoo.net_of_spec(spec)


@pytest.mark.parametrize(
    "name", [each for each in zoo.names() if "plain" in zoo.find(each).options]
)
def test_the_plain_form_has_the_same_blobs_and_learns_the_same(name: str) -> None:
    """A real Caffe computed the same with both: Axpy and ceil_mode in a fork of Sophgo."""
    usual, plain = zoo.net(name).analysis(), zoo.net(name, plain=True).analysis()
    assert usual.params == plain.params
    assert usual.blobs.items() <= plain.blobs.items()


def test_a_network_of_bvlc_caffe_is_plain_already() -> None:
    assert zoo.net("lenet", plain=True).to_prototxt() == zoo.net("lenet").to_prototxt()
