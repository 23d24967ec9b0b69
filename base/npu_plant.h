/* base/npu_plant.h - places where a test plants a fault (npu_plant.def).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PLANT_H
#define NPU_PLANT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the fault of that name is at work. A constant 0 everywhere but in the
 * test of planted faults, which compiles with NPU_PLANT what it plants in, and
 * defines the function; npu_plant.sv asks the same one. */
int npu_planted(const char *name);

#ifdef NPU_PLANT
#define NPU_PLANTED(name) npu_planted(#name)
#else
#define NPU_PLANTED(name) 0
#endif

#ifdef __cplusplus
}
#endif
#endif
