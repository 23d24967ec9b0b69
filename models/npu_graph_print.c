/* models/npu_graph_print.c - a graph as text, one node a line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "base/npu_text.h"
#include "models/npu_graph.h"

static void print_type(const struct npu_value *value, struct npu_text *out)
{
	npu_text_add(out, "%s[", npu_dtype_name(value->dtype));
	for (unsigned d = 0; d < value->shape.rank; d++) {
		npu_text_add(out, d ? "," : "");
		if (value->shape.dim[d] >= 0)
			npu_text_add(out, "%lld",
				     (long long)value->shape.dim[d]);
		else
			npu_text_add(out, "%s",
				     value->dim_name[d] ? value->dim_name[d]
							: "?");
	}
	npu_text_add(out, "]");
	if (value->scale > 0)
		npu_text_add(out, " scale %.9g zero %d", (double)value->scale,
			     (int)value->zero);
}

static void print_pair(const char *name, const int64_t pair[2],
		       struct npu_text *out)
{
	npu_text_add(out, " %s %lldx%lld", name, (long long)pair[0],
		     (long long)pair[1]);
}

/* Where it differs from what goes without saying. */
static void print_pair_unless(const char *name, const int64_t pair[2],
			      int64_t usual, struct npu_text *out)
{
	if (pair[0] != usual || pair[1] != usual)
		print_pair(name, pair, out);
}

static void print_list(const char *name, const int64_t *list, unsigned count,
		       struct npu_text *out)
{
	npu_text_add(out, " %s ", name);
	for (unsigned i = 0; i < count; i++)
		npu_text_add(out, "%s%lld", i ? "," : "", (long long)list[i]);
}

static void print_attributes(const struct npu_node *node, struct npu_text *out)
{
	static const char *const auto_pad[] = { "", " same_upper",
						" same_lower", " valid" };
	const struct npu_attributes *a = &node->attr;

	switch (node->op) {
	case NPU_Conv:
	case NPU_MaxPool:
	case NPU_AveragePool:
		print_pair("kernel", a->kernel, out);
		print_pair("stride", a->stride, out);
		print_pair_unless("dilation", a->dilation, 1, out);
		print_pair_unless("pad_lo", a->pad_lo, 0, out);
		print_pair_unless("pad_hi", a->pad_hi, 0, out);
		if (node->op == NPU_Conv && a->groups != 1)
			npu_text_add(out, " groups %lld", (long long)a->groups);
		npu_text_add(out, "%s%s%s", auto_pad[a->auto_pad & 3],
			     a->ceil_mode ? " ceil" : "",
			     a->count_include_pad ? " count_include_pad" : "");
		break;
	case NPU_Gemm:
		npu_text_add(out, " alpha %.9g beta %.9g%s%s", (double)a->alpha,
			     (double)a->beta, a->trans_a ? " trans_a" : "",
			     a->trans_b ? " trans_b" : "");
		break;
	case NPU_LeakyRelu:
		npu_text_add(out, " alpha %.9g", (double)a->alpha);
		break;
	case NPU_HardSigmoid:
		npu_text_add(out, " alpha %.9g beta %.9g", (double)a->alpha,
			     (double)a->beta);
		break;
	case NPU_Clip:
		npu_text_add(out, " lo %.9g hi %.9g", (double)a->lo,
			     (double)a->hi);
		break;
	case NPU_BatchNormalization:
		npu_text_add(out, " epsilon %.9g", (double)a->epsilon);
		break;
	case NPU_Cast:
		npu_text_add(out, " to %s", npu_dtype_name(a->to));
		break;
	default:
		break;
	}
	if (a->has_axis)
		npu_text_add(out, " axis %lld", (long long)a->axis);
	if (a->list_count && a->list_count <= NPU_DIMS)
		print_list("list", a->list, a->list_count, out);
}

static void print_source(const char *name, const struct npu_ew_source *source,
			 struct npu_text *out)
{
	if (source->input >= 0)
		npu_text_add(out, " %s in%d", name, source->input);
	else if (source->input == -1)
		npu_text_add(out, " %s %s:0x%08x", name,
			     source->is_int ? "s32" : "fp32",
			     (unsigned)source->imm);
}

