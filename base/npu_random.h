/* base/npu_random.h - seeded numbers, the same on every host.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RANDOM_H
#define NPU_RANDOM_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* SplitMix64. source: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014. Any state is a good seed. */
struct npu_random {
	uint64_t state;
};

static inline uint64_t npu_random_u64(struct npu_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Uniform in 0..n-1 (n >= 1); bias below n / 2^64. */
static inline uint64_t npu_random_below(struct npu_random *random, uint64_t n)
{
	return npu_random_u64(random) % n;
}

/* Near-normal with mean 0 and deviation 1: the sum of four 16-bit uniforms
 * (Irwin-Hall) times sqrt(3), one rounding, the same bits on every host. */
static inline float npu_random_normal(struct npu_random *random)
{
	uint64_t u = npu_random_u64(random);
	int32_t sum = (int32_t)((u & 0xffff) + (u >> 16 & 0xffff) +
				(u >> 32 & 0xffff) + (u >> 48));

	return (float)(sum - 2 * 65535) * (1.7320508f / 65536.0f);
}

#ifdef __cplusplus
}
#endif
#endif
