/* sim/cosim/npu_process.hpp - other programs, run to their end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PROCESS_HPP
#define NPU_PROCESS_HPP
#include <csignal>
#include <string>
#include <vector>

namespace npu
{

/* The path of `program` on $PATH, or "" where it is not there. */
std::string find_program(const std::string &program);

/* While one exists, SIGINT, SIGTERM and SIGHUP, where they are not ignored, are
 * held back from this thread: what comes meanwhile comes when it goes, and all
 * that has to be put away is put away before. */
class held_signals
{
      public:
	held_signals();
	~held_signals();
	held_signals(const held_signals &) = delete;
	held_signals &operator=(const held_signals &) = delete;

	/* Has one come? */
	static bool has_come();

      private:
	sigset_t before_;
};

/* Run a program found on $PATH with no input; what it writes to stdout and
 * stderr goes to two open files. It and its children are a process group: a
 * signal that is held back ends all of them. Returns its exit code, 128 + the
 * signal that ended it, or 127 where it could not be started. */
int run_process(const std::vector<std::string> &argv, int output, int errors);

} // namespace npu
#endif
