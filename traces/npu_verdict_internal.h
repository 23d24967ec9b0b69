/* traces/npu_verdict_internal.h - the words of the verdict, for page and
 * terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_VERDICT_INTERNAL_H
#define NPU_VERDICT_INTERNAL_H
#include "traces/npu_result.h"

/* The roof of a run, from the sums of its layers' bounds, as the stall that
 * computing under it is called: compute, dram or vector. */
enum npu_stall npu__roof_of(double compute, double vector, double dram);
/* "its MACs" */
const char *npu__roof_name(enum npu_stall roof);
/* What would make the run faster: less of its worst stall; where that costs
 * little, only a higher roof. */
const char *npu__help(enum npu_stall worst, double worst_percent,
		      enum npu_stall roof);
#endif
