from __future__ import annotations

import pytest

from tests.checks.nets import SOLVER, findings, image, layer, solver_findings


def test_the_whole_message() -> None:
    """A real BVLC Caffe cannot parse it; the fillers are NVIDIA's, Xilinx's and happynear's."""
    fillers = 'scale_filler { type: "constant" } bias_filler { type: "constant" }'
    norm = layer("bn1", "BatchNorm", "data", batch_norm_param=fillers)
    assert findings(image(3, 8) + norm, "F103") == [
        'net.prototxt:5:22: warning[F103] layer "bn1" (BatchNorm): BVLC Caffe rejects this net,'
        " because only forks have the field scale_filler in BatchNormParameter and the field"
        " bias_filler in BatchNormParameter\n"
        "  why:   forks that have all of this: nv15, nv16, nv17, xilinx, happynear"
    ]


def test_one_warning_for_a_file() -> None:
    """The layers are those of SSD and of the forks that took them over."""
    norm = layer("norm", "Normalize", "data", norm_param="across_spatial: false")
    permuted = layer("perm", "Permute", "norm", permute_param="order: 0 order: 2 order: 3")
    (text,) = findings(image(3, 8) + norm + permuted, "F103")
    assert ("because only forks have the layer type Normalize and the layer type Permute\n") in text
    assert "  why:   forks that have all of this: ssd, " in text


def test_parts_of_different_forks() -> None:
    """`scale_filler` is NVIDIA's, `bn_mode` that of SegNet."""
    norm = layer("a", "BatchNorm", "data", batch_norm_param='scale_filler { type: "constant" }')
    segnet = layer("b", "BN", "a", bn_param="bn_mode: INFERENCE")
    (text,) = findings(image(3, 8) + norm + segnet, "F103")
    assert text.endswith("  why:   no known fork has all of this")


def test_a_fork_that_is_a_target() -> None:
    """The Caffe in tpu-mlir 1.30.2 has both, and its caffe.proto the fields."""
    pool = layer("p", "Pooling", "data", pooling_param="kernel_size: 2 yolo: true")
    (text,) = findings(image(3, 8) + pool + layer("m", "Mish", "p"), "F103")
    assert text.endswith("  why:   forks that have all of this: sophgo")


@pytest.mark.usefixtures("in_folder")
def test_a_solver() -> None:
    text = SOLVER + "plateau_winsize: 10"
    assert solver_findings(text, "F103") == [
        "solver.prototxt:8:1: warning[F103] BVLC Caffe rejects this solver, because only forks have"
        " the field plateau_winsize in SolverParameter\n"
        "  why:   forks that have all of this: ssd, sstd, eric612, intel, nv17"
    ]


def test_a_net_for_bvlc() -> None:
    pool = layer("p", "Pooling", "data", pooling_param="kernel_size: 2 round_mode: FLOOR")
    assert findings(image(3, 8) + pool, "F103") == []


def test_a_filler_of_a_fork() -> None:
    """GaborFiller is Intel's (include/caffe/filler.hpp)."""
    conv = 'num_output: 8 kernel_size: 3 weight_filler { type: "gabor" }'
    text = image(3, 8) + layer("c", "Convolution", "data", convolution_param=conv)
    assert findings(text, "S109") == []
    (found,) = findings(text, "F103")
    assert 'because only forks have the filler "gabor"\n' in found
    assert found.endswith("  why:   forks that have all of this: intel")
