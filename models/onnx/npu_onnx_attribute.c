/* models/onnx/npu_onnx_attribute.c - attributes of a node, by the table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/onnx/npu_onnx_internal.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum meaning {
	TO_alpha,
	TO_beta,
	TO_epsilon,
	TO_lo,
	TO_hi,
	TO_auto_pad,
	TO_kernel,
	TO_stride,
	TO_dilation,
	TO_pads,
	TO_groups,
	TO_axis,
	TO_trans_a,
	TO_trans_b,
	TO_ceil_mode,
	TO_count_include_pad,
	TO_allowzero,
	TO_to,
	TO_first,
	TO_last,
	TO_list,
	TO_starts,
	TO_ends,
	TO_fill,
	TO_zero,
	TO_one,
	TO_ignored,
};

struct row {
	enum npu_op op;
	const char *name;
	onnx_AttributeProto_AttributeType type;
	enum meaning meaning;
};

static const struct row rows[] = {
#define NPU_ONNX_ATTRIBUTE(op_, name_, type_, meaning_)                 \
	{ NPU_##op_, #name_, onnx_AttributeProto_AttributeType_##type_, \
	  TO_##meaning_ },
#include "models/onnx/npu_onnx_attribute.def"
};

void npu__onnx_refuse(struct npu__onnx *reader, struct npu__onnx_node *node,
		      const char *fmt, ...)
{
	enum { LISTED_BYTES = 480 }; /* of npu_error's message */
	char why[160];
	va_list ap;

	if (node->refused)
		return; /* the first reason is enough */
	node->refused = 1;
	reader->refused++;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	if (reader->refusals.length > LISTED_BYTES)
		return; /* counted; the message has room for no more */
	reader->listed++;
	npu_text_add(&reader->refusals, "%s%.80s (%s%s%.80s): %s",
		     reader->listed > 1 ? "; " : "", node->name, node->domain,
		     *node->domain ? "." : "", node->type, why);
}

/* One attribute while it is read. */
struct attribute {
	struct npu__onnx *reader;
	struct npu__onnx_node *node;
	onnx_AttributeProto proto;
	const char *name;
	enum meaning meaning;
};

static enum npu_status fail_range(const struct attribute *a, int64_t got,
				  int64_t min, int64_t max)
{
	return npu__onnx_fail(a->reader, NPU_E_RANGE,
			      "node %s (%s): attribute %s is %lld; expected "
			      "%lld..%lld",
			      a->node->name, a->node->type, a->name,
			      (long long)got, (long long)min, (long long)max);
}

static enum npu_status read_ints(const struct attribute *a, int64_t *out,
				 uint8_t *count)
{
	size_t n = 0;
	char what[256];

	snprintf(what, sizeof what, "attribute %.80s of node %.120s", a->name,
		 a->node->name);
	NPU_TRY(npu__onnx_ints(a->reader, &a->proto.ints, what, out, NPU_DIMS,
			       &n));
	*count = (uint8_t)n;
	return NPU_OK;
}

/* A list over the spatial dimensions: x, or y and x; `sides` 2 for pads, whose
 * ends follow all their beginnings. */
static enum npu_status read_spatial(const struct attribute *a, int64_t least,
				    int64_t *lo, int64_t *hi, unsigned sides)
{
	enum { LARGEST = 1 << 20 };
	int64_t list[NPU_DIMS] = { 0 };
	uint8_t count;
	unsigned n;

	NPU_TRY(read_ints(a, list, &count));
	n = count / sides;
	if (count % sides || n < 1 || n > 2) {
		npu__onnx_refuse(a->reader, a->node,
				 "%s has %u numbers; only 1-D and 2-D "
				 "operators are supported",
				 a->name, count);
		return NPU_OK;
	}
	for (unsigned i = 0; i < count; i++) {
		if (list[i] < least || list[i] > LARGEST)
			return fail_range(a, list[i], least, LARGEST);
	}
	for (unsigned i = 0; i < n; i++) {
		lo[2 - n + i] = list[i];
		if (hi)
			hi[2 - n + i] = list[n + i];
	}
	if (n == 1) {
		lo[0] = least;
		if (hi)
			hi[0] = least;
	}
	return NPU_OK;
}

