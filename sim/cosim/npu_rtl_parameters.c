/* sim/cosim/npu_rtl_parameters.c - a chip's shape, as the RTL core takes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_parameters.h"
#include <inttypes.h>

/* Depths of what registers set at run time: most chips share one model. */
enum {
	QUEUE_MAX = 64, /* npu_chip.def: queues.depth */
	OUTSTANDING_MIN = 64
};

static int is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

/* The power of two, at least OUTSTANDING_MIN, that is not below n. */
static uint64_t power_above(uint64_t n)
{
	uint64_t power = OUTSTANDING_MIN;

	while (power < n)
		power *= 2;
	return power;
}

static enum npu_status refuse(struct npu_error *err, const char *key,
			      uint64_t value, const char *expected)
{
	return npu_fail(err, NPU_E_UNSUPPORTED,
			"the RTL core has no %s of %" PRIu64 ": %s", key, value,
			expected);
}

static enum npu_status check_size(struct npu_error *err, const char *key,
				  uint64_t value, uint64_t min, uint64_t max)
{
	if (is_power_of_two(value) && value >= min && value <= max)
		return NPU_OK;
	return npu_fail(err, NPU_E_UNSUPPORTED,
			"the RTL core has no %s of %" PRIu64
			": a power of two in %" PRIu64 "..%" PRIu64,
			key, value, min, max);
}

static enum npu_status check_shape(const struct npu_chip *c,
				   struct npu_error *err)
{
	NPU_TRY(check_size(err, "array.rows", c->array.rows, 4, 32));
	if (c->array.cols != c->array.rows)
		return refuse(err, "array.cols", c->array.cols,
			      "as many as array.rows");
	if (c->array.dataflow != NPU_dataflow_ws ||
	    c->array.overlap != NPU_overlap_full)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"the RTL core's array is weight-stationary "
				"with overlapping folds: array.dataflow ws, "
				"array.overlap full");
	NPU_TRY(check_size(err, "vector.lanes", c->vector.lanes,
			   c->array.cols / 2, 4 * c->array.cols));
	if (c->vector.latency < 8)
		return refuse(err, "vector.latency", c->vector.latency,
			      "at least 8");
	if (c->scratchpad.bytes % 8)
		return refuse(err, "scratchpad.bytes", c->scratchpad.bytes,
			      "a multiple of 8");
	return check_size(err, "dma.width", c->dma.width, 4, 64);
}

enum npu_status npu_rtl_print_parameters(const struct npu_chip *chip,
					 struct npu_text *out,
					 struct npu_error *err)
{
	const uint64_t outstanding = power_above(chip->dma.outstanding);
	const struct {
		const char *name;
		uint64_t value;
	} parameters[] = {
		{ "T", chip->array.rows },
		{ "LAT", chip->array.adder_latency },
		{ "FP32_PASSES", chip->array.fp32_passes },
		{ "SPAD_BYTES", chip->scratchpad.bytes },
		{ "SPAD_BANKS", chip->scratchpad.banks },
		{ "ACC_ROWS", npu_chip_acc_rows(chip) },
		{ "ACC_BANKS", chip->accumulators.banks },
		{ "LANES", chip->vector.lanes },
		{ "VX_LATENCY", chip->vector.latency },
		{ "FUNCTION_PASSES", chip->vector.function_passes },
		{ "DMA_WIDTH", chip->dma.width },
		{ "QUEUE_MAX", QUEUE_MAX },
		{ "OUTSTANDING_MAX", outstanding },
	};

	NPU_TRY(check_shape(chip, err));
	npu_text_add(out, "// The shape of a chip, for sim/rtl. Generated.\n"
			  "package npu_chip_pkg;\n");
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
		npu_text_add(out, "  localparam int %s = %" PRIu64 ";\n",
			     parameters[i].name, parameters[i].value);
	npu_text_add(out, "endpackage\n");
	if (out->failed)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a package");
	return NPU_OK;
}
