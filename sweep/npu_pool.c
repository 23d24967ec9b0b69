/* sweep/npu_pool.c - worker processes that simulate, one that stores.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A worker is a fork: it shares the loaded networks, takes numbers of trials
 * from its socket, and answers each with its outcome. Trials go out in short
 * runs, since neighbours often share a program. Where they come from is the
 * feed's business. */
#define _GNU_SOURCE
#include "sweep/npu_pool.h"
#include "base/npu_clock.h"
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	RUN_MAX = 8,       /* trials handed out at once */
	FLUSH_MS = 200,    /* outcomes wait so long for their transaction */
	TEXT_MAX = 1 << 16 /* of one outcome */
};

/* What a worker answers with; `length` bytes of text follow. */
struct answer {
	uint64_t trial;
	uint32_t status, length;
	uint32_t compiled; /* programs, for this trial */
	char key[NPU_TRIAL_KEY_SIZE];
};

struct worker {
	pid_t pid; /* 0: none */
	int socket;
	uint64_t run[RUN_MAX]; /* not answered yet, in order */
	size_t count;
};

struct pool {
	const struct npu_sweep *sweep;
	struct npu_runner *runner;
	const struct npu_feed *feed;
	const struct npu_pool_options *options;
	struct worker *workers; /* [jobs] */
	uint64_t *again;        /* handed out, and lost with their worker */
	size_t again_count;
	int is_over; /* the feed has no more */
	double started, flushed, shown;
	struct npu_progress progress;
	struct npu_error *err;
};

/* ---- the worker ---- */

static int read_all(int fd, void *data, size_t size)
{
	char *at = data;

	while (size) {
		const ssize_t n = read(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		at += n;
		size -= (size_t)n;
	}
	return 1;
}

static int write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		const ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		at += n;
		size -= (size_t)n;
	}
	return 1;
}

static int answer_trial(struct pool *p, int socket, uint64_t index,
			struct npu_text *text)
{
	struct npu_error err = { 0 };
	struct npu_activity activity;
	struct answer answer = { .trial = index };
	struct npu_trial trial;
	const uint64_t before = npu_runner_count(p->runner).compiled;
	enum npu_status status;

	text->length = 0;
	status = npu_trial_of(p->sweep, index, &trial, &err);
	if (status == NPU_OK) {
		npu_runner_key(p->runner, trial.model, &trial.chip, answer.key);
		status = npu_runner_run(p->runner, trial.model, &trial.chip,
					&activity, &err);
	}
	if (status == NPU_OK)
		npu_activity_print(&activity, text);
	else
		npu_text_add(text, "%s", err.message);
	answer.status = (uint32_t)status;
	answer.length = (uint32_t)text->length;
	answer.compiled =
		(uint32_t)(npu_runner_count(p->runner).compiled - before);
	return !text->failed && write_all(socket, &answer, sizeof answer) &&
	       write_all(socket, text->data, text->length);
}

static void work(struct pool *p, int socket)
{
	struct npu_text text = { 0 };
	uint64_t index;

	/* Ctrl-C reaches the whole group, and a batch system's SIGTERM all of
	 * a job: the parent decides what it means */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* memory of one trial is that of the next: without this a third of a
	 * compilation is the kernel's, which takes pages back and gives them */
	mallopt(M_MMAP_THRESHOLD, INT_MAX);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, 64 << 20);
	while (read_all(socket, &index, sizeof index) &&
	       answer_trial(p, socket, index, &text))
		;
	_exit(0);
}

static enum npu_status start(struct pool *p, struct worker *w)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return npu_fail(p->err, NPU_E_IO, "cannot start a worker: %s",
				strerror(errno));
	w->pid = fork();
	if (w->pid == 0) {
		/* an end of a sibling's socket would hide its parent's death */
		for (unsigned i = 0; i < p->options->jobs; i++)
			if (p->workers[i].socket > 0)
				close(p->workers[i].socket);
		close(pair[0]);
		work(p, pair[1]);
	}
	close(pair[1]);
	if (w->pid < 0) {
		close(pair[0]);
		w->pid = 0;
		return npu_fail(p->err, NPU_E_IO, "cannot start a worker: %s",
				strerror(errno));
	}
	w->socket = pair[0];
	w->count = 0;
	return NPU_OK;
}