static enum npu_status read_auto_pad(const struct attribute *a)
{
	static const char *const names[] = {
		[NPU_PAD_explicit] = "NOTSET",
		[NPU_PAD_same_upper] = "SAME_UPPER",
		[NPU_PAD_same_lower] = "SAME_LOWER",
		[NPU_PAD_valid] = "VALID",
	};
	const struct npu__span text = npu__onnx_last(&a->proto.s);

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (!npu__onnx_is(text, names[i]))
			continue;
		a->node->attr.auto_pad = i;
		return NPU_OK;
	}
	return npu__onnx_fail(a->reader, NPU_E_SYNTAX,
			      "node %s (%s): auto_pad is none of NOTSET, "
			      "SAME_UPPER, SAME_LOWER, VALID",
			      a->node->name, a->node->type);
}

static enum npu_status read_flag(const struct attribute *a, uint8_t *out)
{
	*out = a->proto.i != 0;
	return NPU_OK;
}

static enum npu_status read_int(const struct attribute *a, int64_t min,
				int64_t max, int64_t *out)
{
	if (a->proto.i < min || a->proto.i > max)
		return fail_range(a, a->proto.i, min, max);
	*out = a->proto.i;
	return NPU_OK;
}

static enum npu_status read_type(const struct attribute *a)
{
	const int64_t type = a->proto.i;

	if (type > 0 && type <= INT32_MAX)
		a->node->attr.to = npu__onnx_dtype((int32_t)type);
	if (a->node->attr.to == NPU_none)
		npu__onnx_refuse(a->reader, a->node,
				 "element type %lld is not supported",
				 (long long)type);
	return NPU_OK;
}

static enum npu_status store_float(const struct attribute *a)
{
	struct npu_attributes *attr = &a->node->attr;
	float *const to = a->meaning == TO_alpha     ? &attr->alpha
			  : a->meaning == TO_beta    ? &attr->beta
			  : a->meaning == TO_epsilon ? &attr->epsilon
			  : a->meaning == TO_lo      ? &attr->lo
			  : a->meaning == TO_hi      ? &attr->hi
						     : NULL;

	if (to)
		*to = a->proto.f;
	return NPU_OK;
}

static enum npu_status store_int(const struct attribute *a)
{
	struct npu__onnx_node *node = a->node;
	struct npu_attributes *attr = &node->attr;

	switch (a->meaning) {
	case TO_groups:
		return read_int(a, 1, INT32_MAX, &attr->groups);
	case TO_axis:
		attr->has_axis = 1;
		return read_int(a, -NPU_DIMS, NPU_DIMS, &attr->axis);
	case TO_trans_a:
		return read_flag(a, &attr->trans_a);
	case TO_trans_b:
		return read_flag(a, &attr->trans_b);
	case TO_ceil_mode:
		return read_flag(a, &attr->ceil_mode);
	case TO_count_include_pad:
		return read_flag(a, &attr->count_include_pad);
	case TO_allowzero:
		return read_flag(a, &node->allowzero);
	case TO_to:
		return read_type(a);
	case TO_first:
		node->has_range = 1;
		return read_int(a, INT64_MIN, INT64_MAX, &node->first);
	case TO_last:
		node->has_range = 1;
		return read_int(a, INT64_MIN, INT64_MAX, &node->last);
	case TO_zero:
	case TO_one:
		if (a->proto.i != (a->meaning == TO_one))
			npu__onnx_refuse(a->reader, node,
					 "%s %lld is not supported", a->name,
					 (long long)a->proto.i);
		return NPU_OK;
	default: /* ignored */
		return NPU_OK;
	}
}

