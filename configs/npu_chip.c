/* configs/npu_chip.c - chip files, their base and the command line's --set.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "base/npu_yaml.h"
#include "configs/npu_chip_internal.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 1024 };

struct reader {
	struct npu_arena *arena;
	const char *directory;
	struct npu_chip chip;
	struct npu_loc places[NPU_CHIP_KEYS_MAX];
	bool given[NPU_CHIP_KEYS_MAX];
	struct npu_error *err;
};

static bool is_path(const char *name)
{
	size_t n = strlen(name);

	return strchr(name, '/') || (n > 5 && !strcmp(name + n - 5, ".yaml")) ||
	       (n > 4 && !strcmp(name + n - 4, ".yml"));
}

static enum npu_status read_text(const struct npu_yaml *node, char *field,
				 struct npu_error *err)
{
	const char *text;

	NPU_TRY(npu_yaml_text(node, &text, err));
	if (strlen(text) >= NPU_CHIP_TEXT_SIZE)
		return npu_yaml_fail(node, NPU_E_RANGE, err,
				     "longer than %d bytes",
				     NPU_CHIP_TEXT_SIZE - 1);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 32 || *c == 127 || /* C0, DEL, C1 as UTF-8 */
		    (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
			return npu_yaml_fail(node, NPU_E_RANGE, err,
					     "control character in text");
	memset(field, 0, NPU_CHIP_TEXT_SIZE);
	memcpy(field, text, strlen(text));
	return NPU_OK;
}

enum npu_status npu_chip_key_read(const struct npu_chip_key *key,
				  const struct npu_yaml *node,
				  struct npu_chip *chip, struct npu_error *err)
{
	char *field = (char *)chip + key->offset;
	uint64_t value = 0;

	if (key->kind == NPU_CHIP_TEXT)
		return read_text(node, field, err);
	if (key->kind == NPU_CHIP_INT) {
		NPU_TRY(npu_yaml_quantity(node, key->unit, key->min, key->max,
					  &value, err));
		memcpy(field, &value, sizeof value);
	} else {
		struct npu_chip_choices c = npu_chip_choices_find(key->choices);
		size_t choice;

		NPU_TRY(npu_yaml_choice(node, c.names, c.count, &choice, err));
		memcpy(field, &c.codes[choice], sizeof value);
	}
	return NPU_OK;
}

static enum npu_status read_key(struct reader *r, size_t index,
				const struct npu_yaml *node)
{
	size_t count;

	NPU_TRY(npu_chip_key_read(&npu_chip_key_table(&count)[index], node,
				  &r->chip, r->err));
	r->given[index] = true;
	r->places[index] = node->at;
	return NPU_OK;
}

/* Names of the sections, each once; of the keys of one section. */
static size_t section_names(const char *names[NPU_CHIP_KEYS_MAX])
{
	size_t count, n = 0;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++)
		if (!i || strcmp(keys[i].section, keys[i - 1].section) != 0)
			names[n++] = keys[i].section;
	return n;
}

static size_t key_names(const char *section,
			const char *names[NPU_CHIP_KEYS_MAX])
{
	size_t count, n = 0;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(keys[i].section, section))
			names[n++] = keys[i].key;
	return n;
}

static enum npu_status read_sections(struct reader *r,
				     const struct npu_yaml *root)
{
	const char *names[NPU_CHIP_KEYS_MAX + 1];
	size_t count, n = section_names(names);
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	names[n++] = "base";
	NPU_TRY(npu_yaml_check_keys(root, names, n, r->err));
	npu_yaml_each(section, root)
	{
		if (!strcmp(section->key, "base"))
			continue;
		n = key_names(section->key, names);
		NPU_TRY(npu_yaml_check_keys(section, names, n, r->err));
	}
	for (size_t i = 0; i < count; i++) {
		const struct npu_yaml *node =
			npu_yaml_find(root, keys[i].section);

		if (node)
			node = npu_yaml_find(node, keys[i].key);
		if (node)
			NPU_TRY(read_key(r, i, node));
	}
	return NPU_OK;
}

