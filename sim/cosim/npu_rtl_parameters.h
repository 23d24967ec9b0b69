/* sim/cosim/npu_rtl_parameters.h - a chip's shape, as the RTL core takes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_PARAMETERS_H
#define NPU_RTL_PARAMETERS_H
#include "configs/npu_chip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Append the SystemVerilog package npu_chip_pkg: the keys of the chip that are
 * parameters of sim/rtl. Chips that differ only in what its registers set at
 * run time (queues, prefetch, outstanding, startup, DRAM) give the same text.
 *   errors  E_UNSUPPORTED: a shape that the RTL has not; the key is named */
NPU_NODISCARD enum npu_status
npu_rtl_print_parameters(const struct npu_chip *chip, struct npu_text *out,
			 struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
