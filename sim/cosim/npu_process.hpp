/* sim/cosim/npu_process.hpp - run another program, wait for it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PROCESS_HPP
#define NPU_PROCESS_HPP
#include <string>
#include <vector>

namespace npu
{

/* Where `program` lies on the PATH; empty if it does not. */
std::string find_program(const std::string &program);

/* Run argv[0] with no input; what it writes to stdout and stderr goes to
 * `log`. Returns its exit code; 127 where it cannot be run, 128 + n after
 * signal n. */
int run_process(const std::vector<std::string> &argv, const std::string &log);

} // namespace npu
#endif
