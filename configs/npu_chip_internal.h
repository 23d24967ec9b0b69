/* configs/npu_chip_internal.h - shared by the chip's reader and its checks.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CHIP_INTERNAL_H
#define NPU_CHIP_INTERNAL_H
#include "configs/npu_chip_key.h"

/* npu_chip_check() that points at the key to blame: places[i] is where the
 * value of the i-th key of the table was read; NULL for chips made in code. */
NPU_NODISCARD enum npu_status npu__chip_check(const struct npu_chip *chip,
					      const struct npu_loc *places,
					      struct npu_error *err);
#endif
