/* tools/npu_verb_doctor.c - what this build has, and what to install.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "sim/cosim/npu_rtl_library.h"
#include "sweep/npu_postgres.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct finding {
	const char *name, *purpose, *package;
	bool found;
};

/* Is `program` on the PATH? */
static bool on_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[1024];

	while (path && *path) {
		int n = 0;

		while (path[n] && path[n] != ':')
			n++;
		snprintf(file, sizeof file, "%.*s/%s", n, path, program);
		if (access(file, X_OK) == 0)
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

static bool data_present(const char *relative)
{
	char path[1024];

	npu_data_path(relative, path, sizeof path);
	return access(path, R_OK) == 0;
}

enum npu_status npu_verb_doctor(const struct npu_arguments *args,
				struct npu_error *err)
{
	const char *rtl = npu_rtl_missing();
	const struct finding findings[] = {
		{ "chips", "configs/chips/edge.yaml readable",
		  "set SYSTOLE_HOME to the source or share directory",
		  data_present("configs/chips/edge.yaml") },
		{ "zoo", "models/zoo/resnet50.yaml readable",
		  "set SYSTOLE_HOME to the source or share directory",
		  data_present("models/zoo/resnet50.yaml") },
		{ "oneDNN", "fast CPU reference", "libdnnl-dev", true },
		{ "nanopb", "ONNX reader", "nanopb libnanopb-dev libonnx-dev",
		  true },
		{ "verilator", "the RTL core: systole rtl", rtl ? rtl : "",
		  !rtl },
		{ "SystemC", "the virtual platform: systole-platform",
		  "libsystemc-dev, then build again", NPU_HAS_SYSTEMC },
		{ "PostgreSQL", "one store for many machines: systole sweep",
		  "libpq-dev, then build again", npu_postgres_is_built() },
		{ "node", "ONNX Runtime oracle in the tests", "nodejs npm",
		  on_path("node") },
	};
	enum { COUNT = sizeof findings / sizeof findings[0] };
	json_t *list;

	if (!npu_given(args, NPU_OPTION_json)) {
		for (size_t i = 0; i < COUNT; i++)
			printf("%-4s %-10s %-42s%s%s\n",
			       findings[i].found ? "ok" : "--",
			       findings[i].name, findings[i].purpose,
			       findings[i].found ? "" : " install: ",
			       findings[i].found ? "" : findings[i].package);
		return NPU_OK;
	}
	list = json_array();
	for (size_t i = 0; i < COUNT; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:b, s:s}", "name",
					findings[i].name, "purpose",
					findings[i].purpose, "found",
					(int)findings[i].found, "install",
					findings[i].package));
	enum npu_status status = npu_print_json(list, err);
	json_decref(list);
	return status;
}
