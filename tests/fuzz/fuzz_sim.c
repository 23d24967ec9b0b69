/* tests/fuzz/fuzz_sim.c - any bytes as instructions, run without verification.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_sim.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 16 };

static struct npu_chip small_chip(void)
{
	struct npu_chip c;

	memset(&c, 0, sizeof c);
	strcpy(c.chip.name, "fuzz");
	strcpy(c.chip.technology, "16nm");
	strcpy(c.dram.preset, "ideal");
	c.chip.clock = 1000000000;
	c.chip.temperature = 330;
	c.chip.cores = 1;
	c.array.rows = c.array.cols = 8;
	c.array.operands = NPU_operands_any;
	c.array.adder_latency = 2;
	c.array.fp32_passes = 4;
	c.scratchpad.bytes = 16384;
	c.scratchpad.banks = 8;
	c.accumulators.bytes = 2048;
	c.accumulators.banks = 2;
	c.vector.lanes = 8;
	c.vector.latency = 4;
	c.vector.function_passes = 2;
	c.dma.width = 16;
	c.dma.outstanding = 16;
	c.queues.depth = 2;
	c.queues.prefetch = 4;
	c.dram.channels = 1;
	c.dram.interleave = 64;
	c.dram.width = 64;
	c.dram.capacity = 1 << 24;
	c.dram.bandwidth = 16000000000;
	c.dram.latency = 10000;
	return c;
}

static void set_regions(struct npu_program *p, const struct npu_chip *chip,
			const uint8_t *constants)
{
	p->core_count = 1;
	p->chip_fingerprint = npu_chip_fingerprint(chip);
	p->network = "fuzz";
	p->region[0].kind = NPU_REGION_code;
	p->region[0].bytes = p->core[0].count * NPU_INSN_BYTES;
	p->region[1].kind = NPU_REGION_input;
	p->region[2].kind = NPU_REGION_constants;
	p->region[2].data = constants;
	p->region[3].kind = NPU_REGION_output;
	p->region[4].kind = NPU_REGION_cores;
	for (int r = 1; r <= 3; r++)
		p->region[r].bytes = 4096;
	for (unsigned t = 0; t < NPU_TOKENS; t++) {
		p->core[0].token[t].used = p->core[0].port[t].used = 1;
		p->core[0].token[t].capacity = 2;
		p->core[0].token[t].initial = 1;
		p->core[0].port[t].counter = (uint8_t)t;
	}
}

static void run(const struct npu_chip *chip, const struct npu_program *program,
		int functional)
{
	const struct npu_sim_options options = {
		.functional = (uint8_t)functional,
		.trace = 1,
		.max_cycles = 100000,
	};
	struct npu_result *result = NULL;
	struct npu_error err = { 0 };
	struct npu_sim *sim;
	enum npu_status status;

	if (npu_sim_create(chip, program, &options, &sim, &err) != NPU_OK)
		abort();
	status = npu_sim_run(sim, NULL, NULL, &result, &err);
	if (status == NPU_OK && npu_result_check(result, &err) != NPU_OK)
		abort();
	if (status != NPU_OK && !err.message[0])
		abort();
	npu_result_destroy(result);
	npu_sim_destroy(sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t constants[4096];
	const struct npu_chip chip = small_chip();
	struct npu_program *p = npu_program_create();
	union npu_insn code[MOST + 1];
	size_t count = 0;

	if (!p)
		return 0;
	for (size_t i = 0; count < MOST && i + NPU_INSN_BYTES <= size;
	     i += NPU_INSN_BYTES) {
		struct npu_word word;

		memcpy(&word, data + i, sizeof word);
		if (npu_insn_decode(word, &code[count], NULL) == NPU_OK &&
		    code[count].op != NPU_OP_end)
			count++;
	}
	memset(&code[count], 0, sizeof code[count]);
	code[count].op = NPU_OP_end;
	p->core[0].code = code;
	p->core[0].count = count + 1;
	set_regions(p, &chip, constants);
	run(&chip, p, 1);
	run(&chip, p, 0);
	npu_program_destroy(p);
	return 0;
}
