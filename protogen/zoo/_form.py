"""The two forms of a network's file: for deployment, and for training and testing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from protogen import layers as L
from protogen.active import active_net
from protogen.compose.blob import Blob
from protogen.net import Net
from protogen.zoo._options import Size

__all__ = ["CIFAR", "FORMS", "MEAN", "Form", "current_net", "head", "sides"]

#: The values of the option ``form``.
FORMS = ("deploy", "train_val")

#: The databases that Caffe's examples/imagenet creates: for training and for testing.
IMAGENET = ("examples/imagenet/ilsvrc12_train_lmdb", "examples/imagenet/ilsvrc12_val_lmdb")

#: The databases that Caffe's examples/cifar10 creates.
CIFAR = ("examples/cifar10/cifar10_train_lmdb", "examples/cifar10/cifar10_test_lmdb")

#: The mean of ImageNet's images, in the order blue, green, red.
MEAN = (104, 117, 123)


class Form:
    """What surrounds the layers of a network.

    For deployment: an Input, and what the network predicts. For training (``training``): the data
    of both phases with a label, and the losses. ``batch`` is the number of images; without it,
    that is 1, or the batch of the published file for training. ``sources`` are the databases for
    training and for testing, where they are given.
    """

    def __init__(
        self, name: str, batch: int | None, sources: tuple[str | None, str | None] = (None, None)
    ) -> None:
        self.training = name == "train_val"
        self.batch = batch
        self._sources = sources
        self._label: Blob | None = None

    @property
    def label(self) -> Blob:
        """The labels of the images, which only training has."""
        assert self._label is not None
        return self._label

    def image(
        self,
        size: Size,
        *,
        layer: str = "data",
        channels: int = 3,
        batches: tuple[int, int] = (256, 50),
        sources: tuple[str, str] = IMAGENET,
        **transform: Any,
    ) -> Blob:
        """Add the data: (batch, channels, height, width).

        ``batches`` and ``sources`` are those of training and of testing, and ``layer`` is the name
        of their Data layers. ``transform`` are further keywords of these; without a mean or a scale
        among them, the mean is that of ImageNet.
        """
        shape = (channels, *sides(size))
        if not self.training:
            image: Blob = L.Input(name="data", shape=[self.batch or 1, *shape])
            return image
        if transform.keys().isdisjoint(("mean_file", "mean_value", "scale")):
            transform["mean_value"] = MEAN
        for phase, number, source in self._phases(batches, sources):
            if phase == "TEST":
                transform.pop("mirror", None)  # at random, so only for training
            with current_net().phase(phase):
                image, self._label = L.Data(
                    name=layer,
                    tops={"data": (number, *shape), "label": (number,)},
                    source=source,
                    backend="LMDB",
                    batch_size=number,
                    **transform,
                )
        return image

    def _phases(
        self, batches: tuple[int, int], sources: tuple[str, str]
    ) -> Iterator[tuple[str, int, str]]:
        """Both phases, each with its batch and its database."""
        # The user's batch is for training. Tests read all images, whatever their batch is.
        numbers = (self.batch or batches[0], batches[1])
        for index, phase in enumerate(("TRAIN", "TEST")):
            yield phase, numbers[index], self._sources[index] or sources[index]

    def labeled_image(
        self,
        size: Size,
        *,
        channels: int = 3,
        batch: int = 1,
        margin: int = 0,
        sources: tuple[str, str] = ("train", "val"),
        **transform: Any,
    ) -> Blob:
        """Add the data: (batch, channels, height, width); in training with a label for each pixel.

        Images and labels come from separate databases: ``train_image_lmdb`` and
        ``train_label_lmdb`` for the first of ``sources``. The labels are smaller by ``margin``.
        """
        if not self.training:
            return self.image(size, channels=channels)
        height, width = sides(size)
        number = self.batch or batch
        if channels == 3:
            transform.setdefault("mean_value", MEAN)
        # Images and labels are read side by side, so both phases have the same batch.
        for phase, _, source in self._phases((number, number), sources):
            with current_net().phase(phase):
                shape = (number, channels, height, width)
                image = _database("data", shape, f"{source}_image_lmdb", **transform)
                shape = (number, 1, height - margin, width - margin)
                self._label = _database("label", shape, f"{source}_label_lmdb")
        return image

    def dense_image(self, size: Size, *, batch: int, source: str) -> Blob:
        """Add SegNet's DenseImageData for training: images, and labels for each pixel."""
        height, width = sides(size)
        number = self.batch or batch
        image, self._label = L.DenseImageData(
            name="data",
            tops={"data": (number, 3, height, width), "label": (number, 1, height, width)},
            source=self._sources[0] or source,
            batch_size=number,
            shuffle=True,
        )
        return image

    def annotated_image(
        self,
        size: int,
        batches: tuple[int, int],
        sources: tuple[str, str],
        keywords: tuple[Mapping[str, Any], Mapping[str, Any]],
        **common: Any,
    ) -> Blob:
        """Add SSD's AnnotatedData for training: square images, and the boxes in them.

        ``keywords`` are those of the layers for training and for testing, ``common`` of both.
        """
        for index, (phase, number, source) in enumerate(self._phases(batches, sources)):
            with current_net().phase(phase):
                # The ground-truth boxes of a batch: a row of eight numbers for each box.
                tops: tuple[Blob, Blob] = L.AnnotatedData(
                    name="data",
                    tops={"data": (number, 3, size, size), "label": (1, 1, None, 8)},
                    source=source,
                    backend="LMDB",
                    batch_size=number,
                    **common,
                    **keywords[index],
                )
        image, self._label = tops
        return image

    def segment(self, scores: Blob, **keywords: Any) -> None:
        """Add the loss in training, where 255 stands for pixels without a label."""
        if self.training:
            keywords.setdefault("ignore_label", 255)
            L.SoftmaxWithLoss(scores, self.label, name="loss", **keywords)

    def classify(
        self,
        scores: Blob,
        *,
        prob: str | None = "prob",
        loss: str = "loss",
        accuracy: Mapping[str, int] | None = None,
        **keywords: Any,
    ) -> None:
        """Add the probabilities of the classes; in training, the loss and how often it is right.

        If ``prob`` is ``None``, the scores are the result.
        ``accuracy`` has the number of best classes that count for the name of each Accuracy layer.
        ``keywords`` are further ones of the loss.
        """
        if not self.training:
            if prob:
                L.Softmax(scores, name=prob)
            return
        self.measure(scores, accuracy if accuracy is not None else {"accuracy": 1})
        L.SoftmaxWithLoss(scores, self.label, name=loss, **keywords)

    def measure(self, scores: Blob, accuracy: Mapping[str, int]) -> None:
        """Add Accuracy layers for testing."""
        net = current_net()
        with net.phase("TEST"):
            for name, best in accuracy.items():
                # 1 is Caffe's default, which the published files do not write.
                L.Accuracy(scores, self.label, name=name, top_k=best if best > 1 else None)


def current_net() -> Net:
    """The net that is being composed."""
    net = active_net()
    assert isinstance(net, Net)
    return net


def sides(size: Size) -> tuple[int, int]:
    """The height and the width."""
    return (size, size) if isinstance(size, int) else size


def head(name: str, classes: int, published: int) -> str:
    """The name of the layer that scores the classes.

    With another number of classes it has another name, because Caffe aborts if a caffemodel has a
    layer with the same name and another shape.
    """
    return name if classes == published else f"{name}_{classes}"


def _database(name: str, shape: tuple[int, int, int, int], source: str, **transform: Any) -> Blob:
    """Add a Data layer with one top of the same name."""
    top: Blob = L.Data(
        name=name,
        tops={name: shape},
        source=source,
        backend="LMDB",
        batch_size=shape[0],
        **transform,
    )
    return top
