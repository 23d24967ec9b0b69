/* sweep/npu_queue_work.c - leases of a queue as the feed of a pool.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The server may be away at any statement. Then nothing waits for it: the pool
 * goes on with what is leased, its outcomes are noted, and every call of the
 * feed looks whether it is time to try again. */
#define _DEFAULT_SOURCE
#include "sweep/npu_queue_work.h"
#include "base/npu_clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double first_pause = 0.1, longest_pause = 5; /* seconds */
static const double patience = 300;  /* with a server that is away */
static const double last_words = 20; /* likewise, when told to stop */
/* What is left in the queue is counted so often, and for at most so much of the
 * time: a long queue takes the server a while. */
static const double count_every = 2, count_share = 0.005;

struct held {
	struct npu_range *range;
	size_t given; /* trials handed out */
	double sent;  /* when the lease was renewed */
	struct held *next;
};

struct feed {
	struct npu_queue *queue;
	struct npu_queue_work *work;
	const struct npu_pool_options *options;
	const struct npu_sweep *sweep;
	const struct npu_runner *runner;
	struct held *held; /* in the order in which they were leased */
	/* the queue had nothing: ask again then, after a pause that grows */
	double ask_at, ask_pause;
	/* whether the server is away; since when, try again when */
	int is_away;
	double away_since, try_at, try_pause;
	double count_at;
	struct npu_error away; /* what it said last */
	char stop_text[200];   /* `on_error: stop`: why; "" else */
};

static void say(const struct npu_queue_work *work, const char *text)
{
	if (work->say)
		work->say(work->user, text);
}

/* ---- a server that is away ---- */

static void say_away(const struct npu_queue_work *work,
		     const struct npu_error *why, const char *doing)
{
	char text[1200];

	snprintf(text, sizeof text, "%s: %s; %s, for %.0f s", why->path,
		 why->message, doing, patience);
	say(work, text);
}

/* Whether a failure is that the server went away, which is noted; any other is
 * the caller's. */
static int goes_away(struct feed *f, const struct npu_error *why)
{
	const double now = npu_host_seconds();

	if (!npu_queue_is_away(f->queue))
		return 0;
	f->away = *why;
	f->try_pause = first_pause;
	f->try_at = now + first_pause;
	f->is_away = 1;
	f->away_since = now;
	say_away(f->work, why, "going on with what is leased");
	return 1;
}

/* Whether statements may be sent.
 *   is_there  0: try again later
 *   errors    E_IO: away for too long */
static enum npu_status look_for_server(struct feed *f, int *is_there,
				       struct npu_error *err)
{
	const double now = npu_host_seconds();
	struct npu_error why = { 0 };

	*is_there = !f->is_away;
	if (*is_there || now < f->try_at)
		return NPU_OK;
	if (npu_queue_reconnect(f->queue, &why) == NPU_OK) {
		*is_there = 1;
		f->is_away = 0;
		say(f->work, "the server is back");
		return NPU_OK;
	}
	f->away = why;
	f->try_pause = 2 * f->try_pause < longest_pause ? 2 * f->try_pause
							: longest_pause;
	f->try_at = npu_host_seconds() + f->try_pause;
	if (f->try_at - f->away_since <= patience)
		return NPU_OK;
	*err = f->away;
	return NPU_E_IO;
}

static int is_stopped(const struct npu_pool_options *options)
{
	return options->stop && *options->stop;
}

static enum npu_status open_queue(const char *url,
				  const struct npu_sweep *sweep,
				  const struct npu_runner *runner,
				  struct npu_queue **out, int *is_there,
				  int *is_away, struct npu_error *err)
{
	enum npu_status status = npu_queue_open(url, sweep, runner, out, err);

	if (status != NPU_OK) {
		*is_away = status == NPU_E_IO && npu_queue_may_come(url);
		return status;
	}
	status = npu_queue_join(*out, is_there, err);
	if (status == NPU_OK)
		return NPU_OK;
	*is_away = npu_queue_is_away(*out);
	npu_queue_close(*out);
	*out = NULL;
	return status;
}

enum npu_status npu_queue_arrive(const char *url, const struct npu_sweep *sweep,
				 const struct npu_runner *runner,
				 const struct npu_queue_work *work,
				 const struct npu_pool_options *options,
				 struct npu_queue **out, int *is_there,
				 struct npu_error *err)
{
	const double start = npu_host_seconds();
	double pause = first_pause;
	enum npu_status status;
	struct npu_error why;
	int is_away;

	for (;;) {
		why = (struct npu_error){ 0 };
		status = open_queue(url, sweep, runner, out, is_there, &is_away,
				    &why);
		if (status == NPU_OK)
			return NPU_OK;
		if (!is_away || is_stopped(options) ||
		    npu_host_seconds() + pause - start > patience)
			break;
		if (pause == first_pause)
			say_away(work, &why, "waiting for it");
		for (double t = 0; t < pause && !is_stopped(options); t += 0.1)
			usleep(100000);
		pause = 2 * pause < longest_pause ? 2 * pause : longest_pause;
	}
	*err = why;
	return status;
}

