/* sim/exec/npu_exec.c - memories, and the table of what each opcode does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_exec.h"
#include "sim/exec/npu_gemm_kernel.h"
#include <stdlib.h>
#include <string.h>

static npu_exec_fn *const execute[256] = {
#define NPU_OP(op, code, engine, doc) [code] = npu_exec_##op,
#include "isa/npu_isa.def"
};

enum npu_status npu_exec_insn(struct npu_memory *memory, uint32_t core,
			      const union npu_insn *insn, struct npu_error *err)
{
	return execute[insn->op & 255](memory, core, insn, err);
}

/* The sequencer's own: nothing happens to memory. */
enum npu_status npu_exec_end(struct npu_memory *memory, uint32_t core,
			     const union npu_insn *insn, struct npu_error *err)
{
	(void)memory, (void)core, (void)insn, (void)err;
	return NPU_OK;
}

enum npu_status npu_exec_bar(struct npu_memory *memory, uint32_t core,
			     const union npu_insn *insn, struct npu_error *err)
{
	return npu_exec_end(memory, core, insn, err);
}

enum npu_status npu_exec_mark(struct npu_memory *memory, uint32_t core,
			      const union npu_insn *insn, struct npu_error *err)
{
	return npu_exec_end(memory, core, insn, err);
}

static void take_sizes(struct npu_memory *m, const struct npu_chip *chip,
		       const struct npu_program *program)
{
	m->spad_bytes = chip->scratchpad.bytes;
	m->acc_rows = npu_chip_acc_rows(chip);
	m->columns = (uint32_t)chip->array.cols;
	m->core_count = program->core_count;
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		m->region_kind[r] = program->region[r].kind;
		m->region_bytes[r] = program->region[r].bytes;
	}
}

/* calloc: pages of DRAM that nobody touches cost nothing. */
static int add_storage(struct npu_memory *m, const struct npu_program *program)
{
	const size_t acc_bytes = (size_t)m->acc_rows * m->columns * 4;

	for (uint32_t i = 0; i < m->core_count; i++) {
		struct npu_core_memory *core = &m->core[i];

		core->spad = aligned_alloc(64, (m->spad_bytes + 63) & ~63ull);
		core->acc = aligned_alloc(64, (acc_bytes + 63) & ~63ull);
		if (!core->spad || !core->acc)
			return 0;
		memset(core->spad, 0xa5, m->spad_bytes);
		memset(core->acc, 0xa5, acc_bytes);
	}
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		const struct npu_region *region = &program->region[r];

		switch (region->kind) {
		case NPU_REGION_constants:
			/* read-only: npu_exec_check() refuses stores */
			m->region[r] = (uint8_t *)(uintptr_t)region->data;
			break;
		case NPU_REGION_input:
		case NPU_REGION_output:
		case NPU_REGION_scratch:
			m->region[r] =
				calloc(region->bytes ? region->bytes : 1, 1);
			if (!m->region[r])
				return 0;
			break;
		default:
			break;
		}
	}
	m->scratch = aligned_alloc(64, npu_gemm_scratch_bytes());
	return m->scratch != NULL;
}

enum npu_status npu_memory_create(const struct npu_chip *chip,
				  const struct npu_program *program,
				  int with_data, struct npu_memory **out,
				  struct npu_error *err)
{
	struct npu_memory *m = calloc(1, sizeof *m);

	if (!m)
		return npu_fail(err, NPU_E_NOMEM, "no memory to simulate in");
	take_sizes(m, chip, program);
	if (with_data && !add_storage(m, program)) {
		npu_memory_destroy(m);
		return npu_fail(err, NPU_E_NOMEM, "no memory to simulate in");
	}
	*out = m;
	return NPU_OK;
}

enum npu_status npu_memory_own_constants(struct npu_memory *m,
					 struct npu_error *err)
{
	m->owns_constants = 1;
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		if (m->region_kind[r] != NPU_REGION_constants)
			continue;
		m->region[r] = calloc(m->region_bytes[r] + 1, 1);
		if (!m->region[r])
			return npu_fail(err, NPU_E_NOMEM,
					"no memory to simulate in");
	}
	return NPU_OK;
}

void npu_memory_destroy(struct npu_memory *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->core_count; i++) {
		free(m->core[i].spad);
		free(m->core[i].acc);
	}
	for (unsigned r = 0; r < NPU_REGIONS; r++)
		if (m->owns_constants ||
		    m->region_kind[r] != NPU_REGION_constants)
			free(m->region[r]);
	free(m->scratch);
	free(m);
}
