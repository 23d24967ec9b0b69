/* sim/systemc/npu_memory_counters.hpp - what a memory counts, for reports.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MEMORY_COUNTERS_HPP
#define NPU_MEMORY_COUNTERS_HPP
#include "sim/dram/npu_dram.h"
#include <systemc>

/* Offered by a memory that counts its commands: rows opened, refreshes. */
class npu_memory_counters_if : public virtual sc_core::sc_interface
{
      public:
	/* Up to the present time. */
	virtual npu_dram_counters memory_counters() = 0;
};

#endif
