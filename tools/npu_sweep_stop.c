/* tools/npu_sweep_stop.c - the mark that a signal leaves.
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "tools/npu_sweep_stop.h"
#include <stdio.h>

/* Handlers can reach nothing else. */
static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

void npu_sweep_catch_signals(void)
{
	const struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

volatile sig_atomic_t *npu_sweep_stopped(void)
{
	return &stopped;
}

void npu_sweep_end_as_signalled(void)
{
	if (!stopped)
		return;
	fflush(stdout);
	signal(stopped, SIG_DFL);
	raise(stopped);
}
