/* models/onnx/npu_onnx_tensor.c - TensorProto and its elements.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onnx/npu_onnx_internal.h"
#include <assert.h>
#include <string.h>

static_assert(sizeof(float) == 4 && sizeof(double) == 8, "IEEE 754 host");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "raw_data is little-endian and is read in place"
#endif

/* How a type's elements are written where they are not raw_data. */
enum layout {
	LAYOUT_none,
	LAYOUT_floats,
	LAYOUT_doubles,
	LAYOUT_int32s,
	LAYOUT_int64s
};

static const struct {
	const char *name;
	enum npu_dtype dtype; /* none: not supported */
	enum layout layout;
	int64_t min, max; /* of int32_data */
} types[] = {
	// clang-format off
	[onnx_TensorProto_DataType_UNDEFINED]  = { "UNDEFINED",  NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_FLOAT]      = { "FLOAT",      NPU_fp32, LAYOUT_floats, 0, 0 },
	[onnx_TensorProto_DataType_UINT8]      = { "UINT8",      NPU_u8,   LAYOUT_int32s, 0, UINT8_MAX },
	[onnx_TensorProto_DataType_INT8]       = { "INT8",       NPU_s8,   LAYOUT_int32s, INT8_MIN, INT8_MAX },
	[onnx_TensorProto_DataType_UINT16]     = { "UINT16",     NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_INT16]      = { "INT16",      NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_INT32]      = { "INT32",      NPU_s32,  LAYOUT_int32s, INT32_MIN, INT32_MAX },
	[onnx_TensorProto_DataType_INT64]      = { "INT64",      NPU_s64,  LAYOUT_int64s, INT64_MIN, INT64_MAX },
	[onnx_TensorProto_DataType_STRING]     = { "STRING",     NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_BOOL]       = { "BOOL",       NPU_boolean, LAYOUT_int32s, 0, 1 },
	[onnx_TensorProto_DataType_FLOAT16]    = { "FLOAT16",    NPU_fp16, LAYOUT_int32s, 0, UINT16_MAX },
	[onnx_TensorProto_DataType_DOUBLE]     = { "DOUBLE",     NPU_f64,  LAYOUT_doubles, 0, 0 },
	[onnx_TensorProto_DataType_UINT32]     = { "UINT32",     NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_UINT64]     = { "UINT64",     NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_COMPLEX64]  = { "COMPLEX64",  NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_COMPLEX128] = { "COMPLEX128", NPU_none, LAYOUT_none, 0, 0 },
	[onnx_TensorProto_DataType_BFLOAT16]   = { "BFLOAT16",   NPU_bf16, LAYOUT_int32s, 0, UINT16_MAX },
	// clang-format on
};
enum { TYPES = sizeof types / sizeof *types };

enum npu_dtype npu__onnx_dtype(int32_t data_type)
{
	return (uint32_t)data_type < TYPES ? types[data_type].dtype : NPU_none;
}

const char *npu__onnx_dtype_name(int32_t data_type)
{
	return (uint32_t)data_type < TYPES ? types[data_type].name : "unknown";
}

/* The tensor being read, and what its messages call it. */
struct tensor {
	struct npu__onnx *reader;
	struct npu_arena *arena;
	const onnx_TensorProto *proto;
	const char *name;
	int64_t count; /* elements */
	size_t width;  /* bytes of one */
	enum layout layout;
};

static enum npu_status read_shape(const struct tensor *t,
				  struct npu_shape *shape)
{
	struct npu__onnx *reader = t->reader;
	size_t rank;

	if (t->proto->dims.count > NPU_DIMS)
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "tensor %s has more than %d dimensions",
				      t->name, NPU_DIMS);
	NPU_TRY(npu__onnx_ints(reader, &t->proto->dims, t->name, shape->dim,
			       NPU_DIMS, &rank));
	shape->rank = (uint8_t)rank;
	for (size_t d = 0; d < rank; d++) {
		if (shape->dim[d] < 0)
			return npu__onnx_fail(reader, NPU_E_RANGE,
					      "tensor %s: dimension %zu is "
					      "%lld",
					      t->name, d,
					      (long long)shape->dim[d]);
	}
	return NPU_OK;
}

/* Bytes of the tensor's elements; E_LIMIT where that does not fit. */
static enum npu_status read_size(const struct tensor *t, size_t *size)
{
	if ((uint64_t)t->count > SIZE_MAX / 2 / t->width)
		return npu__onnx_fail(t->reader, NPU_E_LIMIT,
				      "tensor %s: its dimensions multiply to "
				      "more elements than any memory has",
				      t->name);
	*size = (size_t)t->count * t->width;
	return NPU_OK;
}

static enum npu_status fail_count(const struct tensor *t, const char *field,
				  size_t got)
{
	return npu__onnx_fail(t->reader, NPU_E_SYNTAX,
			      "tensor %s: its dimensions ask for %lld "
			      "elements, %s has %zu",
			      t->name, (long long)t->count, field, got);
}

static size_t bytes_of(const struct npu__field *field)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < field->count; i++)
		bytes += field->items[i].size;
	return bytes;
}

static enum npu_status reserve(const struct tensor *t, size_t bytes, void **out)
{
	struct npu__onnx *reader = t->reader;

