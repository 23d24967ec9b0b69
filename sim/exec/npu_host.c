/* sim/exec/npu_host.c - which of the kernels this host can run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/exec/npu_gemm_kernel.h"
#include "sim/exec/npu_stage.h"

#ifdef NPU_HAS_X86_KERNELS
static int has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512vnni");
}

const struct npu_gemm_kernels *npu_host_gemm(void)
{
	if (has_avx512())
		return &npu_gemm_avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &npu_gemm_avx2;
	return &npu_gemm_portable;
}

const struct npu_stages *npu_host_stages(void)
{
	if (has_avx512())
		return &npu_stages_avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &npu_stages_avx2;
	return &npu_stages_portable;
}
#else
const struct npu_gemm_kernels *npu_host_gemm(void)
{
	return &npu_gemm_portable;
}

const struct npu_stages *npu_host_stages(void)
{
	return &npu_stages_portable;
}
#endif
