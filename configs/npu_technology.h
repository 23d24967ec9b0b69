/* configs/npu_technology.h - energy, leakage and area of a process node.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TECHNOLOGY_H
#define NPU_TECHNOLOGY_H
#include "base/npu_status.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A record: technology.mac_int8_pj, technology.sram_area_mm2_per_mib, ...
 * Units end the names. */
struct npu_technology {
	char name[64];
#define NPU_CELL(name, unit, min, max, doc) double name;
#include "configs/npu_technology.def"
};

/* One row of npu_technology.def. */
struct npu_technology_cell {
	const char *name, *unit, *doc;
	double min, max;
	size_t offset; /* in struct npu_technology, a double */
};
const struct npu_technology_cell *npu_technology_cell_table(size_t *count);

/* Read a technology: a file's path, or a name looked up in `directory` (NULL:
 * the installed configs/technologies). A file may say `base: 16nm` and give
 * only the cells that differ.
 *   out     written on success only
 *   errors  E_IO, E_SYNTAX (a cell without unit or source among them), E_RANGE;
 *           err holds file:line:column */
NPU_NODISCARD enum npu_status npu_technology_load(const char *name_or_path,
						  const char *directory,
						  struct npu_technology *out,
						  struct npu_error *err);

/* Energy of one access to an SRAM bank: log-log in the bank's bytes through the
 * three cells (the outer slopes go on beyond them), times
 * (width_bytes / 8)^sram_width_exponent. Crossbar wires are not in it.
 * source: timing.md 7; against CACTI at 45 nm: its test */
double npu_technology_sram_read_pj(const struct npu_technology *technology,
				   double bank_bytes, double width_bytes);
double npu_technology_sram_write_pj(const struct npu_technology *technology,
				    double bank_bytes, double width_bytes);

/* Leakage at a junction temperature; `process` is NPU_process_hp, _lop, _lstp
 * of npu_chip.h. */
double npu_technology_sram_leakage_mw(const struct npu_technology *technology,
				      uint64_t process, double kelvin,
				      double bytes);
double npu_technology_logic_leakage_mw(const struct npu_technology *technology,
				       uint64_t process, double kelvin,
				       double mm2);

#ifdef __cplusplus
}
#endif
#endif
