"""Which blobs of a net are its images."""

from __future__ import annotations

from protogen.analysis import Analysis
from protogen.graph import Value

__all__ = ["batch_of", "default_source"]


def default_source(analysis: Analysis) -> Value | None:
    """The first of the blobs with the most axes that no layer computes: the images."""
    # Labels are a source as well, and have fewer axes. Of several, `max` takes the first.
    return max(analysis.graph.inputs(), key=_axes, default=None)


def _axes(value: Value) -> int:
    return len(value.shape or ())


def batch_of(analysis: Analysis) -> int | None:
    """The number of images in a batch: the first size of the images."""
    images = default_source(analysis)
    if images is None or not images.shape:
        return None
    return images.shape[0]
