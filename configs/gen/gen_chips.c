/* configs/gen/gen_chips.c - print the pages of chips and of technologies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "configs/npu_chip_key.h"
#include "configs/npu_technology.h"
#include <stdio.h>
#include <string.h>

enum { VALUE_SIZE = 160, PATH_SIZE = 1024 };

/* "a, b, c" of a choice, or "1..1024" of an integer. */
static void print_range(const struct npu_chip_key *key)
{
	char low[40], high[40];

	if (key->kind == NPU_CHIP_TEXT) {
		fputs("text", stdout);
	} else if (key->kind == NPU_CHIP_CHOICE) {
		struct npu_chip_choices c = npu_chip_choices_find(key->choices);

		for (size_t i = 0; i < c.count; i++)
			printf("%s`%s`: %s", i ? "; " : "", c.names[i],
			       c.docs[i]);
	} else {
		npu_unit_print(key->unit, key->min, low, sizeof low);
		npu_unit_print(key->unit, key->max, high, sizeof high);
		printf("%s .. %s", low, high);
	}
}

static void print_keys(void)
{
	const char *section = "";
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	puts("## Keys\n\n"
	     "Every key is required, but where a file says `base: edge`: then "
	     "it gives only what\ndiffers. `--set section.key=value` overrides "
	     "any of them. Quantities take units\n(`512 KiB`, `12.8 GB/s`, "
	     "`1 GHz`, `150 ns`); rates are decimal.");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(section, keys[i].section) != 0) {
			section = keys[i].section;
			printf("\n### %s: %s\n\n| key | meaning | values |\n"
			       "|---|---|---|\n",
			       section, npu_chip_section_doc(section));
		}
		printf("| `%s.%s` | %s | ", section, keys[i].key, keys[i].doc);
		print_range(&keys[i]);
		puts(" |");
	}
}

static enum npu_status print_chips(struct npu_arena *arena, const char *folder,
				   struct npu_error *err)
{
	const char *const *names;
	size_t chips, count;
	char value[VALUE_SIZE];
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	NPU_TRY(npu_chip_list(arena, folder, &names, &chips, err));
	struct npu_chip *chip = npu_new(arena, struct npu_chip, chips);
	if (!chip)
		return npu_fail(err, NPU_E_NOMEM, "chips");
	for (size_t i = 0; i < chips; i++)
		NPU_TRY(npu_chip_load(names[i], folder, NULL, 0, &chip[i],
				      err));
	fputs("\n## Shipped chips\n\n| key |", stdout);
	for (size_t i = 0; i < chips; i++)
		printf(" %s |", names[i]);
	fputs("\n|---|", stdout);
	for (size_t i = 0; i < chips; i++)
		fputs("---|", stdout);
	puts("");
	for (size_t k = 1; k < count; k++) { /* the first is the name */
		printf("| `%s.%s` |", keys[k].section, keys[k].key);
		for (size_t i = 0; i < chips; i++) {
			npu_chip_key_text(&keys[k], &chip[i], value,
					  sizeof value);
			printf(" %s |", value);
		}
		puts("");
	}
	return NPU_OK;
}

static enum npu_status print_technologies(const char *folder,
					  struct npu_error *err)
{
	static const char *const nodes[] = { "45nm", "28nm", "22nm", "16nm",
					     "7nm" };
	enum { NODES = sizeof nodes / sizeof nodes[0] };
	struct npu_technology node[NODES];
	size_t cells;
	const struct npu_technology_cell *cell =
		npu_technology_cell_table(&cells);

	for (size_t i = 0; i < NODES; i++)
		NPU_TRY(npu_technology_load(nodes[i], folder, &node[i], err));
	puts("\n## Technologies\n\n"
	     "Each value's source stands beside it in "
	     "`configs/technologies/`.\n\n"
	     "| cell | unit | 45 nm | 28 nm | 22 nm | 16 nm | 7 nm | meaning "
	     "|\n"
	     "|---|---|---|---|---|---|---|---|");
	for (size_t c = 0; c < cells; c++) {
		printf("| `%s` | %s |", cell[c].name, cell[c].unit);
		for (size_t i = 0; i < NODES; i++) {
			double value;

			memcpy(&value, (const char *)&node[i] + cell[c].offset,
			       sizeof value);
			printf(" %.4g |", value);
		}
		printf(" %s |\n", cell[c].doc);
	}
	return NPU_OK;
}

int main(int argc, char **argv)
{
	char chips[PATH_SIZE], technologies[PATH_SIZE];
	struct npu_arena *arena = npu_arena_create();
	struct npu_error err = { 0 };
	enum npu_status status;

	if (argc != 2 || !arena)
		return 2;
	snprintf(chips, sizeof chips, "%s/chips", argv[1]);
	snprintf(technologies, sizeof technologies, "%s/technologies", argv[1]);
	puts("<!-- Generated from configs/npu_chip.def, npu_technology.def and "
	     "the YAML files\n     by configs/gen/gen_chips.c. Do not edit. "
	     "-->\n# Chips and technologies\n");
	print_keys();
	status = print_chips(arena, chips, &err);
	if (status == NPU_OK)
		status = print_technologies(technologies, &err);
	if (status != NPU_OK)
		fprintf(stderr, "%s:%u:%u: error: %s\n", err.path,
			(unsigned)err.line, (unsigned)err.column, err.message);
	npu_arena_destroy(arena);
	return status != NPU_OK || fflush(stdout) != 0;
}