static enum npu_status check_complete(struct reader *r,
				      const struct npu_yaml *root)
{
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++) {
		const struct npu_yaml *section =
			npu_yaml_find(root, keys[i].section);

		if (r->given[i])
			continue;
		return npu_fail_at(r->err, NPU_E_SYNTAX,
				   section ? section->at : root->at,
				   "missing key \"%s.%s\" (%s); a file that "
				   "gives only what differs says `base: edge`",
				   keys[i].section, keys[i].key, keys[i].doc);
	}
	return NPU_OK;
}

/* The file of `name`, which is a path or a chip of the directory. */
static enum npu_status find_chip(const struct reader *r, const char *name,
				 struct npu_loc at, char *path)
{
	char near[300] = "";
	const char *const *names;
	size_t count = 0;
	FILE *file;

	if (is_path(name)) {
		if (snprintf(path, PATH_SIZE, "%s", name) >= PATH_SIZE)
			return npu_fail_at(r->err, NPU_E_IO, at,
					   "path too long");
		return NPU_OK;
	}
	snprintf(path, PATH_SIZE, "%s/%.200s.yaml", r->directory, name);
	file = fopen(path, "rb");
	if (file) {
		fclose(file);
		return NPU_OK;
	}
	NPU_TRY(npu_chip_list(r->arena, r->directory, &names, &count, r->err));
	const char *best = npu_text_nearest(name, names, count);
	if (best)
		snprintf(near, sizeof near, "; did you mean \"%.200s\"?", best);
	else
		for (size_t i = 0, n = 0; i < count && n < sizeof near; i++)
			n += (size_t)snprintf(near + n, sizeof near - n, "%s%s",
					      i ? ", " : "; there are ",
					      names[i]);
	/* on the command line the same slip as a path that is not there */
	return npu_fail_at(r->err, at.line ? NPU_E_RANGE : NPU_E_IO, at,
			   "no chip \"%.100s\" in %s%s", name, r->directory,
			   near);
}

/* `base: NAME` gives every key that the file does not. A path is relative to
 * the file that names it. One level: a chip can be read without a search. */
static enum npu_status read_base(struct reader *r, const char *file,
				 const struct npu_yaml *node)
{
	const struct npu_yaml *root, *chain;
	char name[PATH_SIZE], path[PATH_SIZE];
	const char *base, *slash = strrchr(file, '/');

	NPU_TRY(npu_yaml_text(node, &base, r->err));
	if (is_path(base) && base[0] != '/' && slash) {
		if (snprintf(name, sizeof name, "%.*s/%s", (int)(slash - file),
			     file, base) >= (int)sizeof name)
			return npu_yaml_fail(node, NPU_E_RANGE, r->err,
					     "path too long");
		base = name;
	}
	NPU_TRY(find_chip(r, base, node->at, path));
	NPU_TRY(npu_yaml_load(r->arena, path, &root, r->err));
	NPU_TRY(npu_yaml_expect(root, NPU_YAML_MAPPING, r->err));
	chain = npu_yaml_find(root, "base");
	if (chain)
		return npu_fail_at(r->err, NPU_E_SYNTAX, chain->key_at,
				   "a chip used as a base must be complete; "
				   "this one has a base itself");
	NPU_TRY(read_sections(r, root));
	return check_complete(r, root);
}

/* A chip that rests on a base is another chip: unless its file names it, it is
 * called after the file. */
static void name_after_file(struct npu_chip *chip, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *stem = slash ? slash + 1 : path;
	const char *dot = strrchr(stem, '.');
	size_t n = dot ? (size_t)(dot - stem) : strlen(stem);

	if (n >= sizeof chip->chip.name)
		n = sizeof chip->chip.name - 1;
	memset(chip->chip.name, 0, sizeof chip->chip.name);
	for (size_t i = 0; i < n; i++)
		chip->chip.name[i] =
			(unsigned char)stem[i] < 32 || stem[i] == 127 ? '_'
								      : stem[i];
}

static enum npu_status read_file(struct reader *r, const char *path)
{
	const struct npu_yaml *root, *base, *chip;

