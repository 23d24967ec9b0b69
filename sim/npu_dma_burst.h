/* sim/npu_dma_burst.h - the LD and ST engines burst by burst, cycle-exact.
 * SPDX-License-Identifier: Apache-2.0
 *
 * docs/microarchitecture.md, "LD and ST", is the contract; sim/rtl/npu_ld.sv
 * and npu_st.sv keep it too. From event to event: the caller asks when the
 * engine wants to make its next request, makes it, and hands in the answers,
 * all in the order of their cycles. */
#ifndef NPU_DMA_BURST_H
#define NPU_DMA_BURST_H
#include "sim/npu_dma_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_dma; /* opaque: one engine */

enum { NPU_DMA_JOBS = 4 }; /* most in flight */

/* A chunk moves in `cycle`. Told when it is known, in order. */
typedef void npu_dma_chunk_observer(void *user, uint64_t cycle,
				    const struct npu_dma_chunk *chunk);

struct npu_dma_options {
	uint8_t is_load;
	uint64_t width; /* power of 2, 4..64 */
	uint64_t outstanding, startup;
	npu_dma_chunk_observer *moved; /* may be NULL */
	void *user;
};

/* An idle engine; the caller owns it.
 *   errors  E_NOMEM */
NPU_NODISCARD enum npu_status
npu_dma_create(const struct npu_dma_options *options, struct npu_dma **out,
	       struct npu_error *err);
void npu_dma_destroy(struct npu_dma *dma);

/* First cycle in which it can take a descriptor; UINT64_MAX: not known before
 * its next request or answer. */
uint64_t npu_dma_ready(const struct npu_dma *dma);

/* Take a descriptor in cycle `now`, when ready; indices are within their limit,
 * and with a gather nothing else is in flight. Returns its number, counted from
 * 0. At most NPU_DMA_JOBS descriptors may be not done. */
uint64_t npu_dma_issue(struct npu_dma *dma, const struct npu_dma_job *job,
		       uint64_t now);

/* First cycle in which it offers its next request; UINT64_MAX: none, or not
 * known before the next answer. */
uint64_t npu_dma_wants(const struct npu_dma *dma);

struct npu_dma_beat {
	uint64_t job; /* number of the descriptor that asks */
	uint64_t address;
	uint64_t strobe;               /* bit i: byte i is written; 0: read */
	uint8_t data[NPU_BURST_BYTES]; /* those written, where the job has data
					*/
};
/* That request is taken in `cycle`. */
void npu_dma_ask(struct npu_dma *dma, uint64_t cycle,
		 struct npu_dma_beat *beat);

/* The oldest request not yet answered is answered in `cycle`. */
void npu_dma_answer(struct npu_dma *dma, uint64_t cycle);

/* Cycle of `done` of one of the last NPU_DMA_JOBS descriptors; UINT64_MAX: not
 * yet known. */
uint64_t npu_dma_done(const struct npu_dma *dma, uint64_t number);

#ifdef __cplusplus
}
#endif
#endif
