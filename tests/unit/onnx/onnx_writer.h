// tests/unit/onnx/onnx_writer.h - a tiny protobuf writer, to craft ONNX files.
// SPDX-License-Identifier: Apache-2.0
//
// Shares nothing with the reader: field numbers are those of onnx.proto, wire
// format as protobuf's "Encoding" page has it.
#ifndef NPU_TEST_ONNX_WRITER_H
#define NPU_TEST_ONNX_WRITER_H
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

namespace onnx_writer
{
inline std::string varint(uint64_t v)
{
	std::string out;

	for (; v >= 0x80; v >>= 7)
		out += (char)(v | 0x80);
	return out + (char)v;
}

// Fields of one message, appended in the order of the calls.
struct Message {
	std::string bytes;

	Message &number(unsigned field, int64_t v)
	{
		bytes += varint(field << 3) + varint((uint64_t)v);
		return *this;
	}
	Message &text(unsigned field, const std::string &s)
	{
		bytes += varint(field << 3 | 2) + varint(s.size()) + s;
		return *this;
	}
	Message &add(unsigned field, const Message &m)
	{
		return text(field, m.bytes);
	}
	Message &real(unsigned field, float f)
	{
		char raw[4];

		std::memcpy(raw, &f, 4);
		bytes += varint(field << 3 | 5) + std::string(raw, 4);
		return *this;
	}
	Message &raw(const std::string &s)
	{
		bytes += s;
		return *this;
	}
};

enum {
	FLOAT = 1,
	UINT8,
	INT8,
	UINT16,
	INT16,
	INT32,
	INT64,
	STRING,
	BOOL,
	FLOAT16,
	DOUBLE,
	UINT32,
	UINT64,
	COMPLEX64,
	COMPLEX128,
	BFLOAT16
};

template <typename T> std::string bytes_of(const std::vector<T> &v)
{
	return std::string((const char *)v.data(), v.size() * sizeof(T));
}

using Dims = std::vector<int64_t>;

// TensorProto without elements.
inline Message tensor_head(const std::string &name, int type, const Dims &dims)
{
	Message t;

	for (int64_t d : dims)
		t.number(1, d);
	return t.number(2, type).text(8, name);
}

inline Message tensor(const std::string &name, const Dims &dims,
		      const std::vector<float> &v)
{
	return tensor_head(name, FLOAT, dims).text(9, bytes_of(v));
}

inline Message tensor_ints(const std::string &name, const Dims &dims,
			   const std::vector<int64_t> &v)
{
	return tensor_head(name, INT64, dims).text(9, bytes_of(v));
}

// AttributeProto: INT, FLOAT, INTS, STRING, TENSOR
inline Message attribute(const std::string &name, int64_t i)
{
	return Message().text(1, name).number(3, i).number(20, 2);
}

inline Message attribute(const std::string &name, float f)
{
	return Message().text(1, name).real(2, f).number(20, 1);
}

inline Message attribute(const std::string &name, const Dims &ints)
{
	Message a = Message().text(1, name);

	for (int64_t i : ints)
		a.number(8, i);
	return a.number(20, 7);
}

inline Message attribute(const std::string &name, const std::string &s)
{
	return Message().text(1, name).text(4, s).number(20, 3);
}

inline Message attribute(const std::string &name, const Message &tensor)
{
	return Message().text(1, name).add(5, tensor).number(20, 4);
}

using Names = std::vector<std::string>;

// NodeProto
inline Message node(const std::string &type, const Names &inputs,
		    const Names &outputs,
		    const std::vector<Message> &attributes = {},
		    const std::string &name = "")
{
	Message n;

	for (const std::string &i : inputs)
		n.text(1, i);
	for (const std::string &o : outputs)
		n.text(2, o);
	if (!name.empty())
		n.text(3, name);
	n.text(4, type);
	for (const Message &a : attributes)
		n.add(5, a);
	return n;
}

// TensorShapeProto.Dimension of TypeProto of ValueInfoProto; -1 is "N".
inline Message info(const std::string &name, const Dims &dims, int type = FLOAT)
{
	Message shape;

	for (int64_t d : dims)
		shape.add(1, d == -1 ? Message().text(2, "N")
				     : Message().number(1, d));
	return Message().text(1, name).add(
		2, Message().add(1, Message().number(1, type).add(2, shape)));
}

struct Graph {
	std::vector<Message> nodes, constants, inputs, outputs;

	Message message() const
	{
		Message g;

		for (const Message &n : nodes)
			g.add(1, n);
		g.text(2, "g");
		for (const Message &c : constants)
			g.add(5, c);
		for (const Message &i : inputs)
			g.add(11, i);
		for (const Message &o : outputs)
			g.add(12, o);
		return g;
	}
	// ModelProto
	std::string model(int64_t opset = 13) const
	{
		return Message()
			.number(1, 8)
			.add(7, message())
			.add(8, Message().text(1, "").number(2, opset))
			.bytes;
	}
};
} // namespace onnx_writer
#endif
