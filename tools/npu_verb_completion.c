/* tools/npu_verb_completion.c - completion scripts from the tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_command.h"
#include <stdio.h>
#include <string.h>

static void print_words(const struct npu_verb *verb)
{
	const struct npu_option_desc *options = npu_option_table();

	printf("--help --json");
	for (size_t i = 0; verb->options[i] != NPU_OPTION_COUNT; i++)
		printf(" --%s", options[verb->options[i]].text);
}

static void print_bash(const struct npu_verb *verbs, size_t count)
{
	puts("_systole() {\n"
	     "  local word=${COMP_WORDS[COMP_CWORD]} words");
	printf("  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"");
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? " " : "", verbs[i].name);
	puts("\"; else\n"
	     "    case ${COMP_WORDS[1]} in");
	for (size_t i = 0; i < count; i++) {
		printf("      %s) words=\"", verbs[i].name);
		print_words(&verbs[i]);
		puts("\";;");
	}
	puts("    esac\n"
	     "  fi\n"
	     "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	     "}\n"
	     "complete -o default -F _systole systole");
}

static void print_zsh(const struct npu_verb *verbs, size_t count)
{
	puts("#compdef systole\n"
	     "autoload -U bashcompinit && bashcompinit");
	print_bash(verbs, count);
}

static void print_fish(const struct npu_verb *verbs, size_t count)
{
	const struct npu_option_desc *options = npu_option_table();

	for (size_t i = 0; i < count; i++) {
		printf("complete -c systole -n __fish_use_subcommand -a %s -d "
		       "'%s'\n",
		       verbs[i].name, verbs[i].doc);
		for (size_t k = 0; verbs[i].options[k] != NPU_OPTION_COUNT; k++)
			printf("complete -c systole -n "
			       "'__fish_seen_subcommand_from %s' -l %s%s\n",
			       verbs[i].name, options[verbs[i].options[k]].text,
			       options[verbs[i].options[k]].argument ? " -r"
								     : "");
	}
}

enum npu_status npu_verb_completion(const struct npu_arguments *args,
				    struct npu_error *err)
{
	const char *shell = args->positional[0];
	const struct npu_verb *verbs;
	size_t count;

	verbs = npu_verb_table(&count);
	if (!strcmp(shell, "bash"))
		print_bash(verbs, count);
	else if (!strcmp(shell, "zsh"))
		print_zsh(verbs, count);
	else if (!strcmp(shell, "fish"))
		print_fish(verbs, count);
	else
		return npu_fail(err, NPU_E_USAGE,
				"completion: expected bash, zsh or fish, got "
				"\"%s\"",
				shell);
	return NPU_OK;
}
