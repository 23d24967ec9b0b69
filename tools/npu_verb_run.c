/* tools/npu_verb_run.c - compile, simulate, report.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_run_files.h"

static enum npu_status run(const struct npu_arguments *args,
			   struct npu_session *session, struct npu_error *err)
{
	/* the figures of the report need the events too */
	bool trace = npu_given(args, NPU_OPTION_output);
	struct npu_result *result = NULL;
	struct npu_sim *sim = NULL;
	enum npu_status status;

	NPU_TRY(npu_session_compile(session, args, NULL, NULL, err));
	NPU_TRY(npu_session_simulate(session, trace, NULL, NULL, &sim, &result,
				     err));
	status = npu_run_files_write(
		args, session, session->functional ? sim : NULL, result, err);
	if (status == NPU_OK)
		status = npu_run_print(args, result, err);
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return status;
}

enum npu_status npu_verb_run(const struct npu_arguments *args,
			     struct npu_error *err)
{
	static const char *const modes[] = { "functional", "timing", NULL };
	struct npu_session session;
	enum npu_status status;
	size_t mode;

	NPU_TRY(npu_option_choice(args, NPU_OPTION_mode, modes, 0, &mode, err));
	if (npu_given(args, NPU_OPTION_trace) &&
	    !npu_given(args, NPU_OPTION_output))
		return npu_fail(err, NPU_E_USAGE,
				"--trace writes trace.json: give -o DIR");
	status = npu_session_open(args, mode == 0, &session, err);
	if (status == NPU_OK)
		status = run(args, &session, err);
	npu_session_close(&session);
	return status;
}
