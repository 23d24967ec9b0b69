/* tests/fuzz/fuzz_yaml.c - any bytes as YAML, as a chip and as a --set.
 * Invariant beyond "no crash": a refusal has a status, a message and a place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_yaml.h"
#include "configs/npu_chip.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct npu_yaml *node)
{
	char path[64];
	uint64_t u;
	int64_t i;
	double d;

	npu_yaml_path(node, path, sizeof path);
	(void)!npu_yaml_quantity(node, NPU_UNIT_bytes, 0, UINT64_MAX, &u, NULL);
	(void)!npu_yaml_integer(node, INT64_MIN, INT64_MAX, &i, NULL);
	(void)!npu_yaml_number(node, -1e300, 1e300, &d, NULL);
	npu_yaml_each(child, node) walk(child);
}

static void check_refusal(enum npu_status status, const struct npu_error *err)
{
	if (status != NPU_OK &&
	    (err->status != status || !err->message[0] || !err->path[0]))
		abort();
}

/* "section.key=value" from the raw bytes. */
static void try_set(const uint8_t *data, size_t size)
{
	struct npu_error err = { 0 };
	struct npu_chip chip, back;
	char set[256];
	const char *const sets[] = { set };

	if (size >= sizeof set)
		return;
	memcpy(set, data, size);
	set[size] = '\0';
	check_refusal(npu_chip_load("edge", NULL, sets, 1, &chip, &err), &err);
	if (err.status == NPU_OK &&
	    (npu_chip_load("edge", NULL, sets, 1, &back, &err) != NPU_OK ||
	     memcmp(&chip, &back, sizeof chip) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct npu_arena *arena = npu_arena_create();
	const struct npu_yaml *root;
	struct npu_error err = { 0 };
	enum npu_status status;
	struct npu_chip chip;

	if (!arena)
		return 0;
	status = npu_yaml_parse(arena, "fuzz.yaml", (const char *)data, size,
				&root, &err);
	check_refusal(status, &err);
	if (status == NPU_OK) {
		walk(root);
		snprintf(path, sizeof path, "/tmp/fuzz_chip.%d.yaml",
			 (int)getpid());
		FILE *file = fopen(path, "wb");
		if (file) {
			fwrite(data, 1, size, file);
			fclose(file);
			err = (struct npu_error){ 0 };
			check_refusal(
				npu_chip_load(path, NULL, NULL, 0, &chip, &err),
				&err);
			unlink(path);
		}
	}
	try_set(data, size);
	npu_arena_destroy(arena);
	return 0;
}
