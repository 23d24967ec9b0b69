/* models/npu_array_npy.c - NumPy's .npy files, read and written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_model.h"
#include "base/npu_file.h"
#include "base/npu_text.h"
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "arrays are read and written as they lie in memory: little-endian"
#endif

/* source: numpy.lib.format, "Format Version 1.0" to "3.0" */
static const char magic[] = "\x93NUMPY";

/* The first row of a type is the one it is written as. */
static const struct {
	enum npu_dtype dtype;
	const char *descr;
} descriptions[] = {
	{ NPU_fp32, "<f4" }, { NPU_u8, "|u1" },      { NPU_s8, "|i1" },
	{ NPU_s32, "<i4" },  { NPU_s64, "<i8" },     { NPU_f64, "<f8" },
	{ NPU_fp16, "<f2" }, { NPU_boolean, "|b1" }, { NPU_u8, "<u1" },
	{ NPU_s8, "<i1" },
};
enum { DESCRIPTIONS = sizeof(descriptions) / sizeof(descriptions[0]) };

/* ---- reading ---- */

/* The header: a Python dictionary of three known keys. */
struct header {
	const char *at, *end;
	struct npu_loc loc;
	enum npu_dtype dtype;
	struct npu_shape shape;
	uint8_t seen; /* bits: descr, fortran_order, shape */
};

static enum npu_status bad_header(const struct header *h, const char *what,
				  struct npu_error *err)
{
	return npu_fail_at(err, NPU_E_SYNTAX, h->loc, ".npy header: %s", what);
}

static void skip_blanks(struct header *h)
{
	while (h->at < h->end &&
	       (*h->at == ' ' || *h->at == '\n' || *h->at == '\t'))
		h->at++;
}

/* Take `c` where it comes next. */
static int accept(struct header *h, char c)
{
	skip_blanks(h);
	if (h->at == h->end || *h->at != c)
		return 0;
	h->at++;
	return 1;
}

static int accept_word(struct header *h, const char *word)
{
	const size_t n = strlen(word);

	skip_blanks(h);
	if ((size_t)(h->end - h->at) < n || memcmp(h->at, word, n) != 0)
		return 0;
	h->at += n;
	return 1;
}

/* 'text' or "text", of fewer than `size` bytes. */
static int take_string(struct header *h, char *out, size_t size)
{
	size_t n = 0;

	skip_blanks(h);
	if (h->at == h->end || (*h->at != '\'' && *h->at != '"'))
		return 0;
	const char quote = *h->at++;

	while (h->at < h->end && *h->at != quote && n + 1 < size)
		out[n++] = *h->at++;
	out[n] = '\0';
	return accept(h, quote);
}

static enum npu_status take_descr(struct header *h, struct npu_error *err)
{
	char descr[32];

	if (!take_string(h, descr, sizeof(descr)))
		return npu_fail_at(err, NPU_E_UNSUPPORTED, h->loc,
				   ".npy: descr is not the name of a plain "
				   "element type");
	for (unsigned i = 0; i < DESCRIPTIONS; i++) {
		if (!strcmp(descr, descriptions[i].descr)) {
			h->dtype = descriptions[i].dtype;
			return NPU_OK;
		}
	}
	return npu_fail_at(err, NPU_E_UNSUPPORTED, h->loc,
			   ".npy: element type '%s'%s; expected one of '<f4' "
			   "'<f2' '<f8' '|u1' '|i1' '<i4' '<i8' '|b1'",
			   descr, descr[0] == '>' ? " is big-endian" : "");
}

static enum npu_status take_order(struct header *h, struct npu_error *err)
{
	if (accept_word(h, "False"))
		return NPU_OK;
	if (accept_word(h, "True"))
		return npu_fail_at(err, NPU_E_UNSUPPORTED, h->loc,
				   ".npy: Fortran order; save it with "
				   "numpy.ascontiguousarray");
	return bad_header(h, "fortran_order is neither True nor False", err);
}

static enum npu_status take_shape(struct header *h, struct npu_error *err)
{
	h->shape.rank = 0;
	if (!accept(h, '('))
		return bad_header(h, "shape is not a tuple", err);
	while (!accept(h, ')')) {
		int64_t dim = 0;
		const char *start;

		if (h->shape.rank && !accept(h, ','))
			return bad_header(h, "shape is not a tuple", err);
		if (accept(h, ')'))
			break;
		if (h->shape.rank == NPU_DIMS)
			return npu_fail_at(err, NPU_E_LIMIT, h->loc,
					   ".npy: more than %d dimensions",
					   NPU_DIMS);
		skip_blanks(h);
		for (start = h->at;
		     h->at < h->end && *h->at >= '0' && *h->at <= '9';
		     h->at++) {
			dim = dim * 10 + (*h->at - '0');
			if (dim > NPU_ELEMENTS_MAX)
				return npu_fail_at(err, NPU_E_LIMIT, h->loc,
						   ".npy: a dimension above "
						   "%lld",
						   (long long)NPU_ELEMENTS_MAX);
		}
		if (h->at == start)
			return bad_header(h, "a dimension is not a number",
					  err);
		h->shape.dim[h->shape.rank++] = dim;
	}
	return NPU_OK;
}

static enum npu_status take_header(struct header *h, struct npu_error *err)
{
	static const char *const keys[] = { "descr", "fortran_order", "shape" };
	static enum npu_status (*const take[])(
		struct header *, struct npu_error *) = { take_descr, take_order,
							 take_shape };

