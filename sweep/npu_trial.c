/* sweep/npu_trial.c - one simulation, its key, and what trials share.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_trial.h"
#include "isa/npu_cost.h"
#include "isa/npu_verify.h"
#include "sweep/npu_estimate.h"
#include "sweep/npu_model_version.h"
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRAMS_KEPT = 16 };

struct model {
	struct npu_graph *lowered;
	struct npu_estimate *estimate;
	uint64_t batch;
	uint8_t hash[SHA256_DIGEST_SIZE]; /* of the lowered network */
};

/* A compiled program, and for whom. */
struct compiled {
	struct npu_program *program;
	size_t model;
	uint8_t hash[SHA256_DIGEST_SIZE]; /* of the keys that code depends on */
	uint64_t used;                    /* when, in trials */
};

struct npu_runner {
	const struct npu_sweep *sweep;
	struct model models[NPU_SWEEP_MODELS_MAX];
	struct compiled programs[PROGRAMS_KEPT];
	struct npu_runner_counts counts;
};

const char *npu_model_version(void)
{
	return NPU_MODEL_VERSION;
}

/* ---- hashes ---- */

static void hash_text(struct sha256_ctx *hash, const char *text)
{
	sha256_update(hash, strlen(text) + 1, (const uint8_t *)text);
}

/* Keys of the chip in `section.key` form among which `is_listed` chooses. */
static void hash_chip(struct sha256_ctx *hash, const struct npu_chip *chip,
		      int (*is_listed)(const struct npu_chip_key *))
{
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);
	char text[128];

	for (size_t i = 0; i < count; i++) {
		if (!is_listed(&keys[i]))
			continue;
		npu_chip_key_text(&keys[i], chip, text, sizeof text);
		hash_text(hash, keys[i].section);
		hash_text(hash, keys[i].key);
		hash_text(hash, text);
	}
}

static int is_one_of(const struct npu_chip_key *key, const char *const *names,
		     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t n = strlen(key->section);

		if (!strncmp(names[i], key->section, n) && names[i][n] == '.' &&
		    !strcmp(names[i] + n + 1, key->key))
			return 1;
	}
	return 0;
}

/* Counts depend on all but these. */
static int affects_counts(const struct npu_chip_key *key)
{
	static const char *const others[] = {
		"chip.name",        "chip.technology",
		"chip.process",     "chip.clock_gating",
		"chip.temperature", "chip.zero_activations",
	};

	return !is_one_of(key, others, sizeof others / sizeof others[0]);
}

/* Code depends on less: what the memory and the queues' fetching do in time is
 * none of the compiler's business, but for the bandwidth, hashed apart. */
static int affects_code(const struct npu_chip_key *key)
{
	static const char *const others[] = {
		"chip.clock",      "dram.preset",     "dram.model",
		"dram.map",        "dram.channels",   "dram.interleave",
		"dram.width",      "dram.bandwidth",  "dram.latency",
		"queues.prefetch", "dma.outstanding",
	};

	return affects_counts(key) &&
	       !is_one_of(key, others, sizeof others / sizeof others[0]);
}

static void code_hash(const struct npu_chip *chip, uint8_t *out)
{
	const double bandwidth = npu_dram_peak_bytes_per_cycle(chip);
	struct sha256_ctx hash;

	sha256_init(&hash);
	hash_chip(&hash, chip, affects_code);
	sha256_update(&hash, sizeof bandwidth, (const uint8_t *)&bandwidth);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, out);
}

static void print_key(const uint8_t *digest, char key[NPU_TRIAL_KEY_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
		key[2 * i] = digits[digest[i] >> 4];
		key[2 * i + 1] = digits[digest[i] & 15];
	}
	key[2 * SHA256_DIGEST_SIZE] = 0;
}

void npu_runner_code_key(const struct npu_runner *runner, size_t model,
			 const struct npu_chip *chip,
			 char key[NPU_TRIAL_KEY_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;

	code_hash(chip, digest);
	sha256_init(&hash);
	sha256_update(&hash, SHA256_DIGEST_SIZE, runner->models[model].hash);
	sha256_update(&hash, SHA256_DIGEST_SIZE, digest);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, digest);
	print_key(digest, key);
}

void npu_runner_key(const struct npu_runner *runner, size_t model,
		    const struct npu_chip *chip, char key[NPU_TRIAL_KEY_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;

	sha256_init(&hash);
	hash_text(&hash, NPU_MODEL_VERSION);
	sha256_update(&hash, SHA256_DIGEST_SIZE, runner->models[model].hash);
	hash_chip(&hash, chip, affects_counts);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, digest);
	print_key(digest, key);
}

/* ---- models ---- */

static enum npu_status load_model(const struct npu_sweep_model *from,
				  struct model *to, struct npu_error *err)
{
	const struct npu_model_options options = { .batch = from->batch };
	const struct npu_lower_options lower = { .precision = from->precision };
	struct npu_graph *graph = NULL;
	struct npu_text text = { 0 };
	struct sha256_ctx hash;
	enum npu_status status;

