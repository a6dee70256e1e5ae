# Every target creates the .venv that it needs; PYTHON is the interpreter for it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NETS := lenet network_in_network googlenet resnet50 pixel_classifier pooling_pyramid

.PHONY: help demo test lint types imports pytest consumers nightly bench proto docs stub clean

help:  ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/protogen: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "protogen needs Python 3.10 or later: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/protogen
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,data]'
	@touch $@

demo: $(BIN)/protogen  ## Write the examples to build/ and show how GoogLeNet's poolings round
	@mkdir -p build
	@for net in $(NETS); do $(BIN)/protogen emit examples/$$net.py -o build/$$net.prototxt || exit 1; done
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev lint types imports pytest  ## Run what CI runs, on this Python

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# A file of tests stays in one process, because its tests share what is slow to make.
pytest: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile

# The benchmarks say which packages they lack, so an error of pip does not stop them.
$(VENV)/.bench: $(VENV)/.dev
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

# Other programs that read prototxt, each in a virtual environment of its own. A real Caffe needs
# CPython 3.8; MNN, OpenVINO and Sophgo's Caffe need CPython 3.10. What cannot be installed is said,
# and its tests are skipped.
CAFFE_PYTHON ?= python3.8
MNN_PYTHON ?= python3.10
CONSUMERS := caffe sophgo opencv mnn openvino
WHEELS_caffe := kendryte-caffe==1.0.0.20210829 'numpy<1.25' protobuf==3.20.3 scikit-image six
WHEELS_sophgo := 'numpy<2' protobuf==3.20.3 scikit-image six
WHEELS_opencv := 'opencv-python-headless>=4.10,<5'
WHEELS_mnn := MNN==3.6.1 'numpy<2'
WHEELS_openvino := 'openvino-dev==2023.3.0' protobuf==3.20.3
# Those that take long to install or are of old Pythons are compared by make nightly only.
NIGHTLY := nncase ncnn coremltools
WHEELS_nncase := nncase==1.9.0.20230322 'numpy<2'
WHEELS_ncnn := ncnn==1.0.20261020 'numpy<2'
WHEELS_coremltools := coremltools==3.4 'numpy<1.22' protobuf==3.20.3
OLD_PYTHON ?= python3.7
.consumers/coremltools: INTERPRETER := $(OLD_PYTHON)
.consumers/caffe: INTERPRETER := $(CAFFE_PYTHON)
.consumers/opencv: INTERPRETER := $(PYTHON)
.consumers/%: INTERPRETER := $(MNN_PYTHON)

# The folder gets its name when all is installed, so that an interrupted make starts again.
.consumers/%:
	@rm -rf $@ $@.part && mkdir -p .consumers
	@{ $(INTERPRETER) -m venv $@.part \
	    && $@.part/bin/python -m pip install --quiet $(WHEELS_$*) \
	    && { [ $* != sophgo ] || $@.part/bin/python -m pip install --quiet --no-deps tpu-mlir==1.30.2; } \
	    && { [ $* != ncnn ] || sh tests/portability/consumers/caffe2ncnn.sh $@.part/bin; } \
	    && mv $@.part $@; } || echo 'make consumers: no $*, so its tests are skipped'

consumers: $(VENV)/.dev $(CONSUMERS:%=.consumers/%)  ## Compare verdicts with real programs
	PROTOGEN_CONSUMERS=.consumers PROTOGEN_CONSUMERS_SAMPLED=1 \
	    $(BIN)/python -m pytest -rs -s --durations=0 $(wildcard tests/portability/test_*.py)

nightly: $(VENV)/.dev .consumers/caffe $(NIGHTLY:%=.consumers/%)  ## Compare verdicts with more programs
	PROTOGEN_CONSUMERS=.consumers \
	    $(BIN)/python -m pytest -rs -s --durations=0 -m nightly tests/portability/test_nightly.py

bench: $(VENV)/.bench  ## Measure protogen, NetSpec and other readers of prototxt
	$(BIN)/python -m benchmarks

proto: $(VENV)/.dev  ## Compile protogen/proto/caffe.proto and write its typed stub
	$(BIN)/python -m protogen.proto.compile

docs: $(VENV)/.dev  ## Generate the pages of docs/ and the stubs from the layers, rules and blocks
	$(BIN)/python -m protogen.render.reference docs/layers
	$(BIN)/python -m protogen.render.rules docs/rules.md
	$(BIN)/python -m protogen.render.networks docs/zoo.md
	$(BIN)/python -m protogen.render.code.stub
	$(BIN)/python -m protogen.render.code.blocks

clean:  ## Remove what the other targets create
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