	NPU_TRY(npu_yaml_load(r->arena, path, &root, r->err));
	NPU_TRY(npu_yaml_expect(root, NPU_YAML_MAPPING, r->err));
	base = npu_yaml_find(root, "base");
	if (base)
		NPU_TRY(read_base(r, path, base));
	NPU_TRY(read_sections(r, root));
	chip = npu_yaml_find(root, "chip");
	if (base && !(chip && npu_yaml_find(chip, "name")))
		name_after_file(&r->chip, path);
	return check_complete(r, root);
}

/* "section.key=value", the `number`-th of the command line. */
static enum npu_status read_set(struct reader *r, const char *set,
				uint32_t number)
{
	struct npu_loc at = { "--set", number, 1 };
	const char *names[NPU_CHIP_KEYS_MAX], *equals = strchr(set, '=');
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	if (!equals)
		return npu_fail_at(r->err, NPU_E_SYNTAX, at,
				   "expected section.key=value, got \"%.80s\"",
				   set);
	char *name =
		npu_arena_printf(r->arena, "%.*s", (int)(equals - set), set);
	struct npu_yaml section = { .kind = NPU_YAML_MAPPING }, root = section;
	struct npu_yaml node = { .text = equals + 1, .at = at };
	if (!name)
		return npu_fail(r->err, NPU_E_NOMEM, "reading --set");
	node.at.column = (uint32_t)(equals - set) + 2;
	for (size_t i = 0; i < count; i++) {
		names[i] = npu_arena_printf(r->arena, "%s.%s", keys[i].section,
					    keys[i].key);
		if (!names[i])
			return npu_fail(r->err, NPU_E_NOMEM, "reading --set");
		if (strcmp(names[i], name) != 0)
			continue;
		section.parent = &root; /* so that messages say section.key */
		section.key = keys[i].section;
		node.parent = &section;
		node.key = keys[i].key;
		return read_key(r, i, &node);
	}
	const char *near = npu_text_nearest(name, names, count);
	return npu_fail_at(r->err, NPU_E_SYNTAX, at,
			   "unknown key \"%.80s\"%s%s%s", name,
			   near ? "; did you mean \"" : "", near ? near : "",
			   near ? "\"?" : "");
}

enum npu_status npu_chip_load(const char *name_or_path, const char *directory,
			      const char *const *sets, size_t set_count,
			      struct npu_chip *out, struct npu_error *err)
{
	struct reader r = { .directory = directory, .err = err };
	char installed[PATH_SIZE], path[PATH_SIZE];
	enum npu_status status;

	if (!directory) {
		npu_data_path("configs/chips", installed, sizeof installed);
		r.directory = installed;
	}
	r.arena = npu_arena_create();
	if (!r.arena)
		return npu_fail(err, NPU_E_NOMEM, "reading %.60s",
				name_or_path);
	status = find_chip(&r, name_or_path, (struct npu_loc){ 0 }, path);
	if (status == NPU_OK)
		status = read_file(&r, path);
	for (size_t i = 0; status == NPU_OK && i < set_count; i++)
		status = read_set(&r, sets[i], (uint32_t)i + 1);
	if (status == NPU_OK)
		status = npu__chip_check(&r.chip, r.places, err);
	if (status == NPU_OK)
		*out = r.chip;
	npu_arena_destroy(r.arena);
	return status;
}

/* Everything that a program's legality and addresses depend on; not clocks,
 * DRAM timing, queues or names. FNV-1a over little-endian values.
 * source: Fowler, Noll, Vo, draft-eastlake-fnv-17, 64-bit parameters */
uint64_t npu_chip_fingerprint(const struct npu_chip *chip)
{
	const uint64_t parts[] = {
		chip->chip.cores,         chip->array.rows,
		chip->array.cols,         chip->array.operands,
		chip->scratchpad.bytes,   chip->scratchpad.banks,
		chip->accumulators.bytes, chip->accumulators.banks,
		chip->vector.lanes,
	};
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		for (int byte = 0; byte < 8; byte++) {
			hash ^= parts[i] >> 8 * byte & 0xff;
			hash *= 0x100000001b3u;
		}
	return hash;
}
