/* tools/npu_batch.c - scripts for Slurm, LSF and SGE, and sbatch.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "tools/npu_batch.h"
#include "sweep/npu_postgres.h"
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOB_NAME_MAX = 48, PATH_SIZE = 4096 };

const char *const npu_batch_name[NPU_BATCH_COUNT + 1] = {
#define NPU_BATCH(name, cores, head) #name,
#include "tools/npu_batch.def"
	NULL
};

static const struct {
	const char *cores, *head;
} systems[NPU_BATCH_COUNT] = {
#define NPU_BATCH(name, cores, head) { cores, head },
#include "tools/npu_batch.def"
};

/* ---- words of a shell ---- */

static enum npu_status add_quoted(struct npu_text *out, const char *word,
				  struct npu_error *err)
{
	if (strchr(word, '\n'))
		return npu_fail(err, NPU_E_USAGE,
				"a batch script cannot hold a path with a "
				"newline: %s",
				word);
	npu_text_add(out, "'");
	for (; *word; word++)
		if (*word == '\'')
			npu_text_add(out, "'\\''");
		else
			npu_text_add_bytes(out, word, 1);
	npu_text_add(out, "'");
	return NPU_OK;
}

/* ---- the head ---- */

/* Directives know no quoting that all systems share. */
static void add_job_name(struct npu_text *out, const char *sweep)
{
	npu_text_add(out, "systole-");
	for (int i = 0; sweep[i] && i < JOB_NAME_MAX; i++)
		npu_text_add(out, "%c",
			     isalnum((unsigned char)sweep[i]) ||
					     strchr("_-.", sweep[i])
				     ? sweep[i]
				     : '_');
}

static void add_head(struct npu_text *out, const char *head, const char *sweep,
		     unsigned workers)
{
	static const char name[] = "{name}", count[] = "{workers}";

	while (*head) {
		if (!strncmp(head, name, strlen(name))) {
			add_job_name(out, sweep);
			head += strlen(name);
		} else if (!strncmp(head, count, strlen(count))) {
			npu_text_add(out, "%u", workers);
			head += strlen(count);
		} else {
			npu_text_add_bytes(out, head++, 1);
		}
	}
}

/* ---- the command ---- */

static enum npu_status add_option(const struct npu_arguments *args,
				  enum npu_option option, struct npu_text *out,
				  struct npu_error *err)
{
	if (!npu_given(args, option))
		return NPU_OK;
	npu_text_add(out, " %s ", npu_option_name(option));
	return add_quoted(out, npu_option_text(args, option, ""), err);
}

static enum npu_status add_command(const struct npu_sweep_command *c,
				   struct npu_text *out, struct npu_error *err)
{
	char path[PATH_SIZE];
	ssize_t n;

	if (!getcwd(path, sizeof path))
		return npu_fail(err, NPU_E_IO, "the current folder: %s",
				strerror(errno));
	npu_text_add(out, "cd ");
	NPU_TRY(add_quoted(out, path, err));
	npu_text_add(out, " || exit\nexec ");
	n = readlink("/proc/self/exe", path, sizeof path - 1);
	if (n < 0)
		return npu_fail(err, NPU_E_IO, "/proc/self/exe: %s",
				strerror(errno));
	path[n] = 0;
	NPU_TRY(add_quoted(out, path, err));
	if (!realpath(c->sweep->path, path))
		return npu_fail(err, NPU_E_IO, "%s: %s", c->sweep->path,
				strerror(errno));
	npu_text_add(out, " sweep worker ");
	NPU_TRY(add_quoted(out, path, err));
	NPU_TRY(add_option(c->args, NPU_OPTION_store, out, err));
	return add_option(c->args, NPU_OPTION_lease, out, err);
}

enum npu_status npu_batch_script(const struct npu_sweep_command *c,
				 enum npu_batch_system system, unsigned workers,
				 struct npu_text *out, struct npu_error *err)
{
	if (npu_postgres_has_password(
		    npu_option_text(c->args, NPU_OPTION_store, "")))
		return npu_fail(err, NPU_E_USAGE,
				"--store: the password would stand in the "
				"batch script; put it into ~/.pgpass, or a "
				"file that PGPASSFILE names");
	npu_text_add(out, "#!/bin/sh\n");
	add_head(out, systems[system].head, c->sweep->name, workers);
	NPU_TRY(add_command(c, out, err));
	npu_text_add(out, " -j \"${%s:-1}\"\n", systems[system].cores);
	return out->failed
		       ? npu_fail(err, NPU_E_NOMEM, "no memory for a script")
		       : NPU_OK;
}

/* ---- sbatch ---- */

enum npu_status npu_batch_start(const struct npu_text *script,
				struct npu_error *err)
{
	FILE *pipe;
	int how;

	fflush(stdout);
	signal(SIGPIPE, SIG_IGN); /* how sbatch ends says more */
	pipe = popen("exec sbatch --parsable", "w");
	if (!pipe)
		return npu_fail(err, NPU_E_IO, "cannot run sbatch: %s",
				strerror(errno));
	fwrite(script->data, 1, script->length, pipe);
	how = pclose(pipe);
	if (WIFEXITED(how) && WEXITSTATUS(how) == 127)
		return npu_fail(err, NPU_E_IO,
				"no sbatch on PATH: submit where Slurm is, or "
				"take the script of `--print slurm` there; the "
				"queue is filled");
	if (how != 0)
		return npu_fail(err, NPU_E_IO,
				"sbatch did not take the job; the queue is "
				"filled, and `--print slurm` shows the script");
	return NPU_OK;
}
