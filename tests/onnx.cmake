# tests of onnx
