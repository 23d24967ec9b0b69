/* isa/npu_verify_memory.c - every memory's bounds and order of accesses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify_internal.h"
#include <stdlib.h>

/* Page sizes: a tile and more, so that large accesses cost few steps; of DRAM,
 * where rows lie apart, few rows, so that small ones search few runs. */
enum { SPAD_PAGE = 11, ACC_PAGE = 9, LUT_PAGE = 12, REGION_PAGE = 9 };

struct npu__memories {
	const struct npu_program *program;
	uint32_t columns, cores;
	uint64_t spad_bytes, acc_rows;
	/* bytes; accumulators: elements, row * columns + column */
	struct npu__shadow *spad[NPU_CORES_MAX], *acc[NPU_CORES_MAX],
		*lut[NPU_CORES_MAX];
	/* NULL where nothing is ever written */
	struct npu__shadow *region[NPU_REGIONS];
};

static int writes_region(const struct npu_program *program, unsigned r)
{
	for (uint32_t c = 0; c < program->core_count; c++)
		for (size_t i = 0; i < program->core[c].count; i++) {
			const union npu_insn *insn = &program->core[c].code[i];

			if (insn->op == NPU_OP_st && insn->st.region == r)
				return 1;
		}
	return 0;
}

static int create_all(struct npu__memories *m, uint32_t processes)
{
	for (uint32_t c = 0; c < m->cores; c++) {
		m->spad[c] = npu__shadow_create(m->spad_bytes, SPAD_PAGE,
						processes, 0);
		m->acc[c] = npu__shadow_create(m->acc_rows * m->columns,
					       ACC_PAGE, processes, 0);
		m->lut[c] = npu__shadow_create(NPU_LUT_BYTES, LUT_PAGE,
					       processes, 0);
		if (!m->spad[c] || !m->acc[c] || !m->lut[c])
			return 0;
	}
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		const struct npu_region *region = &m->program->region[r];
		int is_input = region->kind == NPU_REGION_input;

		if (region->kind != NPU_REGION_output &&
		    region->kind != NPU_REGION_scratch &&
		    !(is_input && writes_region(m->program, r)))
			continue;
		m->region[r] = npu__shadow_create(region->bytes, REGION_PAGE,
						  processes, is_input);
		if (!m->region[r])
			return 0;
	}
	return 1;
}

enum npu_status npu__memories_create(const struct npu_program *program,
				     const struct npu_chip *chip,
				     struct npu__memories **out,
				     struct npu_error *err)
{
	struct npu__memories *m = calloc(1, sizeof *m);

	if (!m)
		return npu_fail(err, NPU_E_NOMEM, "verifying a program");
	m->program = program;
	m->columns = (uint32_t)chip->array.cols;
	m->cores = program->core_count;
	m->spad_bytes = chip->scratchpad.bytes;
	m->acc_rows = npu_chip_acc_rows(chip);
	if (!create_all(m, m->cores * NPU__ENGINES)) {
		npu__memories_destroy(m);
		return npu_fail(err, NPU_E_NOMEM, "verifying a program");
	}
	*out = m;
	return NPU_OK;
}

void npu__memories_destroy(struct npu__memories *m)
{
	if (!m)
		return;
	for (int c = 0; c < NPU_CORES_MAX; c++) {
		npu__shadow_destroy(m->spad[c]);
		npu__shadow_destroy(m->acc[c]);
		npu__shadow_destroy(m->lut[c]);
	}
	for (int r = 0; r < NPU_REGIONS; r++)
		npu__shadow_destroy(m->region[r]);
	free(m);
}

/* One access on its way: where it goes, and what became of it. */
struct visit {
	const struct npu__memories *memories;
	const struct npu_access *access;
	const struct npu__epoch *epoch;
	struct npu__shadow *shadow;
	uint64_t unit; /* of the shadow, in one byte or row of the access */
	struct npu__conflict *conflict;
};