	if (bytes > NPU__UNFOLD_LIMIT - reader->unfolded)
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "tensor %s: more than %d MiB of typed "
				      "data in one model; use raw_data",
				      t->name, NPU__UNFOLD_LIMIT >> 20);
	reader->unfolded += bytes;
	*out = npu_arena_alloc(t->arena, bytes ? bytes : 1, 1, 8);
	return *out ? NPU_OK : npu__onnx_no_memory(reader);
}

static enum npu_status read_fixed(const struct tensor *t,
				  const struct npu__field *field,
				  const char *what, const void **data)
{
	const size_t got = bytes_of(field) / t->width;
	size_t count;
	void *copy;

	if (got != (size_t)t->count)
		return fail_count(t, what, got);
	if (field->count == 1 && t->reader->keeps_file) {
		*data = field->items[0].data;
		return NPU_OK;
	}
	NPU_TRY(reserve(t, got * t->width, &copy));
	*data = copy;
	return npu__onnx_fixed(t->reader, field, t->name, t->width, copy, got,
			       &count);
}

/* int32_data and int64_data hold varints; narrow types keep their low bits, of
 * fp16 and bf16 the pattern. */
static enum npu_status read_varints(const struct tensor *t,
				    const struct npu__field *field,
				    const char *what, const void **data)
{
	const int32_t type = t->proto->data_type;
	int64_t *numbers;
	uint8_t *out;
	void *copy;
	size_t count;

	/* a varint takes a byte at least: do not believe the dimensions */
	if ((size_t)t->count > bytes_of(field))
		return fail_count(t, what, bytes_of(field));
	NPU_TRY(reserve(t, (size_t)t->count * sizeof *numbers, &copy));
	numbers = copy;
	NPU_TRY(npu__onnx_ints(t->reader, field, t->name, numbers,
			       (size_t)t->count, &count));
	if (count != (size_t)t->count)
		return fail_count(t, what, count);
	out = copy; /* narrowed in place: element i is read before it is met */
	for (size_t i = 0; i < count; i++) {
		const int64_t number = numbers[i];

		if (number < types[type].min || number > types[type].max)
			return npu__onnx_fail(t->reader, NPU_E_RANGE,
					      "tensor %s: %lld does not fit "
					      "%s",
					      t->name, (long long)number,
					      types[type].name);
		memcpy(out + i * t->width, &number, t->width);
	}
	*data = copy;
	return NPU_OK;
}

static enum npu_status read_raw(const struct tensor *t, size_t size,
				const void **data)
{
	const struct npu__span raw = npu__onnx_last(&t->proto->raw_data);
	void *copy;

	if (raw.size != size)
		return npu__onnx_fail(t->reader, NPU_E_SYNTAX,
				      "tensor %s: its dimensions ask for %zu "
				      "bytes, raw_data at byte %zu has %zu",
				      t->name, size,
				      npu__onnx_offset(t->reader, raw),
				      raw.size);
	*data = raw.data;
	if (t->reader->keeps_file)
		return NPU_OK;
	copy = npu_arena_alloc(t->arena, size ? size : 1, 1, 8);
	if (!copy)
		return npu__onnx_no_memory(t->reader);
	*data = memcpy(copy, raw.data, size);
	return NPU_OK;
}

static enum npu_status read_elements(const struct tensor *t, const void **data)
{
	const onnx_TensorProto *proto = t->proto;
	size_t size = 0;

	NPU_TRY(read_size(t, &size));
	if (proto->data_location == onnx_TensorProto_DataLocation_EXTERNAL)
		return npu__onnx_external(t->reader, proto, t->name, size,
					  data);
	if (proto->raw_data.count)
		return read_raw(t, size, data);
	switch (t->layout) {
	case LAYOUT_floats:
		return read_fixed(t, &proto->float_data, "float_data", data);
	case LAYOUT_doubles:
		return read_fixed(t, &proto->double_data, "double_data", data);
	case LAYOUT_int32s:
		return read_varints(t, &proto->int32_data, "int32_data", data);
	case LAYOUT_int64s:
		return read_varints(t, &proto->int64_data, "int64_data", data);
	case LAYOUT_none:
		break;
	}
	return npu__onnx_fail(t->reader, NPU_E_INTERNAL,
			      "tensor %s: type without a layout", t->name);
}

enum npu_status npu__onnx_tensor(struct npu__onnx *reader,
				 struct npu_arena *arena,
				 const onnx_TensorProto *proto,
				 const char *name, enum npu_dtype *dtype,
				 struct npu_shape *shape, const void **data)
{
	struct tensor t = {
		.reader = reader,
		.arena = arena,
		.proto = proto,
		.name = name,
	};

	if (proto->segment.count)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "tensor %s comes in segments", name);
	*dtype = npu__onnx_dtype(proto->data_type);
	if (*dtype == NPU_none)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "tensor %s has element type %d (%s)",
				      name, proto->data_type,
				      npu__onnx_dtype_name(proto->data_type));
	t.layout = types[proto->data_type].layout;
	t.width = npu_dtype_bytes(*dtype);
	NPU_TRY(read_shape(&t, shape));
	t.count = npu_shape_count(shape);
	return read_elements(&t, data);
}
