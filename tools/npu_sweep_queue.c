/* tools/npu_sweep_queue.c - what sweep status says of a queue.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_queue.h"
#include "tools/npu_sweep_actions.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void print_worker(void *user, const struct npu_queue_worker *w)
{
	(void)user;
	printf("  %-40s %8" PRIu64 " leased %10" PRIu64 " stored in %.0f s\n",
	       w->name, w->leased, w->stored, w->seconds);
}

static void add_worker(void *user, const struct npu_queue_worker *w)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(w->name));
	set(object, "leased", w->leased);
	set(object, "stored", w->stored);
	json_object_set_new(object, "seconds", json_real(w->seconds));
	json_array_append_new(user, object);
}

static enum npu_status print(struct npu_queue *queue,
			     const struct npu_queue_counts *q,
			     struct npu_error *err)
{
	printf("queue: %" PRIu64 " trials wait, %" PRIu64
	       " are leased to %" PRIu64 " worker%s; %" PRIu64
	       " lease%s lost\n",
	       q->waiting, q->leased, q->workers, q->workers == 1 ? "" : "s",
	       q->lost, q->lost == 1 ? " was" : "s were");
	if (q->stopped[0])
		printf("  stopped by `on_error: stop`: %s; `sweep submit` goes "
		       "on\n",
		       q->stopped);
	return npu_queue_workers(queue, print_worker, NULL, err);
}

static enum npu_status add(struct npu_queue *queue,
			   const struct npu_queue_counts *q, json_t *to,
			   struct npu_error *err)
{
	json_t *object = json_object(), *workers = json_array();

	set(object, "waiting", q->waiting);
	set(object, "leased", q->leased);
	set(object, "leases_lost", q->lost);
	if (q->stopped[0])
		json_object_set_new(object, "stopped", json_string(q->stopped));
	json_object_set_new(object, "workers", workers);
	json_object_set_new(to, "queue", object);
	return npu_queue_workers(queue, add_worker, workers, err);
}

static enum npu_status look(struct npu_queue *queue, json_t *object,
			    struct npu_error *err)
{
	struct npu_queue_counts counts;
	struct npu_error why = { 0 };
	int is_there;

	if (npu_queue_join(queue, &is_there, &why) != NPU_OK) {
		if (why.status == NPU_E_RANGE) { /* results are told anyway */
			fprintf(stderr, "note: queue: %s\n", why.message);
			return NPU_OK;
		}
		*err = why;
		return why.status;
	}
	if (!is_there)
		return NPU_OK;
	NPU_TRY(npu_queue_count(queue, &counts, err));
	return object ? add(queue, &counts, object, err)
		      : print(queue, &counts, err);
}

enum npu_status npu_sweep_queue(struct npu_sweep_command *c, json_t *object,
				struct npu_error *err)
{
	struct npu_queue *queue;
	enum npu_status status;

	if (!npu_store_is_server(c->store) ||
	    c->sweep->method == NPU_METHOD_nsga2)
		return NPU_OK;
	NPU_TRY(npu_queue_open(c->store, c->sweep, c->runner, &queue, err));
	status = look(queue, object, err);
	npu_queue_close(queue);
	return status;
}