static enum npu_status store_ints(const struct attribute *a)
{
	struct npu__onnx_node *node = a->node;
	struct npu_attributes *attr = &node->attr;

	switch (a->meaning) {
	case TO_kernel:
		return read_spatial(a, 1, attr->kernel, NULL, 1);
	case TO_stride:
		return read_spatial(a, 1, attr->stride, NULL, 1);
	case TO_dilation:
		return read_spatial(a, 1, attr->dilation, NULL, 1);
	case TO_pads:
		return read_spatial(a, 0, attr->pad_lo, attr->pad_hi, 2);
	case TO_starts:
		return read_ints(a, node->starts, &node->start_count);
	case TO_ends:
		return read_ints(a, node->ends, &node->end_count);
	default:
		return read_ints(a, attr->list, &attr->list_count);
	}
}

static enum npu_status store(const struct attribute *a,
			     onnx_AttributeProto_AttributeType type)
{
	switch (type) {
	case onnx_AttributeProto_AttributeType_FLOAT:
		return store_float(a);
	case onnx_AttributeProto_AttributeType_INT:
		return store_int(a);
	case onnx_AttributeProto_AttributeType_INTS:
		return store_ints(a);
	case onnx_AttributeProto_AttributeType_STRING:
		return read_auto_pad(a);
	default:
		return npu__onnx_fill(a->reader, a->node,
				      npu__onnx_last(&a->proto.t));
	}
}

static const struct row *find_row(enum npu_op op, const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].op == op && !strcmp(rows[i].name, name))
			return &rows[i];
	}
	return NULL;
}

/* What ONNX says of an attribute that is left out. */
static void set_defaults(struct npu__onnx_node *node, int64_t opset)
{
	struct npu_attributes *attr = &node->attr;

	attr->groups = 1;
	for (int i = 0; i < 2; i++)
		attr->stride[i] = attr->dilation[i] = 1;
	attr->lo = -INFINITY;
	attr->hi = INFINITY;
	attr->epsilon = 1e-5f;
	attr->alpha = node->op == NPU_HardSigmoid ? 0.2f
		      : node->op == NPU_LeakyRelu ? 0.01f
		      : node->op == NPU_Gemm      ? 1.0f
						  : 0.0f;
	attr->beta = node->op == NPU_HardSigmoid ? 0.5f
		     : node->op == NPU_Gemm      ? 1.0f
						 : 0.0f;
	if (node->op == NPU_ConstantOfShape)
		attr->to = NPU_fp32;
	if (node->op == NPU_Flatten)
		attr->axis = 1;
	if (node->op == NPU_Softmax)
		attr->axis = opset < 13 ? 1 : -1;
	node->last = INT64_MAX;
}

enum npu_status npu__onnx_attributes(struct npu__onnx *reader,
				     struct npu__onnx_node *node)
{
	set_defaults(node, reader->opset);
	for (uint32_t i = 0; i < node->proto.attribute.count; i++) {
		struct attribute a = { .reader = reader, .node = node };
		const struct row *row;

		NPU_TRY(npu__onnx_message(reader, onnx_AttributeProto_fields,
					  node->proto.attribute.items[i],
					  &a.proto));
		NPU_TRY(npu__onnx_text(reader, npu__onnx_last(&a.proto.name),
				       &a.name));
		row = find_row(node->op, a.name);
		if (!row) {
			npu__onnx_refuse(reader, node,
					 "attribute %.64s is not supported",
					 a.name);
			continue;
		}
		/* files of IR version 1 have no type */
		if (a.proto.has_type && a.proto.type != row->type)
			return npu__onnx_fail(
				reader, NPU_E_SYNTAX,
				"node %s (%s): attribute %s is of type %d, "
				"expected %d",
				node->name, node->type, a.name,
				(int)a.proto.type, (int)row->type);
		a.meaning = row->meaning;
		NPU_TRY(store(&a, row->type));
	}
	return NPU_OK;
}