	if (!accept(h, '{'))
		return bad_header(h, "not a dictionary", err);
	while (!accept(h, '}')) {
		char key[32];
		unsigned k = 0;

		if (!take_string(h, key, sizeof(key)) || !accept(h, ':'))
			return bad_header(h, "expected 'key': value", err);
		while (k < 3 && strcmp(key, keys[k]) != 0)
			k++;
		if (k == 3 || h->seen >> k & 1)
			return bad_header(h,
					  "a key other than descr, "
					  "fortran_order and shape, once each",
					  err);
		h->seen |= (uint8_t)(1u << k);
		NPU_TRY(take[k](h, err));
		if (!accept(h, ',')) {
			if (!accept(h, '}'))
				return bad_header(h, "expected , or }", err);
			break;
		}
	}
	skip_blanks(h);
	if (h->at != h->end)
		return bad_header(h, "text after the dictionary", err);
	if (h->seen != 7)
		return bad_header(h, "descr, fortran_order or shape is missing",
				  err);
	return NPU_OK;
}

enum npu_status npu_array_decode_npy(const uint8_t *bytes, size_t size,
				     const char *name, struct npu_array *out,
				     struct npu_error *err)
{
	struct header h = { .loc = { .path = name } };
	size_t start, length;

	if (size < 12 || memcmp(bytes, magic, 6) != 0)
		return npu_fail_at(err, NPU_E_SYNTAX, h.loc,
				   "not a NumPy array: no \\x93NUMPY at its "
				   "start");
	if (bytes[6] < 1 || bytes[6] > 3)
		return npu_fail_at(err, NPU_E_UNSUPPORTED, h.loc,
				   ".npy of version %u; 1 to 3 are read",
				   bytes[6]);
	length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
	start = 10;
	if (bytes[6] > 1) {
		length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
		start = 12;
	}
	if (length > size - start)
		return bad_header(&h, "is longer than the file", err);
	h.at = (const char *)bytes + start;
	h.end = h.at + length;
	NPU_TRY(take_header(&h, err));
	const int64_t count = npu_shape_count(&h.shape);
	const size_t element = npu_dtype_bytes(h.dtype);
	const size_t have = size - start - length;

	if (count > NPU_ELEMENTS_MAX)
		return npu_fail_at(err, NPU_E_LIMIT, h.loc,
				   ".npy: more than %lld elements",
				   (long long)NPU_ELEMENTS_MAX);
	if (have != (uint64_t)count * element)
		return npu_fail_at(err, NPU_E_SYNTAX, h.loc,
				   ".npy: expected %lld elements of %zu bytes "
				   "after the header, got %zu bytes",
				   (long long)count, element, have);
	NPU_TRY(npu_array_create(h.dtype, &h.shape, out, err));
	if (have)
		memcpy(out->data, bytes + start + length, have);
	return NPU_OK;
}

enum npu_status npu_array_load_npy(const char *path, struct npu_array *out,
				   struct npu_error *err)
{
	struct npu_arena *arena = npu_arena_create();
	enum npu_status status;
	size_t size;
	char *data;

	if (!arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %s", path);
	status = npu_file_read(arena, path, 0, &data, &size, err);
	if (!status)
		status = npu_array_decode_npy((const uint8_t *)data, size, path,
					      out, err);
	npu_arena_destroy(arena);
	return status;
}

/* ---- writing ---- */

static void add_header(struct npu_text *text, const char *descr,
		       const struct npu_shape *shape)
{
	struct npu_text head = { 0 };

	npu_text_add(&head,
		     "{'descr': '%s', 'fortran_order': False, "
		     "'shape': (",
		     descr);
	for (unsigned d = 0; d < shape->rank; d++)
		npu_text_add(&head, d ? ", %lld" : "%lld",
			     (long long)shape->dim[d]);
	npu_text_add(&head, shape->rank == 1 ? ",), }" : "), }");
	/* Data starts at a multiple of 64; the header ends in a newline. */
	while ((10 + head.length + 1) % 64 && !head.failed)
		npu_text_add(&head, " ");
	npu_text_add(&head, "\n");
	const char lead[] = { '\x93',
			      'N',
			      'U',
			      'M',
			      'P',
			      'Y',
			      1,
			      0,
			      (char)(head.length & 0xff),
			      (char)(head.length >> 8) };

	npu_text_add_bytes(text, lead, sizeof(lead));
	if (!head.failed)
		npu_text_add_bytes(text, head.data, head.length);
	text->failed |= head.failed;
	npu_text_clear(&head);
}

enum npu_status npu_array_save(const struct npu_array *array, const char *path,
			       struct npu_error *err)
{
	const size_t count = (size_t)npu_shape_count(&array->shape);
	const enum npu_dtype as =
		array->dtype == NPU_bf16 ? NPU_fp32 : array->dtype;
	struct npu_text text = { 0 };
	enum npu_status status;
	unsigned row = 0;

	while (row < DESCRIPTIONS && descriptions[row].dtype != as)
		row++;
	if (row == DESCRIPTIONS)
		return npu_fail(err, NPU_E_INTERNAL, "%s: no .npy type for %s",
				path, npu_dtype_name(array->dtype));
	add_header(&text, descriptions[row].descr, &array->shape);
	if (array->dtype == NPU_bf16) {
		const uint16_t *from = array->data;

		for (size_t i = 0; i < count; i++) {
			float value = npu_fp32_from_bf16(from[i]);

			npu_text_add_bytes(&text, (const char *)&value,
					   sizeof(value));
		}
	} else {
		npu_text_add_bytes(&text, array->data,
				   count * npu_dtype_bytes(array->dtype));
	}
	status = text.failed
			 ? npu_fail(err, NPU_E_NOMEM, "writing %s", path)
			 : npu_file_write(path, text.data, text.length, err);
	npu_text_clear(&text);
	return status;
}
