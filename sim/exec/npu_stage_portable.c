/* sim/exec/npu_stage_portable.c - vector stages for any host.
 * SPDX-License-Identifier: Apache-2.0 */
#define NPU_STAGES npu_stages_portable
#include "sim/exec/npu_stage_source.h"
