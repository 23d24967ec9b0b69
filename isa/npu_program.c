/* isa/npu_program.c - the program in memory: life, layout and its rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_program_internal.h"
#include <math.h>
#include <string.h>

struct npu_program *npu_program_create(void)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_program *program;

	if (!arena)
		return NULL;
	program = npu_new(arena, struct npu_program, 1);
	if (!program) {
		npu_arena_destroy(arena);
		return NULL;
	}
	program->arena = arena;
	program->network = "";
	program->core_count = 1;
	return program;
}

void npu_program_destroy(struct npu_program *program)
{
	if (program)
		npu_arena_destroy(program->arena);
}

const struct npu_tensor_desc *
npu_program_find_tensor(const struct npu_program *program, const char *name)
{
	for (size_t i = 0; i < program->tensor_count; i++)
		if (!strcmp(program->tensor[i].name, name))
			return &program->tensor[i];
	return NULL;
}

uint64_t npu_program_layout(const struct npu_program *program,
			    uint64_t base[NPU_REGIONS])
{
	uint64_t at = 0;

	for (int r = 0; r < NPU_REGIONS; r++) {
		base[r] = at;
		if (program->region[r].kind == NPU_REGION_cores)
			base[r] = NPU_CORES_BASE;
		else if (program->region[r].kind != NPU_REGION_unused)
			at = (at + program->region[r].bytes + 4095) &
			     ~(uint64_t)4095;
	}
	return at;
}

const char *npu_region_kind_name(unsigned kind)
{
	static const char *const names[] = {
		[NPU_REGION_unused] = "unused",
		[NPU_REGION_code] = "code",
		[NPU_REGION_constants] = "constants",
		[NPU_REGION_input] = "input",
		[NPU_REGION_output] = "output",
		[NPU_REGION_scratch] = "scratch",
		[NPU_REGION_cores] = "cores",
	};

	return kind < sizeof names / sizeof names[0] ? names[kind] : NULL;
}

const char *npu__token_fault(const struct npu_program *program,
			     const struct npu_token *token)
{
	if (token->producer_core >= program->core_count)
		return "the producer's core is beyond the last";
	if (token->consumer_core >= program->core_count)
		return "the consumer's core is beyond the last";
	if ((unsigned)token->producer >= NPU_ENGINE_COUNT ||
	    (unsigned)token->consumer >= NPU_ENGINE_COUNT)
		return "no such engine";
	if (token->initial > token->capacity)
		return "the initial count is above the capacity";
	return NULL;
}

const char *npu__port_fault(const struct npu_program *program,
			    const struct npu_core_program *core, unsigned k)
{
	const struct npu_port *port = &core->port[k];

	if (port->core >= program->core_count)
		return "the core is beyond the last";
	if (port->counter >= NPU_TOKENS)
		return "the counter is beyond 15";
	for (unsigned j = 0; j < NPU_TOKENS; j++)
		if (j != k && core->port[j].used &&
		    core->port[j].core == port->core &&
		    core->port[j].counter == port->counter)
			return "another port leads to the same counter";
	return NULL;
}

const char *npu__region_fault(const struct npu_region *region)
{
	if (!npu_region_kind_name(region->kind))
		return "no such kind of region";
	if (region->bytes > NPU__REGION_BYTES_MAX)
		return "a region is at most 2^39 bytes";
	if (region->bytes && (region->kind == NPU_REGION_unused ||
			      region->kind == NPU_REGION_cores))
		return "this kind of region has no bytes";
	if (region->data && region->kind != NPU_REGION_constants)
		return "only constants have content";
	return NULL;
}

/* Where the bytes end that a tensor may take: those of its region, or the
 * scratchpad of the core in whose window it starts. */
static uint64_t tensor_limit(const struct npu_program *program,
			     const struct npu_tensor_desc *tensor)
{
	const struct npu_region *region = &program->region[tensor->region];
	uint64_t core = tensor->offset_bytes >> NPU_CORE_SHIFT;

	if (region->kind != NPU_REGION_cores)
		return region->bytes;
	return core < program->core_count
		       ? (core << NPU_CORE_SHIFT) + NPU_CORE_LUT
		       : 0;
}

