"""OpenCV's importer of prototxt, step by step: parse, populate, build, run.

OpenCV reads the text (`text`), hands each layer a flat table of parameters (`parameters`), connects
the layers by blob names (`importer`), and builds a layer when its shape is first asked for
(`build`, `layer_shapes`). Some layers that build cannot run (`running`), and some compute something
other than Caffe (`values`).
(source: OpenCV 4.14, modules/dnn/src/caffe/ and modules/dnn/src/layers/, and runs of the wheel)
"""