/* The points from `level` on, at `base`. */
static enum npu_status walk(const struct visit *v, uint32_t level,
			    uint64_t base)
{
	const struct npu_access *a = v->access;

	/* the second bound is for compilers that inline the recursion */
	if (level < a->levels && level < NPU_ACCESS_LEVELS) {
		for (uint64_t i = 0; i < a->count[level]; i++)
			NPU_TRY(walk(v, level + 1, base + i * a->step[level]));
		return NPU_OK;
	}
	if (a->space != NPU_SPACE_acc || a->col_count == v->unit)
		return npu__shadow_access(
			v->shadow, base * v->unit, (base + a->extent) * v->unit,
			a->is_write, a->maybe, v->epoch, v->conflict);
	for (uint64_t row = base; row < base + a->extent; row++)
		NPU_TRY(npu__shadow_access(
			v->shadow, row * v->unit, row * v->unit + a->col_count,
			a->is_write, a->maybe, v->epoch, v->conflict));
	return NPU_OK;
}

static enum npu_status out_of_bounds(struct npu_violation *found,
				     const struct npu_access *a,
				     const char *text, const char **why)
{
	found->kind = NPU_VIOLATION_bounds;
	found->space = a->space;
	found->address = (uint64_t)a->first;
	*why = text;
	return NPU_E_FAULT;
}

/* Is the whole set within [0, size)? */
static int fits(const struct npu_access *a, uint64_t size)
{
	return a->first >= 0 && npu__access_end(a) <= (int64_t)size;
}

static enum npu_status visit(struct npu__memories *m, uint32_t core,
			     const struct npu_access *a,
			     const struct npu__epoch *epoch,
			     struct npu_violation *found,
			     struct npu__conflict *conflict, const char **why)
{
	struct visit v = { m, a, epoch, NULL, 1, conflict };
	uint64_t size = m->spad_bytes;

	switch (a->space) {
	case NPU_SPACE_spad:
		v.shadow = m->spad[core];
		break;
	case NPU_SPACE_lut:
		v.shadow = m->lut[core];
		size = NPU_LUT_BYTES;
		break;
	case NPU_SPACE_acc:
		v.shadow = m->acc[core];
		v.unit = m->columns;
		size = m->acc_rows;
		break;
	case NPU_SPACE_mem:
		v.shadow = m->region[a->region];
		size = m->program->region[a->region].bytes;
		break;
	}
	if (!fits(a, size))
		return out_of_bounds(found, a, "outside the memory", why);
	if (!v.shadow)
		return NPU_OK;
	enum npu_status status = walk(&v, 0, (uint64_t)a->first);
	if (status == NPU_E_FAULT) {
		found->kind = conflict->kind;
		found->space = a->space;
		found->address = conflict->address / v.unit;
	}
	return status;
}

/* An access through the window of the cores: find the memory behind it. */
static enum npu_status
visit_window(struct npu__memories *m, const struct npu_access *a,
	     const struct npu__epoch *epoch, struct npu_violation *found,
	     struct npu__conflict *conflict, const char **why)
{
	const uint64_t within = ((uint64_t)1 << NPU_CORE_SHIFT) - 1;
	uint64_t first = (uint64_t)a->first;
	uint64_t core = first >> NPU_CORE_SHIFT;
	struct npu_access local = *a;

	if (a->first < 0 || core >= m->cores)
		return out_of_bounds(found, a, "no such core", why);
	if ((first & within) >= NPU_CORE_CSR)
		return out_of_bounds(found, a,
				     "LD and ST do not reach a CSR "
				     "page",
				     why);
	if ((first & within) >= NPU_CORE_LUT) {
		local.space = NPU_SPACE_lut;
		local.first = (int64_t)(first & within & ~NPU_CORE_LUT);
	} else {
		local.space = NPU_SPACE_spad;
		local.first = (int64_t)(first & within);
	}
	return visit(m, (uint32_t)core, &local, epoch, found, conflict, why);
}

