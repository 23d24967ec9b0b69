/* tools/npu_arguments.c - the command line against the option table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include "tools/npu_command.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct npu_option_desc options[] = {
#define NPU_OPTION(id, text, letter, argument, doc) \
	{ text, letter, argument, doc },
#include "tools/npu_option.def"
};

const struct npu_option_desc *npu_option_table(void)
{
	return options;
}

const char *npu_option_name(enum npu_option option)
{
	static const char *const names[] = {
#define NPU_OPTION(id, text, letter, argument, doc) "--" text,
#include "tools/npu_option.def"
	};
	return names[option];
}

static bool takes(const struct npu_verb *verb, enum npu_option option)
{
	if (option == NPU_OPTION_help || option == NPU_OPTION_json)
		return true;
	for (size_t i = 0; verb->options[i] != NPU_OPTION_COUNT; i++)
		if (verb->options[i] == option)
			return true;
	return false;
}

/* getopt's own tables for one verb; `val` is the option's number + 256. */
static void fill_tables(const struct npu_verb *verb,
			struct option long_options[NPU_OPTION_COUNT + 1],
			char *letters)
{
	size_t n = 0;

	*letters++ = ':'; /* report a missing argument as ':' */
	for (int i = 0; i < NPU_OPTION_COUNT; i++) {
		if (!takes(verb, (enum npu_option)i))
			continue;
		long_options[n++] = (struct option){
			.name = options[i].text,
			.has_arg = options[i].argument ? required_argument
						       : no_argument,
			.val = i + 256,
		};
		if (options[i].letter) {
			*letters++ = options[i].letter;
			if (options[i].argument)
				*letters++ = ':';
		}
	}
	long_options[n] = (struct option){ 0 };
	*letters = '\0';
}

static enum npu_option by_letter(int letter)
{
	int i = 0;

	while (options[i].letter != letter)
		i++;
	return (enum npu_option)i;
}

static enum npu_status unknown(const struct npu_verb *verb, const char *word,
			       struct npu_error *err)
{
	const char *names[NPU_OPTION_COUNT], *near;
	size_t n = 0;

	for (int i = 0; i < NPU_OPTION_COUNT; i++)
		if (takes(verb, (enum npu_option)i))
			names[n++] = options[i].text;
	near = npu_text_nearest(word + strspn(word, "-"), names, n);
	if (near)
		return npu_fail(err, NPU_E_USAGE,
				"%s: unknown option %s; did you mean --%s?",
				verb->name, word, near);
	return npu_fail(err, NPU_E_USAGE,
			"%s: unknown option %s; see systole %s --help",
			verb->name, word, verb->name);
}

static enum npu_status check_count(const struct npu_verb *verb, size_t count,
				   const char *extra, struct npu_error *err)
{
	if (count < verb->min)
		return npu_fail(err, NPU_E_USAGE,
				"%s: expected %s; see systole %s --help",
				verb->name, verb->arguments, verb->name);
	if (count > verb->max)
		return npu_fail(err, NPU_E_USAGE,
				"%s: unexpected argument \"%s\"", verb->name,
				extra);
	return NPU_OK;
}

enum npu_status npu_arguments_parse(const struct npu_verb *verb, int argc,
				    char **argv, struct npu_arguments *out,
				    struct npu_error *err)
{
	struct option long_options[NPU_OPTION_COUNT + 1];
	struct npu_arguments args = { 0 };
	enum npu_status status = NPU_OK;
	char letters[2 * NPU_OPTION_COUNT + 2];
	int c;

	for (int i = 0; i < NPU_OPTION_COUNT; i++) {
		args.values[i] = calloc((size_t)argc + 1, sizeof(char *));
		if (!args.values[i]) {
			npu_arguments_clear(&args);
			return npu_fail(err, NPU_E_NOMEM, "command line");
		}
	}
	fill_tables(verb, long_options, letters);
	opterr = 0;
	optind = 1;
	while (status == NPU_OK &&
	       (c = getopt_long(argc, argv, letters, long_options, NULL)) !=
		       -1) {
		if (c == '?') {
			status = unknown(verb, argv[optind - 1], err);
		} else if (c == ':') {
			status = npu_fail(err, NPU_E_USAGE,
					  "%s: %s needs an argument",
					  verb->name, argv[optind - 1]);
		} else {
			enum npu_option o = c >= 256
						    ? (enum npu_option)(c - 256)
						    : by_letter(c);

			args.values[o][args.value_count[o]++] =
				optarg ? optarg : "";
		}
	}
	args.command = (const char *const *)argv;
	args.command_count = (size_t)argc;
	args.positional = (const char *const *)argv + optind;
	args.positional_count = (size_t)(argc - optind);
	if (status == NPU_OK && !npu_given(&args, NPU_OPTION_help))
		status = check_count(
			verb, args.positional_count,
			argv[(size_t)optind + verb->max < (size_t)argc
				     ? (size_t)optind + verb->max
				     : (size_t)argc - 1],
			err);
	if (status == NPU_OK)
		*out = args;
	else
		npu_arguments_clear(&args);
	return status;
}

void npu_arguments_clear(struct npu_arguments *args)
{
	for (int i = 0; i < NPU_OPTION_COUNT; i++)
		free(args->values[i]);
	memset(args, 0, sizeof *args);
}

const char *npu_option_text(const struct npu_arguments *args,
			    enum npu_option option, const char *fallback)
{
	size_t n = args->value_count[option];

	return n ? args->values[option][n - 1] : fallback;
}

enum npu_status npu_option_integer(const struct npu_arguments *args,
				   enum npu_option option, uint64_t min,
				   uint64_t max, uint64_t fallback,
				   uint64_t *out, struct npu_error *err)
{
	const char *text = npu_option_text(args, option, NULL);
	unsigned long long value;
	char *end;

	if (!text) {
		*out = fallback;
		return NPU_OK;
	}
	errno = 0;
	value = strtoull(text, &end, 10);
	if (end == text || *end || errno || *text == '-' || value < min ||
	    value > max)
		return npu_fail(err, NPU_E_USAGE,
				"%s: expected an integer in %llu..%llu, got "
				"\"%s\"",
				npu_option_name(option),
				(unsigned long long)min,
				(unsigned long long)max, text);
	*out = value;
	return NPU_OK;
}

enum npu_status npu_option_choice(const struct npu_arguments *args,
				  enum npu_option option,
				  const char *const *names, size_t fallback,
				  size_t *out, struct npu_error *err)
{
	const char *text = npu_option_text(args, option, NULL), *near;
	size_t n = 0;

	if (!text) {
		*out = fallback;
		return NPU_OK;
	}
	for (; names[n]; n++)
		if (!strcmp(names[n], text)) {
			*out = n;
			return NPU_OK;
		}
	near = npu_text_nearest(text, names, n);
	return npu_fail(err, NPU_E_USAGE, "%s: expected %s, got \"%s\"%s%s%s",
			npu_option_name(option), options[option].argument, text,
			near ? "; did you mean " : "", near ? near : "",
			near ? "?" : "");
}
