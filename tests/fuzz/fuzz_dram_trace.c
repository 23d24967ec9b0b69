/* tests/fuzz/fuzz_dram_trace.c - any bytes as a memory trace; what is read
 * runs. SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_pattern.h"
#include "sim/dram/npu_dram_preset.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both levels must finish whatever was read. */
static void run(const struct npu_dram_request *requests, size_t count)
{
	struct npu_chip chip = { .chip.clock = 1000000000 };
	struct npu_dram_trace_result result;

	chip.dma.outstanding = 1;
	if (npu_dram_usual("HBM2", &chip, NULL) != NPU_OK)
		abort();
	for (int model = 0; model < 2; model++) {
		chip.dram.model = (uint64_t)model;
		if (npu_dram_run_trace(&chip, requests, count, 3, &result,
				       NULL) != NPU_OK)
			abort();
		if (result.counters.read_bursts +
			    result.counters.write_bursts !=
		    count)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_dram_request *requests;
	struct npu_error err = { 0 };
	enum npu_status status;
	char path[64];
	size_t count;
	FILE *file;

	snprintf(path, sizeof path, "/tmp/fuzz_dram.%d.trc", (int)getpid());
	file = fopen(path, "wb");
	if (!arena || !file)
		return 0;
	fwrite(data, 1, size, file);
	fclose(file);
	status = npu_dram_trace_load(arena, path, &requests, &count, &err);
	unlink(path);
	if (status == NPU_OK)
		run(requests, count);
	else if (!err.message[0] || !err.line)
		abort();
	npu_arena_destroy(arena);
	return 0;
}