static enum npu_status
visit_region(struct npu__memories *m, const struct npu_access *a,
	     const struct npu__epoch *epoch, struct npu_violation *found,
	     struct npu__conflict *conflict, const char **why)
{
	switch (m->program->region[a->region].kind) {
	case NPU_REGION_unused:
		return out_of_bounds(found, a, "the region is not used", why);
	case NPU_REGION_cores:
		return visit_window(m, a, epoch, found, conflict, why);
	case NPU_REGION_code:
		if (!a->is_write)
			return out_of_bounds(found, a,
					     "code is not read as data", why);
		/* fall through */
	case NPU_REGION_constants:
		if (!a->is_write)
			break;
		found->kind = NPU_VIOLATION_read_only;
		found->space = a->space;
		found->address = (uint64_t)a->first;
		*why = "the region is read-only";
		return NPU_E_FAULT;
	default:
		break;
	}
	return visit(m, 0, a, epoch, found, conflict, why);
}

static enum npu_status visit_all_cores(struct npu__memories *m, uint32_t core,
				       const struct npu_access *a,
				       const struct npu__epoch *epoch,
				       struct npu_violation *found,
				       struct npu__conflict *conflict,
				       const char **why)
{
	NPU_TRY(visit(m, core, a, epoch, found, conflict, why));
	for (uint32_t c = 0; c < NPU_CORES_MAX; c++) {
		if (c == core || !(a->cores >> c & 1))
			continue;
		if (c >= m->cores)
			return out_of_bounds(found, a,
					     "multicast to a core "
					     "that is not there",
					     why);
		NPU_TRY(visit(m, c, a, epoch, found, conflict, why));
	}
	return NPU_OK;
}

/* A copy within the scratchpad, through the window: source against dest. */
static const char *copy_fault(const struct npu__memories *m, uint32_t core,
			      const struct npu_access *access, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct npu_access local = access[i];

		if (local.space != NPU_SPACE_mem ||
		    m->program->region[local.region].kind != NPU_REGION_cores)
			continue;
		local.space = NPU_SPACE_spad;
		local.first -= (int64_t)core << NPU_CORE_SHIFT;
		for (size_t k = 0; k < count; k++)
			if (access[k].is_write != local.is_write &&
			    npu__accesses_meet(&access[k], &local))
				return "a copy within the scratchpad overlaps "
				       "its source";
	}
	return NULL;
}

/* A bad program could ask for 2^48 runs in one instruction. */
enum { RUNS_MAX = 1 << 24 };

static int has_too_many_runs(const struct npu_access *access, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t runs = 1;

		for (uint32_t l = 0; l < access[i].levels; l++) {
			if (access[i].count[l] > RUNS_MAX / runs)
				return 1;
			runs *= access[i].count[l];
		}
	}
	return 0;
}

enum npu_status npu__memories_access(struct npu__memories *m, uint32_t core,
				     const union npu_insn *insn,
				     const struct npu__epoch *epoch,
				     struct npu_violation *found,
				     struct npu__conflict *conflict,
				     const char **why)
{
	struct npu_access access[NPU_ACCESS_MAX];
	size_t count = npu_insn_accesses(insn, m->columns, access);

	if (has_too_many_runs(access, count))
		*why = "more than 2^24 separate pieces of memory";
	else
		*why = npu__overlap_fault(insn, m->columns, access, count);
	if (!*why)
		*why = copy_fault(m, core, access, count);
	if (*why) {
		found->kind = NPU_VIOLATION_encoding;
		return NPU_E_FAULT;
	}
	for (int is_write = 0; is_write < 2; is_write++)
		for (size_t i = 0; i < count; i++) {
			const struct npu_access *a = &access[i];

			if (a->is_write != is_write)
				continue;
			if (a->space == NPU_SPACE_mem)
				NPU_TRY(visit_region(m, a, epoch, found,
						     conflict, why));
			else
				NPU_TRY(visit_all_cores(m, core, a, epoch,
							found, conflict, why));
		}
	return NPU_OK;
}
