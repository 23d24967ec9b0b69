/* base/npu_status.h - the one status type and the one error record.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_STATUS_H
#define NPU_STATUS_H
#include <stdint.h>

// clang-format off
/*     name           exit  text shown to the user                       */
#define NPU_STATUS_LIST(X)                                                \
	X(OK,             0, "success")                                   \
	X(E_DIFFERENT,    1, "results differ")                            \
	X(E_USAGE,        2, "wrong command line")                        \
	X(E_SYNTAX,       3, "file is not well-formed")                   \
	X(E_RANGE,        3, "value outside its allowed range")           \
	X(E_UNSUPPORTED,  4, "operator or feature not supported")         \
	X(E_LIMIT,        5, "limit exceeded")                            \
	X(E_CAPACITY,     6, "does not fit the chip")                     \
	X(E_FAULT,        7, "program fault")                             \
	X(E_IO,           8, "cannot read or write")                      \
	X(E_SWEEP,        9, "sweep finished with failed trials")         \
	X(E_NOMEM,       70, "out of memory")                             \
	X(E_INTERNAL,    70, "internal error")
// clang-format on

enum npu_status {
#define X(name, exit_code, text) NPU_##name,
	NPU_STATUS_LIST(X)
#undef X
};

/* Where a value came from. line and column are 1-based; 0 = unknown. */
struct npu_loc {
	const char *path;
	uint32_t line, column;
};

/* First failure of a call, filled in by the callee. Plain value: no free. */
struct npu_error {
	enum npu_status status;
	uint32_t line, column;
	char path[256];
	char message[768];
};

#if defined(__GNUC__)
#define NPU_NODISCARD    __attribute__((warn_unused_result))
#define NPU_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define NPU_NODISCARD
#define NPU_PRINTF(f, a)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* "success", "file is not well-formed", ... */
const char *npu_status_text(enum npu_status status);

/* The exit code that the command ends with for `status`. */
int npu_status_exit_code(enum npu_status status);

/* Record a failure and return `status`. `err` may be NULL; an error that is
 * already set is kept, so the innermost cause is the one reported. */
enum npu_status npu_fail(struct npu_error *err, enum npu_status status,
			 const char *fmt, ...) NPU_PRINTF(3, 4);
enum npu_status npu_fail_at(struct npu_error *err, enum npu_status status,
			    struct npu_loc at, const char *fmt, ...)
	NPU_PRINTF(4, 5);
/* Say where a failure came from, unless that is known. */
void npu_error_locate(struct npu_error *err, struct npu_loc at);

#ifdef __cplusplus
}
#endif

/* Return early on failure. Only where nothing but arena memory is held. */
#define NPU_TRY(call)                          \
	do {                                   \
		enum npu_status try_ = (call); \
		if (try_ != NPU_OK)            \
			return try_;           \
	} while (0)
#endif
