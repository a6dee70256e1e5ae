"""Layer types of forks that do not need their own file.

Of most of them only the name and the fields are known, so the shapes of their tops are unknown.
Some keep the shape of their first bottom, and the losses among them have a scalar.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from protogen import proto
from protogen.layers.lstm import Lstm
from protogen.schema import Context, LayerSchema
from protogen.shapes import UNKNOWN, Shape, Size

__all__ = ["ForkType", "fork_types"]


class ForkType(LayerSchema):
    """A layer type of a fork. The shapes of its tops are unknown."""

    bottoms, tops = (0, None), (0, None)

    def __init__(self, name: str, home: str) -> None:
        # A type is marked by its message or, if it has none of its own, by its forks.
        if home.endswith("_param"):
            self.param = home
        else:
            self.unmarked_forks = tuple(home.split())
        super().__init__()
        self.type = name

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        return self.unknown_tops(ctx.layer, (), ctx.tops)

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        # What the layer learns is unknown as well.
        return UNKNOWN


class SameShape(ForkType):
    """A layer type of a fork. Its first top has the shape of its first bottom."""

    bottoms, tops = (1, None), (1, None)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        return [ctx.bottom, *[None] * (ctx.tops - 1)]


class ForkLoss(ForkType):
    """A loss of a fork. Its first top is a scalar."""

    bottoms, tops = (1, None), (1, None)
    auto_tops = True
    loss = True

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        # As LossLayer::Reshape does.
        return ((), *[None] * (tops - 1))


@cache
def fork_types() -> dict[str, LayerSchema]:
    """The types of this module, by name."""
    types: dict[str, LayerSchema] = {"Lstm": Lstm()}
    for schema, table in ((ForkType, _UNKNOWN), (SameShape, _SAME), (ForkLoss, _LOSSES)):
        for name, home in table.items():
            types[name] = schema(name, home)
    return types


#: The message of each type, or the forks that define it if it has no message of its own.
_UNKNOWN = {
    "Accum": "accum_param",
    "AddPad": "addpad_param",
    "AdditiveMarginInnerProduct": "additive_margin_inner_product_param",
    "Affinity": "opencl",
    "AlignmentAccuracy": "xilinx",
    "AnnotatedDataMask": "sstd",
    "AsdnData": "asdn_data_param",
    "BatchReduction": "batch_reduction_param",
    "BlackHole": "c3d",
    "BoxData": "intel",
    "CPMData": "cpm_transform_param",
    "ConnectedComponent": "opencl",
    "ConvolutionBNFixed": "xilinx",
    "ConvolutionFixed": "xilinx",
    "Correlation1D": "flownet2",
    "CosinAddm": "cosin_add_m_param",
    "CosinMulm": "cosin_mul_m_param",
    "CustomData": "flownet2",
    "DataAugmentation": "augmentation_param",
    "DeconvolutionFixed": "xilinx",
    "DenseboxMapEvaluation": "xilinx",
    "DetectionEvaluateRefine": "xilinx",
    "DetectionOrientedOutput": "sstd",
    "DetectionOut": "detection_out_param",
    "DetectionOutputRefine": "xilinx",
    "DetectionPoseOutput": "detection_pose_output_param",
    "DirectRegressionNnnData": "xilinx",
    "DisparityData": "flownet2",
    "DriveData": "drive_data_param",
    "DrivingData": "xilinx",
    "DrivingData2": "xilinx",
    "EltwiseAffine": "eltwise_affine_param",
    "EnhancedImageData": "xilinx",
    "FCNAccuracy": "happynear",
    "FCNData": "fcn_data_param",
    "FLOWriter": "flownet2",
    "FloatReader": "flownet2",
    "FloatWriter": "flownet2",
    "FlowAugmentation": "flownet2",
    "GenerateAugmentationParameters": "flownet2",
    "Gram": "happynear",
    "Hotspot": "hotspot_param",
    "ImageDetect": "image_detect_param",
    "ImgReader": "reader_param",
    "ImgWriter": "writer_param",
    "InnerDistance": "inner_distance_param",
    "InnerProductFixed": "xilinx",
    "LabelSpecificAffine": "label_specific_affine_param",
    "LabelSpecificHardMargin": "label_specific_hard_margin_param",
    "LabelSpecificMargin": "label_specific_margin_param",
    "LabelSpecificRescale": "label_specific_rescale_param",
    "LaneData": "eric612",
    "LibDNNConvolution": "opencl",
    "LibDNNPooling": "opencl",
    "MIL": "mil_param",
    "MILData": "mil_data_param",
    "MLUGrayNormalized": "yuvtonormalizedgray_param",
    "MLUResizeConvert": "resize_convert_param",
    "MLUResizecrop": "resize_crop_param",
    "MLUYUVtoRGB": "yuvtorgb_param",
    "MOE": "opencl",
    "MTCNNData": "mtcnn_data_param",
    "MatRead": "mat_read_param",
    "MatWrite": "mat_write_param",
    "MergeCrop": "opencl",
    "MnActivation": "mn_activation_param",
    "MultiLabelImageData": "happynear",
    "OperateSeg": "xilinx",
    "PAFData": "xilinx",
    "PFMWriter": "flownet2",
    "Pairwise": "pairwise_param",
    "ParseEvaluate": "wl-fcn",
    "ParseOutput": "wl-fcn",
    "PassThrough": "pass_through_param",
    "PredictBox": "predict_box_param",
    "Quantizer": "opencl",
    "RPN": "rpn_param",
    "Recall": "xilinx",
    "Region": "region_param",
    "ReshapeLabel": "xilinx",
    "Resize": "resize_param",
    "Scatter": "yjxiong yjx3d",
    "SegData": "seg_data_param",
    "SegmentPixelIOU": "xilinx",
    "SegmentationEvaluate": "segmentation_evaluate_param",
    "Slope": "happynear",
    "SsdDetection": "cambricon",
    "SubRegion": "sub_region_param",
    "SyncBN": "yjxiong yjx3d",
    "TRT": "trt_param",
    "Transformer": "happynear",
    "UniqueLabel": "unique_label_param",
    "VideoSegmentationData": "c3d",
    "VideoWithVoxelTruthData": "c3d",
    "VolumeData": "c3d",
    "YoloEvalDetection": "xilinx",
    "Yolov3Detection": "cambricon",
}

# Types that keep the shape of their first bottom.
_SAME = {
    "AdaptiveBiasChannel": "adaptive_bias_channel_param",
    "Add": "cambricon",
    "Arccos": "happynear",
    "AssistedExcitation": "eric612",
    "BatchNormFixed": "xilinx",
    "BiasChannel": "bias_channel_param",
    "BlackAugmentation": "black_augmentation_param",
    "ChannelScale": "channel_scale_param",
    "Cosine": "happynear",
    "CycleAdd": "cambricon",
    "CycleMult": "cambricon",
    "CycleSub": "cambricon",
    "DenseCRF": "dense_crf_param",
    "DomainTransform": "domain_transform_param",
    "DomainTransformForwardOnly": "pspnet",
    "FixedNeuron": "fixed_param",
    "Flip": "flip_param",
    "GlobalLSEMargin": "happynear",
    "Grouping": "wl-fcn",
    "Insanity": "insanity_param",
    "L2Normalize": "c3d",
    "LabelSpecificAdd": "label_specific_add_param",
    "MaskPooling": "sstd",
    "Mean": "mean_param",
    "MovingNormalize": "happynear",
    "Mult": "cambricon",
    "NegReLU": "flownet2",
    "Noise": "noise_param",
    "NormalizeFixed": "xilinx",
    "PReLUFixed": "xilinx",
    "PowerFile": "power_file_param",
    "ReverseTime": "reverse_time_param",
    "ScaleFixed": "xilinx",
    "SoftTruncation": "soft_truncation_param",
    "SpatialProduct": "pspnet",
    "Sqrt": "cambricon",
    "Sub": "cambricon",
    "Truncation": "truncation_param",
    "VoxelSoftmax": "c3d",
}

# Types whose first top is a loss.
_LOSSES = {
    "BatchContrastiveLoss": "batch_contrastive_loss_param",
    "ConfidencePenaltyLoss": "confidence_penalty_loss_param",
    "CorrelationLoss": "happynear",
    "CoupledClusterLoss": "coupled_cluster_loss_param",
    "DetectionLoss": "detection_loss_param",
    "FeatureDecayLoss": "feature_decay_loss_param",
    "GaussianYolov3": "eric612",
    "GeneralContrastiveLoss": "general_contrastive_loss_param",
    "GeneralTripletLoss": "general_triplet_loss_param",
    "InfimumLoss": "infimum_loss_param",
    "LocLoss": "loc_loss_param",
    "LpqLoss": "lpq_loss_param",
    "MalisLoss": "opencl",
    "MultiBoxLossRefine": "xilinx",
    "MultiBoxOrientedLoss": "sstd",
    "NCALoss": "nca_param",
    "OrdinalRegressionLoss": "ordinal_regression_loss_param",
    "STLoss": "st_loss_param",
    "SoftContrastiveLoss": "soft_contrastive_loss_param",
    "SoftmaxWithLossMultiLabel": "caffe-ocr",
    "TripletLoss": "triplet_loss_param",
    "VoxelCustomLoss": "c3d",
    "VoxelSoftmaxLoss": "c3d",
    "WarpCTCLoss": "ctc_loss_param",
    "YoloSeg": "yolo_seg_param",
}
