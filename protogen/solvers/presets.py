"""Published solvers: the types of Caffe with its examples' values, and the schedules of papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PRESETS", "Preset"]

#: The number of training images of ImageNet (ILSVRC 2012), and of CIFAR.
_IMAGENET, _CIFAR = 1_281_167, 50_000


@dataclass(frozen=True)
class Preset:
    """The fields of a solver, and where they were published.

    ``batch`` is the number of images in a forward pass that they are intended for, 0 if the source
    does not say. Where the source counts in ``epochs``, the learning rate steps after
    ``step_epochs``, or every ``step_every`` epochs, on ``images`` images.
    """

    source: str
    fields: Mapping[str, Any]
    batch: int = 0
    epochs: int = 0
    step_epochs: tuple[int, ...] = ()
    step_every: int = 0
    images: int = 0


def _mnist(file: str, **fields: Any) -> Preset:
    """One of the solvers that Caffe has for each type, with what they have in common."""
    common = {"display": 100, "max_iter": 10000, "snapshot": 5000, "test_interval": 500}
    return Preset(f"BVLC/caffe: examples/mnist/{file}", {**fields, **common}, batch=64)


_INV = {"lr_policy": "inv", "gamma": 0.0001, "power": 0.75}
_SGD = {"base_lr": 0.01, "momentum": 0.9, "weight_decay": 0.0005, **_INV}
_STEP = {"lr_policy": "step", "gamma": 0.1}
_MULTISTEP = {"lr_policy": "multistep", "gamma": 0.1}

#: The presets by name.
PRESETS = {
    "adadelta": _mnist(
        "lenet_adadelta_solver.prototxt",
        type="AdaDelta",
        base_lr=1.0,
        lr_policy="fixed",
        momentum=0.95,
        delta=1e-6,
        weight_decay=0.0005,
    ),
    "adagrad": _mnist(
        "mnist_autoencoder_solver_adagrad.prototxt, for 10,000 iterations",
        type="AdaGrad",
        base_lr=0.01,
        lr_policy="fixed",
        weight_decay=0.0005,
    ),
    "adam": _mnist(
        "lenet_solver_adam.prototxt",
        type="Adam",
        base_lr=0.001,
        lr_policy="fixed",
        momentum=0.9,
        momentum2=0.999,
    ),
    "nesterov": _mnist("lenet_solver.prototxt, with the type Nesterov", type="Nesterov", **_SGD),
    "rmsprop": _mnist(
        "lenet_solver_rmsprop.prototxt",
        type="RMSProp",
        base_lr=0.01,
        rms_decay=0.98,
        weight_decay=0.0005,
        **_INV,
    ),
    "sgd": _mnist("lenet_solver.prototxt", type="SGD", **_SGD),
    # Networks
    "lenet": _mnist("lenet_solver.prototxt", type="SGD", **_SGD),
    "alexnet": Preset(
        "BVLC/caffe: models/bvlc_alexnet/solver.prototxt",
        {
            "base_lr": 0.01,
            **_STEP,
            "stepsize": 100000,
            "max_iter": 450000,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "display": 20,
            "snapshot": 10000,
            "test_interval": 1000,
        },
        batch=256,
    ),
    "caffenet": Preset(
        "BVLC/caffe: models/bvlc_reference_caffenet/solver.prototxt",
        {
            "base_lr": 0.01,
            **_STEP,
            "stepsize": 100000,
            "max_iter": 450000,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "display": 20,
            "snapshot": 10000,
            "test_interval": 1000,
        },
        batch=256,
    ),
    "densenet": Preset(
        "Huang et al. 2016, Densely Connected Convolutional Networks: ImageNet",
        {
            "type": "Nesterov",
            "base_lr": 0.1,
            **_MULTISTEP,
            "momentum": 0.9,
            "weight_decay": 0.0001,
            "display": 20,
        },
        # Section 4.2: 90 epochs, a tenth of the rate after 30 and 60.
        batch=256,
        epochs=90,
        step_epochs=(30, 60),
        images=_IMAGENET,
    ),
    "densenet-cifar": Preset(
        "Huang et al. 2016, Densely Connected Convolutional Networks: CIFAR",
        {
            "type": "Nesterov",
            "base_lr": 0.1,
            **_MULTISTEP,
            "momentum": 0.9,
            "weight_decay": 0.0001,
            "display": 100,
        },
        # After 50 % and 75 % of the epochs.
        batch=64,
        epochs=300,
        step_epochs=(150, 225),
        images=_CIFAR,
    ),
    "faster-rcnn": Preset(
        "rbgirshick/py-faster-rcnn: models/pascal_voc/VGG16/faster_rcnn_end2end/solver.prototxt,"
        " for the 70,000 iterations of its script",
        {
            "base_lr": 0.001,
            **_STEP,
            "stepsize": 50000,
            "max_iter": 70000,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "iter_size": 2,
            "display": 20,
            "average_loss": 100,
        },
        batch=1,
    ),
    "fcn": Preset(
        "shelhamer/fcn.berkeleyvision.org: voc-fcn32s/solver.prototxt (its loss is a sum over"
        " pixels: normalize: false)",
        {
            "base_lr": 1e-10,
            "lr_policy": "fixed",
            "max_iter": 100000,
            # High, because there is one image in a batch.
            "momentum": 0.99,
            "weight_decay": 0.0005,
            "display": 20,
            "average_loss": 20,
            "snapshot": 4000,
        },
        batch=1,
    ),
    "googlenet": Preset(
        "BVLC/caffe: models/bvlc_googlenet/quick_solver.prototxt",
        {
            "base_lr": 0.01,
            "lr_policy": "poly",
            "power": 0.5,
            "max_iter": 2400000,
            "momentum": 0.9,
            "weight_decay": 0.0002,
            "display": 40,
            "average_loss": 40,
            "snapshot": 40000,
            "test_interval": 4000,
        },
        batch=32,
    ),
    "inception-v3": Preset(
        "Szegedy et al. 2015, Rethinking the Inception Architecture",
        {
            "type": "RMSProp",
            "base_lr": 0.045,
            "lr_policy": "step",
            "gamma": 0.94,
            "rms_decay": 0.9,
            "delta": 1.0,
            "display": 40,
        },
        # Section 8: 50 replicas, each with a batch of 32.
        batch=1600,
        epochs=100,
        step_every=2,
        images=_IMAGENET,
    ),
    "mobilenet": Preset(
        "Sandler et al. 2018, MobileNetV2, without the momentum that Caffe's RMSProp rejects, and"
        " for 100 epochs, which the paper does not state",
        {
            "type": "RMSProp",
            "base_lr": 0.045,
            "lr_policy": "step",
            "gamma": 0.98,
            "rms_decay": 0.9,
            "weight_decay": 0.00004,
            "display": 40,
        },
        batch=96,
        epochs=100,
        step_every=1,
        images=_IMAGENET,
    ),
    "mobilenet-ssd": Preset(
        "chuanqi305/MobileNet-SSD: solver_train.prototxt",
        {
            "type": "RMSProp",
            "base_lr": 0.0005,
            "lr_policy": "multistep",
            "gamma": 0.5,
            "stepvalue": [20000, 40000],
            "max_iter": 120000,
            "weight_decay": 0.00005,
            "display": 10,
            "average_loss": 10,
            "snapshot": 1000,
            "test_interval": 10000,
        },
        batch=24,
    ),
    "pspnet": Preset(
        "Zhao et al. 2016, Pyramid Scene Parsing Network: ADE20K",
        {
            "base_lr": 0.01,
            "lr_policy": "poly",
            "power": 0.9,
            "max_iter": 150000,
            "momentum": 0.9,
            "weight_decay": 0.0001,
            "display": 20,
        },
        batch=16,
    ),
    "resnet": Preset(
        "He et al. 2015, Deep Residual Learning: ImageNet; the steps are those of its figure 4",
        {
            "base_lr": 0.1,
            **_MULTISTEP,
            "stepvalue": [150000, 300000],
            "max_iter": 600000,
            "momentum": 0.9,
            "weight_decay": 0.0001,
            "display": 20,
            "snapshot": 10000,
            "test_interval": 5000,
        },
        batch=256,
    ),
    "resnet-cifar": Preset(
        "He et al. 2015, Deep Residual Learning: CIFAR-10",
        {
            "base_lr": 0.1,
            **_MULTISTEP,
            # Section 4.2: a tenth at 32k and 48k, terminated at 64k.
            "stepvalue": [32000, 48000],
            "max_iter": 64000,
            "momentum": 0.9,
            "weight_decay": 0.0001,
            "display": 100,
            "snapshot": 10000,
            "test_interval": 1000,
        },
        batch=128,
    ),
    "segnet": Preset(
        "alexgkendall/SegNet-Tutorial: Models/segnet_solver.prototxt",
        {
            "base_lr": 0.001,
            "lr_policy": "fixed",
            "max_iter": 40000,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "display": 20,
            "snapshot": 1000,
        },
        batch=4,
    ),
    "shufflenet": Preset(
        "Zhang et al. 2017, ShuffleNet",
        {
            # Section 4: from 0.5 to 0 linearly, in 3 * 10^5 iterations on 4 GPUs.
            "base_lr": 0.5,
            "lr_policy": "poly",
            "power": 1.0,
            "max_iter": 300000,
            "momentum": 0.9,
            "weight_decay": 0.00004,
            "display": 20,
        },
        batch=1024,
    ),
    "squeezenet": Preset(
        "DeepScale/SqueezeNet: SqueezeNet_v1.1/solver.prototxt",
        {
            "base_lr": 0.04,
            "lr_policy": "poly",
            "power": 1.0,
            # The update after 16 passes makes the batch of 512.
            "max_iter": 170000,
            "iter_size": 16,
            "momentum": 0.9,
            "weight_decay": 0.0002,
            "display": 40,
            "average_loss": 40,
            "snapshot": 1000,
            "test_interval": 1000,
        },
        batch=32,
    ),
    "ssd": Preset(
        "weiliu89/caffe, branch ssd: examples/ssd/ssd_pascal.py",
        {
            "base_lr": 0.001,
            **_MULTISTEP,
            "stepvalue": [80000, 100000, 120000],
            "max_iter": 120000,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "display": 10,
            "average_loss": 10,
            "snapshot": 80000,
            "test_interval": 10000,
        },
        batch=32,
    ),
    "vgg": Preset(
        "Simonyan and Zisserman 2014, Very Deep Convolutional Networks; the steps are those of"
        " intel/caffe: models/default_vgg_16/solver.prototxt",
        {
            "base_lr": 0.01,
            **_STEP,
            # Section 3.1: 370K iterations (74 epochs), in which the rate decreased three times.
            "stepsize": 100000,
            "max_iter": 370000,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "display": 20,
            "snapshot": 10000,
            "test_interval": 10000,
        },
        batch=256,
    ),
    "wide-resnet": Preset(
        "Zagoruyko and Komodakis 2016, Wide Residual Networks: CIFAR",
        {
            "type": "Nesterov",
            "base_lr": 0.1,
            "lr_policy": "multistep",
            "gamma": 0.2,
            "momentum": 0.9,
            "weight_decay": 0.0005,
            "display": 100,
        },
        batch=128,
        epochs=200,
        step_epochs=(60, 120, 160),
        images=_CIFAR,
    ),
}
