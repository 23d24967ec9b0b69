/* sim/cosim/npu_rtl_abi.h - what a verilated core offers to who steps it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A model is a shared object that exports one struct of functions. It is made
 * of sim/rtl and npu_rtl_harness.cc for one shape of chip. */
#ifndef NPU_RTL_ABI_H
#define NPU_RTL_ABI_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The three channels to memory; each master has its own. */
enum npu_rtl_master { NPU_RTL_fetch, NPU_RTL_ld, NPU_RTL_st, NPU_RTL_MASTERS };

/* Memories within the core: bytes as the C model has them. */
enum npu_rtl_storage { NPU_RTL_spad, NPU_RTL_acc, NPU_RTL_lut };

enum { NPU_RTL_BEAT = 64, NPU_RTL_RETIRES = 8 };

/* What the core sees in a cycle. */
struct npu_rtl_inputs {
	uint8_t reset;
	uint8_t csr_valid, csr_write;
	uint16_t csr_address;
	uint32_t csr_wdata;
	struct {
		uint8_t ready;  /* takes the request of this cycle */
		uint8_t answer; /* an answer arrives; `data` of a read */
		uint8_t data[NPU_RTL_BEAT];
	} port[NPU_RTL_MASTERS];
};

/* What the core shows in a cycle: registers alone, so they do not depend on
 * the inputs of the same cycle. */
struct npu_rtl_outputs {
	uint32_t csr_rdata; /* of the access of the cycle before */
	uint8_t irq;
	struct {
		uint8_t valid;
		uint64_t address; /* a multiple of NPU_RTL_BEAT */
		/* of st alone: */
		uint8_t data[NPU_RTL_BEAT];
		uint64_t strobe; /* bit i: byte i is written */
	} port[NPU_RTL_MASTERS];
	/* instructions that retired in the cycle before */
	uint32_t retire_count;
	struct {
		uint64_t cycle; /* the core's own count */
		uint32_t insn;  /* place in the program */
		uint8_t engine; /* enum npu_engine_id */
	} retire[NPU_RTL_RETIRES];
};

struct npu_rtl_core; /* opaque: one instance */

struct npu_rtl_model {
	uint32_t abi; /* NPU_RTL_ABI */
	uint8_t has_trace;
	/* NULL when out of memory. Registers without reset start at random
	 * values drawn from `seed`. */
	struct npu_rtl_core *(*create)(uint64_t seed);
	void (*destroy)(struct npu_rtl_core *core);
	/* One clock: `in` is of this cycle, `out` of the next. Returns 0 where
	 * an assertion of the RTL failed; message() then says which. */
	int (*step)(struct npu_rtl_core *core, const struct npu_rtl_inputs *in,
		    struct npu_rtl_outputs *out);
	const char *(*message)(const struct npu_rtl_core *core);
	/* The bytes of a memory, to read and to write between two steps. */
	uint8_t *(*storage)(struct npu_rtl_core *core,
			    enum npu_rtl_storage which, size_t *bytes);
	/* Waves (FST) from the next step on, until trace_stop() or destroy().
	 * Returns 0 where the model has none or the file cannot be written. */
	int (*trace_start)(struct npu_rtl_core *core, const char *path);
	void (*trace_stop)(struct npu_rtl_core *core);
};

/* The one symbol a model exports. */
#define NPU_RTL_ABI    1
#define NPU_RTL_SYMBOL "npu_rtl_model_table"

#ifdef __cplusplus
}
#endif
#endif