const char *npu__tensor_fault(const struct npu_program *program,
			      const struct npu_tensor_desc *tensor)
{
	uint64_t end = npu_dtype_bytes(tensor->dtype), limit;

	if (!end)
		return "no such element type";
	if (tensor->rank > NPU_RANK_MAX)
		return "more than 6 dimensions";
	if (tensor->region >= NPU_REGIONS)
		return "no such region";
	if (tensor->layer != UINT32_MAX &&
	    tensor->layer >= program->layer_count)
		return "no such layer";
	if (!isfinite(tensor->scale))
		return "the scale is not finite";
	limit = tensor_limit(program, tensor);
	if (tensor->offset_bytes > limit)
		return "the offset is beyond its region";
	end += tensor->offset_bytes;
	for (int d = 0; d < tensor->rank; d++) {
		uint64_t n = tensor->dim[d], s = tensor->stride_bytes[d];

		if (!n)
			return "a dimension is 0";
		if (s && (n - 1) > limit / s)
			return "the last element is beyond its region";
		end += (n - 1) * s;
	}
	return end > limit ? "the last element is beyond its region" : NULL;
}

const char *npu__code_fault(const struct npu_core_program *core)
{
	if (!core->count || core->code[core->count - 1].op != NPU_OP_end)
		return "the last instruction is not `end`";
	for (size_t i = 0; i + 1 < core->count; i++)
		if (core->code[i].op == NPU_OP_end)
			return "`end` before the last instruction";
	return NULL;
}

const char *npu__layout_fault(const struct npu_program *program)
{
	uint64_t code = 0, all = 0;

	for (uint32_t c = 0; c < program->core_count; c++)
		code += program->core[c].count * (uint64_t)NPU_INSN_BYTES;
	for (int r = 0; r < NPU_REGIONS; r++) {
		const struct npu_region *region = &program->region[r];

		all += region->bytes;
		if (region->kind == NPU_REGION_code && region->bytes < code)
			return "the code is larger than its region";
	}
	return all > NPU__REGION_BYTES_MAX - 8 * 4096
		       ? "the regions exceed 2^39 bytes"
		       : NULL;
}

enum npu_status npu_program_check(const struct npu_program *program,
				  struct npu_error *err)
{
	const char *fault;

	if (program->core_count < 1 || program->core_count > NPU_CORES_MAX)
		return npu_fail(err, NPU_E_RANGE, "%u cores; 1..%d are allowed",
				(unsigned)program->core_count, NPU_CORES_MAX);
	for (int r = 0; r < NPU_REGIONS; r++)
		if ((fault = npu__region_fault(&program->region[r])))
			return npu_fail(err, NPU_E_RANGE, "region %d: %s", r,
					fault);
	for (uint32_t c = 0; c < program->core_count; c++) {
		const struct npu_core_program *core = &program->core[c];

		for (int k = 0; k < NPU_TOKENS; k++) {
			const char *what = "token";

			fault = core->token[k].used
					? npu__token_fault(program,
							   &core->token[k])
					: NULL;
			if (!fault && core->port[k].used) {
				what = "port";
				fault = npu__port_fault(program, core,
							(unsigned)k);
			}
			if (fault)
				return npu_fail(err, NPU_E_RANGE,
						"core %u: %s %d: %s",
						(unsigned)c, what, k, fault);
		}
		if ((fault = npu__code_fault(core)))
			return npu_fail(err, NPU_E_RANGE, "core %u: %s",
					(unsigned)c, fault);
	}
	for (size_t i = 0; i < program->tensor_count; i++)
		if ((fault = npu__tensor_fault(program, &program->tensor[i])))
			return npu_fail(err, NPU_E_RANGE, "tensor '%.80s': %s",
					program->tensor[i].name, fault);
	if ((fault = npu__layout_fault(program)))
		return npu_fail(err, NPU_E_RANGE, "%s", fault);
	return NPU_OK;
}
