/* sweep/npu_identity.c - a sweep as a hash.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_identity.h"
#include <nettle/sha2.h>
#include <string.h>

static void add_text(struct sha256_ctx *hash, const char *text)
{
	sha256_update(hash, strlen(text) + 1, (const uint8_t *)text);
}

static void add_number(struct sha256_ctx *hash, uint64_t value)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	sha256_update(hash, sizeof bytes, bytes);
}

static void add_models(struct sha256_ctx *hash, const struct npu_sweep *sweep,
		       const struct npu_runner *runner)
{
	char key[NPU_TRIAL_KEY_SIZE];

	add_number(hash, sweep->model_count);
	for (size_t m = 0; m < sweep->model_count; m++) {
		npu_runner_code_key(runner, m, &sweep->base, key);
		add_text(hash, key);
	}
}

static void add_base(struct sha256_ctx *hash, const struct npu_sweep *sweep)
{
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);
	char text[128];

	for (size_t i = 0; i < count; i++) {
		npu_chip_key_text(&keys[i], &sweep->base, text, sizeof text);
		add_text(hash, text);
	}
}

static void add_axis(struct sha256_ctx *hash, const struct npu_axis *axis)
{
	add_number(hash, axis->key_count);
	add_number(hash, axis->count);
	for (size_t k = 0; k < axis->key_count; k++) {
		add_number(hash, axis->keys[k].key);
		for (uint32_t i = 0; i < axis->count; i++)
			if (axis->keys[k].text)
				add_text(hash, axis->keys[k].text[i]);
			else
				add_number(hash, axis->keys[k].number[i]);
	}
}

/* What a screen chooses by. */
static void add_screen(struct sha256_ctx *hash, const struct npu_sweep *sweep)
{
	uint64_t share;

	memcpy(&share, &sweep->keep_share, sizeof share);
	add_number(hash, sweep->keep_points);
	add_number(hash, share);
	for (size_t i = 0; i < sweep->objective_count; i++) {
		add_number(hash, (uint64_t)sweep->objectives[i].metric);
		add_number(hash, sweep->objectives[i].maximize);
	}
}

void npu_sweep_identity(const struct npu_sweep *sweep,
			const struct npu_runner *runner,
			char identity[NPU_TRIAL_KEY_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;

	sha256_init(&hash);
	add_text(&hash, sweep->name);
	add_models(&hash, sweep, runner);
	add_base(&hash, sweep);
	add_number(&hash, (uint64_t)sweep->method);
	add_number(&hash, sweep->seed);
	add_number(&hash, sweep->samples);
	add_number(&hash, sweep->run_cap);
	add_number(&hash, sweep->axis_count);
	for (size_t a = 0; a < sweep->axis_count; a++)
		add_axis(&hash, &sweep->axes[a]);
	for (size_t i = 0; i < sweep->derived_count; i++) {
		add_number(&hash, sweep->derived[i].key);
		add_text(&hash, sweep->derived[i].text);
	}
	for (size_t i = 0; i < sweep->constraint_count; i++)
		if (sweep->constraints[i].is_static ||
		    npu_sweep_is_screened(sweep))
			add_text(&hash, sweep->constraints[i].text);
	if (npu_sweep_is_screened(sweep))
		add_screen(&hash, sweep);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, digest);
	for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
		identity[2 * i] = digits[digest[i] >> 4];
		identity[2 * i + 1] = digits[digest[i] & 15];
	}
	identity[2 * SHA256_DIGEST_SIZE] = 0;
}