/* ---- outcomes ---- */

static void let_go(struct feed *f, struct held *h)
{
	struct held **at = &f->held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	npu_range_destroy(h->range);
	free(h);
}

/* Store what is noted of a range; it is gone when it is done, lost, or given
 * back. */
static enum npu_status send(struct feed *f, struct held *h, int gives_back,
			    struct npu_error *err)
{
	const uint64_t unsent = npu_range_unsent(h->range);
	struct npu_error why = { 0 };
	enum npu_range_state state;
	enum npu_status status;
	char text[160];
	size_t count;

	status = npu_queue_send(f->queue, h->range, &f->work->terms, gives_back,
				&state, &why);
	if (status != NPU_OK && goes_away(f, &why))
		return NPU_OK;
	if (status != NPU_OK) {
		*err = why;
		return status;
	}
	h->sent = npu_host_seconds();
	if (state != NPU_RANGE_LOST)
		f->work->stored += unsent;
	if (state == NPU_RANGE_HELD)
		return NPU_OK;
	if (state == NPU_RANGE_LOST) {
		f->work->lost += unsent;
		npu_range_trials(h->range, &count);
		snprintf(text, sizeof text,
			 "a lease of %zu trials ran out and another worker has "
			 "them; %zu outcomes came too late",
			 count, (size_t)unsent);
		say(f->work, text);
	}
	let_go(f, h);
	return NPU_OK;
}

static enum npu_status keep(void *user, uint64_t trial, const char *key,
			    const struct npu_outcome *outcome,
			    struct npu_error *err)
{
	struct feed *f = user;
	struct held *h = f->held;

	while (h && !npu_range_add(h->range, trial, key, outcome))
		h = h->next;
	f->work->lost += !h;
	f->work->left -= h && f->work->left; /* until it is counted again */
	if (f->sweep->stops_on_error && outcome->status != NPU_OK &&
	    !npu_outcome_is_infeasible(outcome->status))
		snprintf(f->stop_text, sizeof f->stop_text, "trial %llu: %s",
			 (unsigned long long)trial, outcome->text);
	/* one that is alone holds up its worker */
	if (h && !f->is_away &&
	    npu_range_lost(h->range) >= NPU_QUEUE_LOST_ALONE)
		return send(f, h, 0, err);
	return NPU_OK;
}

static enum npu_status send_all(struct feed *f, int gives_back,
				struct npu_error *err)
{
	const double now = npu_host_seconds();
	struct held *next;

	for (struct held *h = f->held; h && !f->is_away; h = next) {
		next = h->next;
		if (gives_back || npu_range_unsent(h->range) ||
		    now - h->sent > f->work->terms.seconds / 3.0)
			NPU_TRY(send(f, h, gives_back, err));
	}
	return NPU_OK;
}

static enum npu_status stop_all(struct feed *f, struct npu_error *err)
{
	struct npu_error why = { 0 };
	enum npu_status status;

	if (!f->stop_text[0])
		return NPU_OK;
	status = npu_queue_stop(f->queue, f->stop_text, &why);
	if (status == NPU_OK || goes_away(f, &why))
		return NPU_OK;
	*err = why;
	return status;
}

/* At the end, with a server that is away, for a moment only. */
static enum npu_status finish(struct feed *f, struct npu_error *err)
{
	const double start = npu_host_seconds();
	int is_there;

	do {
		NPU_TRY(look_for_server(f, &is_there, err));
		if (is_there)
			NPU_TRY(stop_all(f, err));
		if (is_there)
			NPU_TRY(send_all(f, 1, err));
		if (!f->held)
			return NPU_OK;
		usleep(100000);
	} while (npu_host_seconds() - start < last_words);
	*err = f->away;
	return NPU_E_IO;
}

static enum npu_status count(struct feed *f, struct npu_error *err)
{
	const double start = npu_host_seconds();
	struct npu_queue_counts counts;
	struct npu_error why = { 0 };
	double pause;

	if (start < f->count_at)
		return NPU_OK;
	if (npu_queue_count(f->queue, &counts, &why) != NPU_OK) {
		if (goes_away(f, &why))
			return NPU_OK;
		*err = why;
		return why.status;
	}
	pause = (npu_host_seconds() - start) / count_share;
	f->count_at = start + (pause > count_every ? pause : count_every);
	f->work->left = counts.waiting + counts.leased;
	return counts.stopped[0] && !f->stop_text[0]
		       ? npu_fail(err, NPU_E_SWEEP,
				  "stopped by `on_error: stop`: %s",
				  counts.stopped)
		       : NPU_OK;
}

static enum npu_status flush(void *user, int at_end, struct npu_error *err)
{
	struct feed *f = user;
	int is_there;

	if (at_end)
		return finish(f, err);
	NPU_TRY(look_for_server(f, &is_there, err));
	if (is_there)
		NPU_TRY(send_all(f, 0, err));
	return f->is_away ? NPU_OK : count(f, err);
}

/* ---- trials ---- */

