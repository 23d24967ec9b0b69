/* models/onnx/npu_onnx_wire.c - messages by nanopb; text and numbers of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onnx/npu_onnx_internal.h"
#include <pb_common.h>
#include <pb_decode.h>
#include <string.h>

enum npu_status npu__onnx_no_memory(struct npu__onnx *reader)
{
	return npu__onnx_fail(reader, NPU_E_NOMEM, "reading the model");
}

static int lies_in_file(const struct npu__onnx *reader, struct npu__span span)
{
	return span.data >= reader->base &&
	       span.data <= reader->base + reader->size &&
	       span.size <= (size_t)(reader->base + reader->size - span.data);
}

size_t npu__onnx_offset(const struct npu__onnx *reader, struct npu__span at)
{
	return lies_in_file(reader, at) ? (size_t)(at.data - reader->base) : 0;
}

/* Reasons that are told apart by their address. */
static const char no_memory[] = "out of memory";
static const char too_much[] = "more fields than any network has";

/* nanopb drops the message of a stream that it made for one number. */
static bool fail_field(const struct npu__field *list, const char *why)
{
	list->reader->field_error = why;
	return false;
}

static bool append(struct npu__field *list, struct npu__span span)
{
	if (list->count == list->capacity) {
		uint32_t more = list->capacity ? 2 * list->capacity : 4;
		const size_t used = npu_arena_bytes(list->reader->scratch);

		if (used + more * sizeof(*list->items) > NPU__SCRATCH_LIMIT)
			return fail_field(list, too_much);
		struct npu__span *items =
			npu_new(list->reader->scratch, struct npu__span, more);

		if (!items)
			return fail_field(list, no_memory);
		if (list->count)
			memcpy(items, list->items,
			       list->count * sizeof(*items));
		list->items = items;
		list->capacity = more;
	}
	list->items[list->count++] = span;
	return true;
}

/* Of a buffer stream, `state` is the address of the next byte (pb_decode.h).
 * Unpacked numbers come in a buffer of nanopb's own, so they are copied. */
bool npu__onnx_field(pb_istream_t *istream, pb_ostream_t *ostream,
		     const pb_field_iter_t *field)
{
	struct npu__field *list = field->pData;
	struct npu__span span = { istream->state, istream->bytes_left };
	const pb_type_t type = PB_LTYPE(field->type);

	(void)ostream;
	if (!lies_in_file(list->reader, span)) {
		uint8_t *copy;

		if (type == PB_LTYPE_BYTES || type == PB_LTYPE_STRING ||
		    type == PB_LTYPE_SUBMESSAGE)
			return fail_field(list, "wrong wire type");
		copy = npu_new(list->reader->scratch, uint8_t, span.size);
		if (!copy)
			return fail_field(list, no_memory);
		span.data = memcpy(copy, span.data, span.size);
	}
	if (!append(list, span))
		return false;
	return pb_read(istream, NULL, istream->bytes_left);
}

/* Our fields need to know their reader; nanopb leaves callbacks as they are. */
static void set_reader(struct npu__onnx *reader, const pb_msgdesc_t *desc,
		       void *message)
{
	pb_field_iter_t field;

	if (!pb_field_iter_begin(&field, desc, message))
		return;
	do {
		if (PB_ATYPE(field.type) == PB_ATYPE_CALLBACK)
			*(struct npu__field *)field.pData =
				(struct npu__field){ .reader = reader };
	} while (pb_field_iter_next(&field));
}

enum npu_status npu__onnx_message(struct npu__onnx *reader,
				  const pb_msgdesc_t *desc,
				  struct npu__span bytes, void *message)
{
	pb_istream_t stream = pb_istream_from_buffer(bytes.data, bytes.size);
	const char *why;
	struct npu__span at;

	set_reader(reader, desc, message);
	reader->field_error = NULL;
	if (pb_decode(&stream, desc, message))
		return NPU_OK;
	why = reader->field_error ? reader->field_error : PB_GET_ERROR(&stream);
	if (why == no_memory)
		return npu__onnx_no_memory(reader);
	at = (struct npu__span){ stream.state, stream.bytes_left };
	return npu__onnx_fail(reader,
			      why == too_much ? NPU_E_LIMIT : NPU_E_SYNTAX,
			      "not well-formed ONNX near byte %zu: %s",
			      npu__onnx_offset(reader, at), why);
}

