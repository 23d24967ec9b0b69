/* tools/npu_command.h - the `systole` command: options, verbs, their table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_COMMAND_H
#define NPU_COMMAND_H
#include "base/npu_status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How to add a verb: a row in npu_verb.def, its new options in npu_option.def,
 * and tools/npu_verb_<name>.c with npu_verb_<name>(), listed in
 * tools/CMakeLists.txt. A verb writes data to stdout and returns a status;
 * main() prints the error, in compiler form, on stderr and maps the status to
 * the exit code. */

enum npu_option {
#define NPU_OPTION(id, text, letter, argument, doc) NPU_OPTION_##id,
#include "tools/npu_option.def"
	NPU_OPTION_COUNT
};

/* The parsed command line; borrows argv. */
struct npu_arguments {
	const char *const *command; /* the whole of argv, the verb first */
	size_t command_count;
	const char *const *positional;
	size_t positional_count;
	/* [NPU_OPTION_COUNT] lists of the values given, in order; a flag's
	 * value is "" */
	const char **values[NPU_OPTION_COUNT];
	size_t value_count[NPU_OPTION_COUNT];
};

static inline bool npu_given(const struct npu_arguments *args,
			     enum npu_option option)
{
	return args->value_count[option] > 0;
}
/* The last value given, or `fallback`. */
const char *npu_option_text(const struct npu_arguments *args,
			    enum npu_option option, const char *fallback);
/* The last value given as an integer; E_USAGE where it is none or outside. */
NPU_NODISCARD enum npu_status
npu_option_integer(const struct npu_arguments *args, enum npu_option option,
		   uint64_t min, uint64_t max, uint64_t fallback, uint64_t *out,
		   struct npu_error *err);
/* The last value given as one of `names` (NULL-terminated); index to *out. */
NPU_NODISCARD enum npu_status
npu_option_choice(const struct npu_arguments *args, enum npu_option option,
		  const char *const *names, size_t fallback, size_t *out,
		  struct npu_error *err);
/* "--chip", for messages. */
const char *npu_option_name(enum npu_option option);

typedef enum npu_status npu_verb_fn(const struct npu_arguments *args,
				    struct npu_error *err);

#define NPU_VERB(name, arguments, min, max, options, doc) \
	npu_verb_fn npu_verb_##name;
#include "tools/npu_verb.def"

struct npu_verb {
	const char *name, *arguments, *doc;
	size_t min, max;
	const enum npu_option *options; /* ended by NPU_OPTION_COUNT */
	npu_verb_fn *run;
};
const struct npu_verb *npu_verb_table(size_t *count);

struct npu_option_desc {
	const char *text;
	char letter;
	const char *argument, *doc;
};
const struct npu_option_desc *npu_option_table(void);

/* Parse what follows the verb. The caller frees with npu_arguments_clear(). */
NPU_NODISCARD enum npu_status npu_arguments_parse(const struct npu_verb *verb,
						  int argc, char **argv,
						  struct npu_arguments *out,
						  struct npu_error *err);
void npu_arguments_clear(struct npu_arguments *args);

/* Print a JSON value (a jansson json_t, borrowed) on stdout; E_IO. */
struct json_t;
NPU_NODISCARD enum npu_status npu_print_json(const struct json_t *value,
					     struct npu_error *err);
#endif
