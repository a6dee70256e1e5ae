"""``caffe.model_libs``: the backbones and the detection heads of SSD, and of RefineDet.

The names of the functions and of their arguments are those that scripts call; the messages that
result are those of the forks.
(source: Liu et al. 2016, "SSD: Single Shot MultiBox Detector", branch ``ssd`` of weiliu89/caffe;
Zhang et al. 2018, "Single-Shot Refinement Neural Network for Object Detection")
"""

from __future__ import annotations

# Scripts that import * use these, too.
import os

from protogen import netspec as caffe
from protogen.netspec import caffe_pb2
from protogen.netspec import layers as L
from protogen.netspec import params as P
from protogen.netspec.model_libs._blocks import (
    ConvBNLayer,
    CreateAnnotatedDataLayer,
    DeconvBNLayer,
    EltwiseLayer,
    InceptionTower,
    ResBody,
    UnpackVariable,
    check_if_exist,
    make_if_not_exist,
)
from protogen.netspec.model_libs._heads import CreateMultiBoxHead, CreateRefineDetHead
from protogen.netspec.model_libs._inception import InceptionV3Body
from protogen.netspec.model_libs._resnet import ResNet101Body, ResNet152Body
from protogen.netspec.model_libs._vgg import VGGNetBody, ZFNetBody

__all__ = [
    "ConvBNLayer",
    "CreateAnnotatedDataLayer",
    "CreateMultiBoxHead",
    "CreateRefineDetHead",
    "DeconvBNLayer",
    "EltwiseLayer",
    "InceptionTower",
    "InceptionV3Body",
    "L",
    "P",
    "ResBody",
    "ResNet101Body",
    "ResNet152Body",
    "UnpackVariable",
    "VGGNetBody",
    "ZFNetBody",
    "caffe",
    "caffe_pb2",
    "check_if_exist",
    "make_if_not_exist",
    "os",
]
