/* sim/npu_memory_port.c - the DRAM model behind the memory port.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_burst_port.h"

static enum npu_status submit(void *user, const struct npu_dram_run *run,
			      uint64_t now, struct npu_error *err)
{
	return npu_dram_submit(user, run, now, err);
}

static int advance(void *user, uint64_t until, struct npu_dram_run *done,
		   uint64_t *cycle)
{
	return npu_dram_advance(user, until, done, cycle);
}

static struct npu_dram_counters count(void *user)
{
	return npu_dram_count(user);
}

static void destroy(void *user)
{
	npu_dram_destroy(user);
}

int npu_chip_has_bursts(const struct npu_chip *chip)
{
	const uint64_t width = chip->dma.width;

	return chip->dram.model == NPU_dram_model_command && width >= 4 &&
	       width <= 64 && (width & (width - 1)) == 0;
}

enum npu_status npu_memory_port_dram(const struct npu_chip *chip,
				     struct npu_memory_port *out,
				     struct npu_error *err)
{
	struct npu_dram *dram;

	if (npu_chip_has_bursts(chip))
		return npu_burst_port_dram(chip, out, err);
	NPU_TRY(npu_dram_create(chip, &dram, err));
	*out = (struct npu_memory_port){
		.user = dram,
		.submit = submit,
		.advance = advance,
		.count = count,
		.destroy = destroy,
	};
	return NPU_OK;
}