/* Its trials were lost with their workers too often: failed, whatever it is
 * that they do. */
static enum npu_status give_up(struct feed *f, struct held *h,
			       struct npu_error *err)
{
	char key[NPU_TRIAL_KEY_SIZE], text[128];
	const struct npu_outcome outcome = { NPU_E_INTERNAL, text };
	struct npu_trial trial;
	const uint64_t *trials;
	size_t count;

	snprintf(text, sizeof text,
		 "lost %u times: each time its worker was killed, or could not "
		 "reach the server, before it was done",
		 npu_range_lost(h->range));
	trials = npu_range_trials(h->range, &count);
	for (size_t i = 0; i < count; i++) {
		NPU_TRY(npu_trial_of(f->sweep, trials[i], &trial, err));
		npu_runner_key(f->runner, trial.model, &trial.chip, key);
		npu_range_add(h->range, trials[i], key, &outcome);
	}
	h->given = count;
	f->work->failed += count;
	return send(f, h, 0, err);
}

static enum npu_status hold(struct feed *f, struct npu_range *range,
			    struct npu_error *err)
{
	struct held *h = calloc(1, sizeof *h), **at = &f->held;
	size_t count;

	if (!h) {
		npu_range_destroy(range);
		return npu_fail(err, NPU_E_NOMEM, "no memory for trials");
	}
	h->range = range;
	h->sent = npu_host_seconds();
	while (*at)
		at = &(*at)->next;
	*at = h;
	npu_range_trials(range, &count);
	f->work->taken += count;
	return npu_range_lost(range) >= NPU_QUEUE_LOST_MAX ? give_up(f, h, err)
							   : NPU_OK;
}

/* Lease one more range, if there is one, and it is time to ask. */
static enum npu_status lease(struct feed *f, int *is_over,
			     struct npu_error *err)
{
	struct npu_queue_counts counts = { 0 };
	struct npu_range *range = NULL;
	struct npu_error why = { 0 };
	enum npu_status status;
	int is_there;

	if (npu_host_seconds() < f->ask_at)
		return NPU_OK;
	NPU_TRY(look_for_server(f, &is_there, err));
	if (!is_there)
		return NPU_OK;
	status = npu_queue_take(f->queue, &f->work->terms, 0, &range, &why);
	if (status == NPU_OK && !range && !f->held)
		status = npu_queue_take(f->queue, &f->work->terms, 1, &range,
					&why);
	if (status == NPU_OK && !range && !f->held)
		status = npu_queue_count(f->queue, &counts, &why);
	if (status != NPU_OK) {
		if (goes_away(f, &why))
			return NPU_OK;
		*err = why;
		return status;
	}
	if (range) {
		f->ask_pause = first_pause;
		return hold(f, range, err);
	}
	f->ask_pause = f->ask_pause < 1 ? 2 * f->ask_pause : 2;
	f->ask_at = npu_host_seconds() + f->ask_pause;
	if (f->held)
		return NPU_OK;
	f->work->left = counts.waiting + counts.leased;
	*is_over = !f->work->left;
	return NPU_OK;
}

/* Trials that are leased and not handed out. */
static size_t stock(const struct feed *f)
{
	size_t count, sum = 0;

	for (const struct held *h = f->held; h; h = h->next) {
		npu_range_trials(h->range, &count);
		sum += count - h->given;
	}
	return sum;
}

/* What is handed out is of one range: its trials share programs. While it is
 * worked on, the next is leased: as much as all processes take at once. */
static enum npu_status take(void *user, size_t room, uint64_t *trials,
			    size_t *count, int *is_over, struct npu_error *err)
{
	struct feed *f = user;
	struct held *h;
	const uint64_t *all;
	size_t n, left;

	*count = 0;
	if (stock(f) < room * f->options->jobs &&
	    !(f->held &&
	      npu_range_lost(f->held->range) >= NPU_QUEUE_LOST_ALONE))
		NPU_TRY(lease(f, is_over, err));
	for (h = f->held; h; h = h->next) {
		all = npu_range_trials(h->range, &n);
		if (h->given < n)
			break;
	}
	if (!h)
		return NPU_OK;
	left = n - h->given;
	*count = left < room ? left : room;
	memcpy(trials, all + h->given, *count * sizeof *trials);
	h->given += *count;
	return NPU_OK;
}

enum npu_status npu_queue_work(const struct npu_sweep *sweep,
			       struct npu_runner *runner,
			       struct npu_queue *queue,
			       struct npu_queue_work *work,
			       const struct npu_pool_options *options,
			       struct npu_progress *out, struct npu_error *err)
{
	struct feed f = {
		.queue = queue,
		.work = work,
		.options = options,
		.sweep = sweep,
		.runner = runner,
		.ask_pause = first_pause,
	};
	const struct npu_feed feed = { &f, take, keep, flush };
	enum npu_status status = count(&f, err);

	if (status == NPU_OK)
		status = npu_pool_feed(sweep, runner, &feed, 0, options, out,
				       err);
	while (f.held)
		let_go(&f, f.held);
	return status;
}