static void stop(struct worker *w)
{
	if (!w->pid)
		return;
	kill(w->pid, SIGKILL);
	close(w->socket);
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
	w->socket = 0;
}

/* ---- handing out ---- */

/* Give a worker that has nothing a run of trials. */
static enum npu_status hand_out(struct pool *p, struct worker *w)
{
	uint64_t run[RUN_MAX];
	size_t n = 0;

	while (n < RUN_MAX && p->again_count)
		run[n++] = p->again[--p->again_count];
	if (!n && !p->is_over)
		NPU_TRY(p->feed->take(p->feed->user, RUN_MAX, run, &n,
				      &p->is_over, p->err));
	if (!n)
		return NPU_OK;
	if (!w->pid)
		NPU_TRY(start(p, w));
	memcpy(w->run, run, n * sizeof *run);
	w->count = n;
	/* a worker that has died is found when it is read from */
	(void)write_all(w->socket, w->run, n * sizeof *w->run);
	return NPU_OK;
}

/* ---- keeping ---- */

static enum npu_status flush(struct pool *p, int at_end)
{
	p->flushed = npu_host_seconds();
	return p->feed->flush(p->feed->user, at_end, p->err);
}

static enum npu_status keep(struct pool *p, uint64_t trial, const char *key,
			    enum npu_status outcome, const char *text)
{
	const struct npu_outcome o = { outcome, text };

	p->progress.done++;
	NPU_TRY(p->feed->keep(p->feed->user, trial, key, &o, p->err));
	if (npu_outcome_is_infeasible(outcome)) {
		p->progress.infeasible++;
		return NPU_OK;
	}
	p->progress.failed += outcome != NPU_OK;
	if (outcome != NPU_OK && p->sweep->stops_on_error)
		return npu_fail(p->err, NPU_E_SWEEP,
				"trial %llu failed, and `on_error: stop`: %s",
				(unsigned long long)trial, text);
	return NPU_OK;
}

/* A worker died: the trial it was at is lost, the rest go out again. */
static enum npu_status bury(struct pool *p, struct worker *w)
{
	struct npu_error err = { 0 };
	struct npu_trial trial;
	char key[NPU_TRIAL_KEY_SIZE], text[64];
	int how = 0;

	close(w->socket);
	waitpid(w->pid, &how, 0);
	w->pid = 0;
	w->socket = 0;
	for (size_t i = w->count; i-- > 1;)
		p->again[p->again_count++] = w->run[i];
	snprintf(text, sizeof text,
		 WIFSIGNALED(how) ? "the worker died of signal %d"
				  : "the worker ended with status %d",
		 WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
	NPU_TRY(npu_trial_of(p->sweep, w->run[0], &trial, &err));
	npu_runner_key(p->runner, trial.model, &trial.chip, key);
	w->count = 0;
	return keep(p, w->run[0], key, NPU_E_INTERNAL, text);
}

static enum npu_status take_answer(struct pool *p, struct worker *w, char *text)
{
	struct answer answer;

	if (!read_all(w->socket, &answer, sizeof answer) ||
	    answer.length >= TEXT_MAX ||
	    !read_all(w->socket, text, answer.length))
		return bury(p, w);
	text[answer.length] = 0;
	p->progress.compiled += answer.compiled;
	memmove(w->run, w->run + 1, --w->count * sizeof *w->run);
	return keep(p, answer.trial, answer.key, (enum npu_status)answer.status,
		    text);
}

/* ---- the loop ---- */

static void show(struct pool *p, int at_end)
{
	const double now = npu_host_seconds();

	p->progress.seconds = now - p->started;
	if (!p->options->progress || (!at_end && now - p->shown < 0.25))
		return;
	p->shown = now;
	p->options->progress(p->options->user, &p->progress);
}

static enum npu_status wait_for_answers(struct pool *p, struct pollfd *fds,
					char *text, int *is_idle)
{
	const unsigned jobs = p->options->jobs;

	*is_idle = 1;
	for (unsigned i = 0; i < jobs; i++) {
		struct worker *w = &p->workers[i];

		if (!w->count)
			NPU_TRY(hand_out(p, w));
		fds[i].fd = w->count ? w->socket : -1;
		fds[i].events = POLLIN;
		fds[i].revents = 0;
		*is_idle &= fds[i].fd < 0;
	}
	*is_idle &= p->is_over && !p->again_count;
	if (*is_idle)
		return NPU_OK;
	if (poll(fds, jobs, FLUSH_MS) < 0 && errno != EINTR)
		return npu_fail(p->err, NPU_E_IO, "waiting for workers: %s",
				strerror(errno));
	for (unsigned i = 0; i < jobs; i++)
		if (fds[i].revents)
			NPU_TRY(take_answer(p, &p->workers[i], text));
	if (npu_host_seconds() - p->flushed > FLUSH_MS * 1e-3)
		NPU_TRY(flush(p, 0));
	show(p, 0);
	return NPU_OK;
}

static enum npu_status run(struct pool *p, struct pollfd *fds, char *text)
{
	enum npu_status status = NPU_OK, kept;
	int is_idle = 0;

