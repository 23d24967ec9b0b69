/* configs/npu_technology.c - technology files and the closed forms over them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "configs/npu_technology.h"
#include "base/npu_file.h"
#include "base/npu_text.h"
#include "base/npu_yaml.h"
#include "configs/npu_chip.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 1024 };

static const struct npu_technology_cell cells[] = {
// clang-format off
#define NPU_CELL(name, unit, min, max, doc)                               \
	{ #name, unit, doc, min, max, offsetof(struct npu_technology, name) },
#include "configs/npu_technology.def"
	// clang-format on
};
enum { CELL_COUNT = sizeof cells / sizeof cells[0] };

const struct npu_technology_cell *npu_technology_cell_table(size_t *count)
{
	*count = CELL_COUNT;
	return cells;
}

struct reader {
	struct npu_arena *arena;
	const char *directory;
	struct npu_technology technology;
	bool given[CELL_COUNT];
	struct npu_error *err;
};

/* `{value: 0.227, unit: pJ, source: "..."}`: a number nobody can trace is no
 * number, so all three are required. */
static enum npu_status read_cell(struct reader *r, size_t index,
				 const struct npu_yaml *node)
{
	static const char *const keys[] = { "value", "unit", "source" };
	const struct npu_technology_cell *cell = &cells[index];
	const struct npu_yaml *value, *unit, *source;
	const char *text;
	double number;

	NPU_TRY(npu_yaml_check_keys(node, keys, 3, r->err));
	NPU_TRY(npu_yaml_require(node, "value", &value, r->err));
	NPU_TRY(npu_yaml_require(node, "unit", &unit, r->err));
	NPU_TRY(npu_yaml_require(node, "source", &source, r->err));
	NPU_TRY(npu_yaml_number(value, cell->min, cell->max, &number, r->err));
	NPU_TRY(npu_yaml_text(unit, &text, r->err));
	if (strcmp(text, cell->unit) != 0)
		return npu_yaml_fail(unit, NPU_E_RANGE, r->err,
				     "expected unit %s, got \"%.40s\"",
				     cell->unit, text);
	NPU_TRY(npu_yaml_text(source, &text, r->err));
	memcpy((char *)&r->technology + cell->offset, &number, sizeof number);
	r->given[index] = true;
	return NPU_OK;
}

static enum npu_status read_cells(struct reader *r, const struct npu_yaml *root)
{
	static const char *const top[] = { "name", "base", "cells" };
	const char *names[CELL_COUNT], *name;
	const struct npu_yaml *node;

	NPU_TRY(npu_yaml_check_keys(root, top, 3, r->err));
	NPU_TRY(npu_yaml_require(root, "name", &node, r->err));
	NPU_TRY(npu_yaml_text(node, &name, r->err));
	if (strlen(name) >= sizeof r->technology.name)
		return npu_yaml_fail(node, NPU_E_RANGE, r->err,
				     "longer than %zu bytes",
				     sizeof r->technology.name - 1);
	memset(r->technology.name, 0, sizeof r->technology.name);
	memcpy(r->technology.name, name, strlen(name));
	NPU_TRY(npu_yaml_require(root, "cells", &node, r->err));
	for (size_t i = 0; i < CELL_COUNT; i++)
		names[i] = cells[i].name;
	NPU_TRY(npu_yaml_check_keys(node, names, CELL_COUNT, r->err));
	for (size_t i = 0; i < CELL_COUNT; i++) {
		const struct npu_yaml *cell = npu_yaml_find(node, names[i]);

		if (cell)
			NPU_TRY(read_cell(r, i, cell));
	}
	return NPU_OK;
}

static enum npu_status find_file(const struct reader *r, const char *name,
				 struct npu_loc at, char *path)
{
	const char *const *names;
	const char *near;
	size_t count, n = strlen(name);

	if (strchr(name, '/') || (n > 5 && !strcmp(name + n - 5, ".yaml"))) {
		if (snprintf(path, PATH_SIZE, "%s", name) >= PATH_SIZE)
			return npu_fail_at(r->err, NPU_E_IO, at,
					   "path too long");
		return NPU_OK;
	}
	NPU_TRY(npu_chip_list(r->arena, r->directory, &names, &count, r->err));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		snprintf(path, PATH_SIZE, "%s/%s.yaml", r->directory, name);
		return NPU_OK;
	}
	near = npu_text_nearest(name, names, count);
	return npu_fail_at(r->err, NPU_E_RANGE, at,
			   "no technology \"%.100s\" in %s%s%s%s", name,
			   r->directory, near ? "; did you mean \"" : "",
			   near ? near : "", near ? "\"?" : "");
}

