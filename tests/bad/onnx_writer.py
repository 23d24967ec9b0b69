"""onnx_writer.py: just enough protobuf to write small ONNX files, good and bad.

Field numbers are those of onnx.proto (ONNX 1.12, IR version 8).
"""


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while True:
        out.append((value & 127) | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def field(number, value):
    """An int as varint, bytes or str as length-delimited."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def dims(shape):
    out = b""
    for d in shape:
        out += field(1, field(2, d) if isinstance(d, str) else field(1, d))
    return out


def value_info(name, shape, elem=1):
    tensor = field(1, elem) + field(2, dims(shape))
    return field(1, name) + field(2, field(1, tensor))


def tensor(name, shape, raw, elem=1):
    return (b"".join(field(1, d) for d in shape) + field(2, elem) +
            field(8, name) + field(9, raw))


def attribute_int(name, value):
    return field(1, name) + field(3, value) + field(20, 2)


def attribute_ints(name, values):
    return (field(1, name) + b"".join(field(8, v) for v in values) +
            field(20, 7))


def node(op, inputs, outputs, name="", attributes=()):
    return (b"".join(field(1, i) for i in inputs) +
            b"".join(field(2, o) for o in outputs) + field(3, name) +
            field(4, op) + b"".join(field(5, a) for a in attributes))


def model(nodes, inputs, outputs, initializers=(), opset=13, graph_name="g"):
    graph = (b"".join(field(1, n) for n in nodes) + field(2, graph_name) +
             b"".join(field(5, t) for t in initializers) +
             b"".join(field(11, v) for v in inputs) +
             b"".join(field(12, v) for v in outputs))
    return (field(1, 8) + field(7, graph) +
            field(8, field(1, "") + field(2, opset)))