	while (status == NPU_OK && !is_idle &&
	       !(p->options->stop && *p->options->stop))
		status = wait_for_answers(p, fds, text, &is_idle);
	for (unsigned i = 0; i < p->options->jobs; i++)
		stop(&p->workers[i]);
	kept = flush(p, 1);
	show(p, 1);
	return status == NPU_OK ? kept : status;
}

enum npu_status npu_pool_feed(const struct npu_sweep *sweep,
			      struct npu_runner *runner,
			      const struct npu_feed *feed, uint64_t total,
			      const struct npu_pool_options *options,
			      struct npu_progress *out, struct npu_error *err)
{
	const size_t jobs = options->jobs;
	struct pool p = {
		.sweep = sweep,
		.runner = runner,
		.feed = feed,
		.options = options,
		.workers = calloc(jobs, sizeof(struct worker)),
		.again = calloc(jobs * RUN_MAX, sizeof(uint64_t)),
		.started = npu_host_seconds(),
		.progress = { .total = total },
		.err = err,
	};
	struct pollfd *fds = calloc(jobs, sizeof *fds);
	char *text = malloc(TEXT_MAX);
	enum npu_status status;

	if (p.workers && p.again && fds && text)
		status = run(&p, fds, text);
	else
		status = npu_fail(err, NPU_E_NOMEM, "no memory for workers");
	*out = p.progress;
	free(p.workers);
	free(p.again);
	free(fds);
	free(text);
	return status;
}

/* ---- a plan and a store as the feed ---- */

struct pending {
	const struct npu_plan *plan;
	struct npu_store *store;
	unsigned jobs;
	uint64_t next;   /* of plan->pending */
	uint8_t is_open; /* a transaction */
};

/* Near the end runs get short, so that all workers finish together. */
static enum npu_status take_pending(void *user, size_t room, uint64_t *trials,
				    size_t *count, int *is_over,
				    struct npu_error *err)
{
	struct pending *s = user;
	const uint64_t left = s->plan->pending_count - s->next;
	const uint64_t share = left / (2 * s->jobs) + 1;
	uint64_t n = share < room ? share : room;

	(void)err;
	n = n < left ? n : left;
	if (n)
		memcpy(trials, s->plan->pending + s->next, n * sizeof *trials);
	s->next += n;
	*count = n;
	*is_over = s->next == s->plan->pending_count;
	return NPU_OK;
}

static enum npu_status keep_in_store(void *user, uint64_t trial,
				     const char *key,
				     const struct npu_outcome *outcome,
				     struct npu_error *err)
{
	struct pending *s = user;

	(void)trial;
	if (!s->is_open)
		NPU_TRY(npu_store_begin(s->store, err));
	s->is_open = 1;
	return npu_store_put(s->store, key, outcome, err);
}

static enum npu_status commit(void *user, int at_end, struct npu_error *err)
{
	struct pending *s = user;

	(void)at_end;
	if (!s->is_open)
		return NPU_OK;
	s->is_open = 0;
	return npu_store_commit(s->store, err);
}

enum npu_status npu_pool_run(const struct npu_sweep *sweep,
			     struct npu_runner *runner,
			     const struct npu_plan *plan,
			     struct npu_store *store,
			     const struct npu_pool_options *options,
			     struct npu_progress *out, struct npu_error *err)
{
	struct pending pending = { plan, store, options->jobs, 0, 0 };
	const struct npu_feed feed = { &pending, take_pending, keep_in_store,
				       commit };

	return npu_pool_feed(sweep, runner, &feed, plan->pending_count, options,
			     out, err);
}
