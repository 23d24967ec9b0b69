/* sim/exec/npu_stage_avx512.c - vector stages, compiled for AVX-512.
 * SPDX-License-Identifier: Apache-2.0 */
#define NPU_STAGES npu_stages_avx512
#include "sim/exec/npu_stage_source.h"
