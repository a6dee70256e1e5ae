"""NdConvolution of chuckcho/video-caffe (src/caffe/layers/cudnn_ndconv_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer, learned


def text(kernel: str, fields: str = "") -> str:
    sizes = " ".join(f"dim: {size}" for size in kernel.split())
    param = f"num_output: 64 kernel_shape {{ {sizes} }} {fields}"
    return f'type: "NdConvolution" convolution_param {{ {param} }}'


def test_the_first_layer_of_c3d() -> None:
    pad = "pad_shape { dim: 1 dim: 1 dim: 1 }"
    facts = infer(text("3 3 3", pad), (30, 3, 16, 112, 112))
    assert facts.tops == ((30, 64, 16, 112, 112),)
    assert learned(facts) == {"weights": (64, 3, 3, 3, 3), "bias": (64,)}
    assert facts.macs == 30 * 16 * 112 * 112 * 64 * 3 * 27


def test_an_axis_of_size_1_is_left_out() -> None:
    # compute_output_shape: "if (dim > 1) output_shape_.push_back(dim)"
    assert infer(text("16 3 3"), (30, 3, 16, 5, 7)).tops == ((30, 64, 3, 5),)
    assert infer(text("16 3 3"), (30, 3, None, 5, 7)).tops == (None,)


def test_faults() -> None:
    clips = (30, 3, 16, 112, 112)
    missing = 'type: "NdConvolution" convolution_param { num_output: 64 }'
    check_fault("kernel_shape is missing", "convolution_param.kernel_shape", missing, clips)
    why = "kernel_shape has 2 sizes for 3 spatial axes"
    check_fault(why, "convolution_param.kernel_shape", text("3 3"), clips)
    why = "pad_shape has 1 sizes, but kernel_shape has 3"
    one = text("3 3 3", "pad_shape { dim: 1 }")
    check_fault(why, "convolution_param.pad_shape", one, clips)
    why = "stride_shape must be greater than 0, got 0"
    zero = text("3 3 3", "stride_shape { dim: 1 dim: 0 dim: 1 }")
    check_fault(why, "convolution_param.stride_shape.dim[1]", zero, clips)
    why = "group 2 does not divide 3 bottom channels"
    check_fault(why, "convolution_param.group", text("3 3 3", "group: 2"), clips)
    why = "kernel 20 does not fit size 16 with pad 0 (axis 2)"
    check_fault(why, "convolution_param.kernel_shape.dim[0]", text("20 3 3"), clips)