struct npu__span npu__onnx_last(const struct npu__field *field)
{
	if (!field->count)
		return (struct npu__span){ 0 };
	return field->items[field->count - 1];
}

int npu__onnx_is(struct npu__span span, const char *text)
{
	return span.size == strlen(text) &&
	       (!span.size || !memcmp(span.data, text, span.size));
}

/* Bytes of the UTF-8 sequence at `p`, 0 where there is none or it is NUL, which
 * ends our texts. source: RFC 3629, section 4. */
static size_t utf8_length(const uint8_t *p, size_t left)
{
	static const uint32_t lowest[] = { 0, 0x01, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80   ? 1
		   : p[0] < 0xc0 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf8 ? 4
				 : 0;
	uint32_t code;

	if (!n || n > left)
		return 0;
	code = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < lowest[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return n;
}

enum npu_status npu__onnx_text(struct npu__onnx *reader, struct npu__span span,
			       const char **out)
{
	char *text;

	if (span.size > NPU__NAME_LIMIT)
		return npu__onnx_fail(reader, NPU_E_LIMIT,
				      "name of %zu bytes at byte %zu; the "
				      "limit is %d",
				      span.size, npu__onnx_offset(reader, span),
				      NPU__NAME_LIMIT);
	for (size_t i = 0, n; i < span.size; i += n) {
		n = utf8_length(span.data + i, span.size - i);
		if (!n)
			return npu__onnx_fail(
				reader, NPU_E_SYNTAX,
				"name at byte %zu is not UTF-8 text: "
				"byte 0x%02x",
				npu__onnx_offset(reader, span) + i,
				span.data[i]);
	}
	text = npu_new(reader->scratch, char, span.size + 1);
	if (!text)
		return npu__onnx_no_memory(reader);
	if (span.size)
		memcpy(text, span.data, span.size);
	*out = text;
	return NPU_OK;
}

static enum npu_status fail_count(struct npu__onnx *reader, const char *what,
				  size_t limit)
{
	return npu__onnx_fail(reader, NPU_E_LIMIT, "%s: more than %zu numbers",
			      what, limit);
}

enum npu_status npu__onnx_ints(struct npu__onnx *reader,
			       const struct npu__field *field, const char *what,
			       int64_t *out, size_t limit, size_t *count)
{
	size_t n = 0;

	for (uint32_t i = 0; i < field->count; i++) {
		const struct npu__span span = field->items[i];
		pb_istream_t stream =
			pb_istream_from_buffer(span.data, span.size);

		while (stream.bytes_left) {
			uint64_t number;

			if (!pb_decode_varint(&stream, &number))
				return npu__onnx_fail(
					reader, NPU_E_SYNTAX,
					"%s: not a number near byte %zu", what,
					npu__onnx_offset(reader, span));
			if (n == limit)
				return fail_count(reader, what, limit);
			out[n++] = (int64_t)number;
		}
	}
	*count = n;
	return NPU_OK;
}

enum npu_status npu__onnx_fixed(struct npu__onnx *reader,
				const struct npu__field *field,
				const char *what, size_t width, void *out,
				size_t limit, size_t *count)
{
	size_t n = 0;

	for (uint32_t i = 0; i < field->count; i++) {
		const struct npu__span span = field->items[i];

		if (span.size % width)
			return npu__onnx_fail(reader, NPU_E_SYNTAX,
					      "%s: %zu bytes are no multiple "
					      "of %zu near byte %zu",
					      what, span.size, width,
					      npu__onnx_offset(reader, span));
		if (span.size / width > limit - n)
			return fail_count(reader, what, limit);
		if (span.size)
			memcpy((uint8_t *)out + n * width, span.data,
			       span.size);
		n += span.size / width;
	}
	*count = n;
	return NPU_OK;
}