static void print_index(const char *name, int8_t index, struct npu_text *out)
{
	if (index >= 0)
		npu_text_add(out, " %s in%d", name, index);
}

static void print_lowered(const struct npu_node *node, struct npu_text *out)
{
	const struct npu_lowered *low = &node->low;

	switch (node->op) {
	case NPU_conv:
	case NPU_pool:
		print_pair("kernel", low->kernel, out);
		print_pair("stride", low->stride, out);
		print_pair_unless("dilation", low->dilation, 1, out);
		print_pair_unless("pad_lo", low->pad_lo, 0, out);
		print_pair_unless("pad_hi", low->pad_hi, 0, out);
		if (node->op == NPU_pool) {
			npu_text_add(out, " reduce %u", low->reduce);
			break;
		}
		if (low->groups != 1)
			npu_text_add(out, " groups %lld",
				     (long long)low->groups);
		print_index("bias", low->bias, out);
		print_index("residual", low->residual, out);
		print_index("multiplier", low->multiplier, out);
		break;
	case NPU_matmul:
		npu_text_add(out, "%s", low->trans_b ? " trans_b" : "");
		break;
	case NPU_ew:
		npu_text_add(out, " op0 %u op1 %u ints %u", low->op0, low->op1,
			     low->ints);
		print_source("a", &low->a, out);
		print_source("b", &low->b, out);
		print_source("c", &low->c, out);
		print_index("scale_input", low->scale_input, out);
		break;
	case NPU_reduce:
		npu_text_add(out, " reduce %u axis %u", low->reduce, low->axis);
		break;
	case NPU_concat:
		npu_text_add(out, " axis %u", low->axis);
		return;
	case NPU_move:
		npu_text_add(out, " start %lld", (long long)low->start);
		print_list("extent", low->extent, 4, out);
		print_list("step", low->step, 4, out);
		return;
	default:
		return;
	}
	npu_text_add(out, " f %u p0 0x%08x p1 0x%08x", low->post.f,
		     (unsigned)low->post.p0, (unsigned)low->post.p1);
	if (low->post.has_scale)
		npu_text_add(out, " scale %.9g", (double)low->post.scale);
}

static void print_node(const struct npu_node *node, struct npu_text *out)
{
	for (uint32_t o = 0; o < node->output_count; o++) {
		if (!node->outputs[o])
			continue;
		npu_text_add(out, o ? ", " : "");
		npu_text_add_safe(out, node->outputs[o]->name);
		npu_text_add(out, " ");
		print_type(node->outputs[o], out);
	}
	npu_text_add(out, " = %s ", npu_op_name(node->op));
	npu_text_add_safe(out, node->name);
	npu_text_add(out, "(");
	for (uint32_t i = 0; i < node->input_count; i++) {
		npu_text_add(out, i ? ", " : "");
		npu_text_add_safe(out, node->inputs[i] ? node->inputs[i]->name
						       : "-");
	}
	npu_text_add(out, ")");
	if (npu_op_info(node->op)->level == NPU_LEVEL_lowered)
		print_lowered(node, out);
	else
		print_attributes(node, out);
	npu_text_add(out, "\n");
}

void npu_graph_print(const struct npu_graph *graph, struct npu_text *out)
{
	static const char *const fill[] = { "", " seeded", " absent" };

	npu_text_add(out, "graph ");
	npu_text_add_safe(out, graph->name);
	npu_text_add(out, "\n");
	for (uint32_t i = 0; i < graph->value_count; i++) {
		const struct npu_value *value = graph->values[i];

		if (!value->is_input && !value->constant)
			continue;
		npu_text_add(out, value->is_input ? "input " : "const ");
		npu_text_add_safe(out, value->name);
		npu_text_add(out, " ");
		print_type(value, out);
		npu_text_add(out, "%s\n",
			     value->constant ? fill[value->constant->fill]
					     : "");
	}
	for (uint32_t i = 0; i < graph->node_count; i++)
		print_node(graph->nodes[i], out);
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (!graph->values[i]->is_output)
			continue;
		npu_text_add(out, "output ");
		npu_text_add_safe(out, graph->values[i]->name);
		npu_text_add(out, "\n");
	}
}
