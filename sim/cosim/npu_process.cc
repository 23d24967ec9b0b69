/* sim/cosim/npu_process.cc - posix_spawn, with the output in a file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_process.hpp"
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace npu
{

std::string find_program(const std::string &program)
{
	const char *path = std::getenv("PATH");
	std::istringstream folders(path ? path : "");
	std::string folder;

	if (program.find('/') != std::string::npos)
		return access(program.c_str(), X_OK) == 0 ? program : "";
	while (std::getline(folders, folder, ':')) {
		const std::string file = folder + "/" + program;

		if (!folder.empty() && access(file.c_str(), X_OK) == 0)
			return file;
	}
	return "";
}

int run_process(const std::vector<std::string> &argv, const std::string &log)
{
	std::vector<char *> words;
	posix_spawn_file_actions_t actions;
	pid_t child;
	int state, failed;

	for (const std::string &word : argv)
		words.push_back(const_cast<char *>(word.c_str()));
	words.push_back(nullptr);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
					 O_WRONLY | O_CREAT | O_APPEND, 0644);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO,
					 STDERR_FILENO);
	failed = posix_spawnp(&child, words[0], &actions, nullptr, words.data(),
			      environ);
	posix_spawn_file_actions_destroy(&actions);
	if (failed)
		return 127;
	while (waitpid(child, &state, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

} // namespace npu