static enum npu_status read_file(struct reader *r, const char *path, int level)
{
	const struct npu_yaml *root, *base;
	const char *name;
	char base_path[PATH_SIZE];

	NPU_TRY(npu_yaml_load(r->arena, path, &root, r->err));
	NPU_TRY(npu_yaml_expect(root, NPU_YAML_MAPPING, r->err));
	base = npu_yaml_find(root, "base");
	if (base && level)
		return npu_fail_at(r->err, NPU_E_SYNTAX, base->key_at,
				   "a technology used as a base must be "
				   "complete; this one has a base itself");
	if (base) {
		NPU_TRY(npu_yaml_text(base, &name, r->err));
		NPU_TRY(find_file(r, name, base->at, base_path));
		NPU_TRY(read_file(r, base_path, level + 1));
	}
	NPU_TRY(read_cells(r, root));
	for (size_t i = 0; i < CELL_COUNT; i++)
		if (!r->given[i])
			return npu_yaml_fail(
				npu_yaml_find(root, "cells"), NPU_E_SYNTAX,
				r->err, "missing cell \"%s\" (%s, %s)",
				cells[i].name, cells[i].doc, cells[i].unit);
	return NPU_OK;
}

enum npu_status npu_technology_load(const char *name_or_path,
				    const char *directory,
				    struct npu_technology *out,
				    struct npu_error *err)
{
	struct reader r = { .directory = directory, .err = err };
	char installed[PATH_SIZE], path[PATH_SIZE];
	enum npu_status status;

	if (!directory) {
		npu_data_path("configs/technologies", installed,
			      sizeof installed);
		r.directory = installed;
	}
	r.arena = npu_arena_create();
	if (!r.arena)
		return npu_fail(err, NPU_E_NOMEM, "reading a technology");
	status = find_file(&r, name_or_path, (struct npu_loc){ 0 }, path);
	if (status == NPU_OK)
		status = read_file(&r, path, 0);
	if (status == NPU_OK)
		*out = r.technology;
	npu_arena_destroy(r.arena);
	return status;
}

double npu_technology_sram_read_pj(const struct npu_technology *technology,
				   double bank_bytes, double width_bytes)
{
	const double at[] = { 8192, 32768, 1048576 };
	const double pj[] = { technology->sram_read_8k_pj,
			      technology->sram_read_32k_pj,
			      technology->sram_read_1m_pj };
	int i = bank_bytes > at[1];
	double slope = log(pj[i + 1] / pj[i]) / log(at[i + 1] / at[i]);

	return pj[i] * pow(bank_bytes / at[i], slope) *
	       pow(width_bytes / 8, technology->sram_width_exponent);
}

double npu_technology_sram_write_pj(const struct npu_technology *technology,
				    double bank_bytes, double width_bytes)
{
	return technology->sram_write_ratio *
	       npu_technology_sram_read_pj(technology, bank_bytes, width_bytes);
}

/* Cells hold at 350 K. */
static double at_temperature(const struct npu_technology *technology,
			     double kelvin)
{
	return exp2((kelvin - 350) / technology->leakage_doubling_kelvin);
}

double npu_technology_sram_leakage_mw(const struct npu_technology *technology,
				      uint64_t process, double kelvin,
				      double bytes)
{
	double per_mib = process == NPU_process_hp
				 ? technology->sram_leakage_hp_mw_per_mib
			 : process == NPU_process_lop
				 ? technology->sram_leakage_lop_mw_per_mib
				 : technology->sram_leakage_lstp_mw_per_mib;

	return per_mib * bytes / 1048576 * at_temperature(technology, kelvin);
}

double npu_technology_logic_leakage_mw(const struct npu_technology *technology,
				       uint64_t process, double kelvin,
				       double mm2)
{
	double per_mm2 = process == NPU_process_hp
				 ? technology->logic_leakage_hp_mw_per_mm2
			 : process == NPU_process_lop
				 ? technology->logic_leakage_lop_mw_per_mm2
				 : technology->logic_leakage_lstp_mw_per_mm2;

	return per_mm2 * mm2 * at_temperature(technology, kelvin);
}
