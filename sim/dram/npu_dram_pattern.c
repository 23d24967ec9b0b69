/* sim/dram/npu_dram_pattern.c - access patterns that DRAM models are tried on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_pattern.h"
#include <stdio.h>
#include <string.h>

enum { BURST = 64, TILE_ROWS = 56 };
#define GIB ((uint64_t)1 << 30)

const char npu_dram_pattern_names[] =
	"seq_r, seq_w, stride<bytes>_r, rand_r, stream21, dma21_<n>k, "
	"tile2d_<width>x<pitch>";

static void sequential(struct npu_dram_request *out, size_t count, int is_write)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (struct npu_dram_request){ i * BURST,
						    (uint8_t)is_write };
}

static void strided(struct npu_dram_request *out, size_t count, uint64_t step)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (struct npu_dram_request){
			i * step % GIB + i * step / GIB * BURST, 0
		};
}

/* source: Knuth, The Art of Computer Programming 2, MMIX: 64-bit LCG. */
static void uniform(struct npu_dram_request *out, size_t count)
{
	uint64_t state = 1;

	for (size_t i = 0; i < count; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		out[i] = (struct npu_dram_request){
			(state >> 33) % (GIB / BURST) * BURST, 0
		};
	}
}

/* Two streams read and one written, `chunk` bursts of each in turn. */
static void streams(struct npu_dram_request *out, size_t count, uint64_t chunk)
{
	static const uint64_t base[3] = { 0, ((uint64_t)64 << 20) + (16 << 10),
					  ((uint64_t)128 << 20) + (32 << 10) };

	for (size_t i = 0; i < count; i++) {
		uint64_t round = i / (3 * chunk);
		uint64_t stream = i / chunk % 3;

		out[i] = (struct npu_dram_request){
			base[stream] + (round * chunk + i % chunk) * BURST,
			stream == 2
		};
	}
}

static void tiles(struct npu_dram_request *out, size_t count, uint64_t width,
		  uint64_t pitch)
{
	uint64_t across = pitch / width;
	uint64_t bursts = (width + BURST - 1) / BURST;

	for (size_t i = 0; i < count; i++) {
		uint64_t tile = i / (TILE_ROWS * bursts);
		uint64_t row = i / bursts % TILE_ROWS;

		row += tile / across * TILE_ROWS;
		out[i] = (struct npu_dram_request){
			row * pitch + tile % across * width +
				i % bursts * BURST,
			0
		};
	}
}

int npu_dram_pattern(const char *name, struct npu_dram_request *out,
		     size_t count)
{
	unsigned a, b;
	int end = 0;

	if (strcmp(name, "seq_r") == 0 || strcmp(name, "seq_w") == 0)
		sequential(out, count, name[4] == 'w');
	else if (strcmp(name, "rand_r") == 0)
		uniform(out, count);
	else if (strcmp(name, "stream21") == 0)
		streams(out, count, 1);
	else if (sscanf(name, "stride%6u_r%n", &a, &end) == 1 && end &&
		 !name[end] && a)
		strided(out, count, a);
	else if (sscanf(name, "dma21_%6uk%n", &a, &end) == 1 && end &&
		 !name[end] && a)
		streams(out, count, (uint64_t)a * 1024 / BURST);
	else if (sscanf(name, "tile2d_%6ux%6u%n", &a, &b, &end) == 2 &&
		 !name[end] && a && b >= a)
		tiles(out, count, a, b);
	else
		return 0;
	return 1;
}
