"""``caffe.proto``, whose only content is ``caffe_pb2``."""

from __future__ import annotations

from protogen.netspec import caffe_pb2

__all__ = ["caffe_pb2"]
