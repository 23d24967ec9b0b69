/* sim/exec/npu_stage_avx2.c - vector stages, compiled for AVX2.
 * SPDX-License-Identifier: Apache-2.0 */
#define NPU_STAGES npu_stages_avx2
#include "sim/exec/npu_stage_source.h"
