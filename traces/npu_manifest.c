/* traces/npu_manifest.c - what went into a run: hashes, versions, command.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_json_internal.h"
#include "traces/npu_writers.h"
#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_SIZE = 2 * SHA256_DIGEST_SIZE + 1 };

static void to_hex(struct sha256_ctx *hash, char hex[HEX_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(hash, sizeof digest, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* SHA-256 of a file; found = 0 and OK where there is none of that name. */
static enum npu_status hash_file(const char *path, char hex[HEX_SIZE],
				 int *found, struct npu_error *err)
{
	struct sha256_ctx hash;
	uint8_t buffer[65536];
	size_t n;
	FILE *file = fopen(path, "rb");

	*found = file != NULL;
	if (!file)
		return NPU_OK;
	sha256_init(&hash);
	while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
		sha256_update(&hash, n, buffer);
	int bad = ferror(file);
	fclose(file);
	if (bad)
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ .path = path }, "%s",
				   strerror(errno));
	to_hex(&hash, hex);
	return NPU_OK;
}

static enum npu_status add_files(const struct npu_manifest *m, json_t *files,
				 struct npu_error *err)
{
	for (size_t i = 0; i < m->file_count; i++) {
		const char *base = strrchr(m->files[i], '/');
		char hex[HEX_SIZE];
		int found;

		NPU_TRY(hash_file(m->files[i], hex, &found, err));
		json_array_append_new(
			files,
			json_pack("{s:o, s:s*}", "name",
				  npu__json_text(base ? base + 1 : m->files[i]),
				  "sha256", found ? hex : NULL));
	}
	return NPU_OK;
}

enum npu_status npu_write_manifest(const struct npu_manifest *manifest,
				   struct npu_text *out, struct npu_error *err)
{
	json_t *files = json_array(), *command = json_array(), *object;
	struct sha256_ctx hash;
	char hex[HEX_SIZE], *text;
	enum npu_status status = add_files(manifest, files, err);

	sha256_init(&hash);
	sha256_update(&hash, strlen(manifest->chip_yaml),
		      (const uint8_t *)manifest->chip_yaml);
	to_hex(&hash, hex);
	for (size_t i = 0; i < manifest->command_count; i++)
		json_array_append_new(command,
				      npu__json_text(manifest->command[i]));
	object = json_pack("{s:s, s:s, s:o, s:I, s:s, s:o}", "schema",
			   "systole.manifest/1", "version", manifest->version,
			   "command", command, "seed",
			   (json_int_t)manifest->seed, "chip_sha256", hex,
			   "files", files);
	text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
	if (text) {
		npu_text_add_bytes(out, text, strlen(text));
		npu_text_add_bytes(out, "\n", 1);
	} else if (status == NPU_OK) {
		status = npu_fail(err, NPU_E_NOMEM, "writing the manifest");
	}
	free(text);
	json_decref(object);
	return status;
}