	NPU_TRY(npu_model_load(from->name, &options, &graph, err));
	to->batch = npu_graph_batch(graph);
	status = npu_lower(graph, &lower, &to->lowered, err);
	npu_graph_destroy(graph);
	NPU_TRY(status);
	npu_graph_print(to->lowered, &text);
	if (text.failed)
		status = npu_fail(err, NPU_E_NOMEM, "%s", from->name);
	sha256_init(&hash);
	sha256_update(&hash, text.length, (const uint8_t *)text.data);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, to->hash);
	npu_text_clear(&text);
	NPU_TRY(status);
	return npu_estimate_create(to->lowered, &to->estimate, err);
}

enum npu_status npu_runner_create(const struct npu_sweep *sweep,
				  struct npu_runner **out,
				  struct npu_error *err)
{
	struct npu_runner *runner = calloc(1, sizeof *runner);
	enum npu_status status = NPU_OK;

	if (!runner)
		return npu_fail(err, NPU_E_NOMEM, "no memory to run trials");
	runner->sweep = sweep;
	for (size_t i = 0; i < sweep->model_count && status == NPU_OK; i++) {
		status = load_model(&sweep->models[i], &runner->models[i], err);
		npu_error_locate(err, sweep->models[i].at);
	}
	if (status != NPU_OK) {
		npu_runner_destroy(runner);
		return status;
	}
	*out = runner;
	return NPU_OK;
}

void npu_runner_destroy(struct npu_runner *runner)
{
	if (!runner)
		return;
	for (size_t i = 0; i < NPU_SWEEP_MODELS_MAX; i++) {
		npu_graph_destroy(runner->models[i].lowered);
		npu_estimate_destroy(runner->models[i].estimate);
	}
	for (size_t i = 0; i < PROGRAMS_KEPT; i++)
		npu_program_destroy(runner->programs[i].program);
	free(runner);
}

enum npu_status npu_runner_estimate(const struct npu_runner *runner,
				    size_t model, const struct npu_chip *chip,
				    struct npu_activity *out,
				    struct npu_error *err)
{
	return npu_estimate_run(runner->models[model].estimate, chip, out, err);
}

uint64_t npu_runner_batch(const struct npu_runner *runner, size_t model)
{
	return runner->models[model].batch;
}

struct npu_runner_counts npu_runner_count(const struct npu_runner *runner)
{
	return runner->counts;
}

/* ---- a trial ---- */

/* The program kept for this model and hash; else the place for it: that of the
 * one not used for longest, emptied. */
static struct compiled *find_program(struct npu_runner *runner, size_t model,
				     const uint8_t *hash)
{
	struct compiled *oldest = &runner->programs[0];

	for (size_t i = 0; i < PROGRAMS_KEPT; i++) {
		struct compiled *c = &runner->programs[i];

		if (c->program && c->model == model &&
		    !memcmp(c->hash, hash, sizeof c->hash))
			return c;
		if (c->used < oldest->used)
			oldest = c;
	}
	npu_program_destroy(oldest->program);
	oldest->program = NULL;
	return oldest;
}

static enum npu_status compile(struct npu_runner *runner, size_t model,
			       const struct npu_chip *chip,
			       struct npu_program **out, struct npu_error *err)
{
	const struct npu_codegen_options options = { 0 };
	uint8_t hash[SHA256_DIGEST_SIZE];
	struct compiled *c;
	enum npu_status status;

	code_hash(chip, hash);
	c = find_program(runner, model, hash);
	if (c->program) {
		runner->counts.reused++;
	} else {
		NPU_TRY(npu_codegen(runner->models[model].lowered, chip,
				    &options, &c->program, err));
		status = npu_verify(c->program, chip, NULL, err);
		if (status != NPU_OK) {
			npu_program_destroy(c->program);
			c->program = NULL;
			return status;
		}
		c->model = model;
		memcpy(c->hash, hash, sizeof hash);
		runner->counts.compiled++;
	}
	c->used = runner->counts.compiled + runner->counts.reused;
	*out = c->program;
	return NPU_OK;
}

enum npu_status npu_runner_run(struct npu_runner *runner, size_t model,
			       const struct npu_chip *chip,
			       struct npu_activity *out, struct npu_error *err)
{
	const struct npu_sim_options options = { 0 };
	struct npu_program *program;
	struct npu_result *result = NULL;
	struct npu_sim *sim = NULL;
	enum npu_status status;

	NPU_TRY(compile(runner, model, chip, &program, err));
	NPU_TRY(npu_sim_create(chip, program, &options, &sim, err));
	status = npu_sim_run(sim, NULL, NULL, &result, err);
	if (status == NPU_OK)
		npu_sim_activity(sim, result, out);
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return status;
}
