/* sim/cosim/npu_process.cc - posix_spawn, with the output in a file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_process.hpp"
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

namespace npu
{
namespace
{

enum {
	LOOK_NS = 2000000, /* between two looks at what goes on */
	GRACE_LOOKS = 1000 /* for compilers to remove what they write */
};

/* Those that end a process whose user has had enough. */
sigset_t ending_signals()
{
	sigset_t set;

	sigemptyset(&set);
	for (const int number : { SIGINT, SIGTERM, SIGHUP }) {
		struct sigaction action;

		if (sigaction(number, nullptr, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&set, number);
	}
	return set;
}

void pause_a_little()
{
	const struct timespec time = { 0, LOOK_NS };

	nanosleep(&time, nullptr);
}

/* Whether `child` has ended. */
bool has_ended(pid_t child, int *state)
{
	const pid_t got = waitpid(child, state, WNOHANG);

	return got == child || (got < 0 && errno != EINTR);
}

/* The whole group: first asked, so that temporary files go, then made to. */
void end_group(pid_t child, int *state)
{
	kill(-child, SIGTERM);
	for (int i = 0; i < GRACE_LOOKS; i++) {
		if (has_ended(child, state)) {
			kill(-child, SIGKILL);
			return;
		}
		pause_a_little();
	}
	kill(-child, SIGKILL);
	while (!has_ended(child, state))
		pause_a_little();
}

/* The mask of a child: ours without what is held back. */
sigset_t mask_of_child()
{
	const sigset_t ending = ending_signals();
	sigset_t mask;

	pthread_sigmask(SIG_BLOCK, nullptr, &mask);
	for (const int number : { SIGINT, SIGTERM, SIGHUP })
		if (sigismember(&ending, number))
			sigdelset(&mask, number);
	return mask;
}

/* Returns 0, or why it could not be. */
int spawn(const std::vector<std::string> &argv, int output, int errors,
	  pid_t *child)
{
	const sigset_t mask = mask_of_child();
	std::vector<char *> words;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failed;

	for (const std::string &word : argv)
		words.push_back(const_cast<char *>(word.c_str()));
	words.push_back(nullptr);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &mask);
	failed = posix_spawnp(child, words[0], &actions, &attributes,
			      words.data(), environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

} // namespace

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

held_signals::held_signals()
{
	const sigset_t ending = ending_signals();

	pthread_sigmask(SIG_BLOCK, &ending, &before_);
}

held_signals::~held_signals()
{
	pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool held_signals::has_come()
{
	const sigset_t ending = ending_signals();
	sigset_t pending, both;

	sigemptyset(&both);
	if (sigpending(&pending) != 0)
		return false;
	sigandset(&both, &pending, &ending);
	return !sigisemptyset(&both);
}

int run_process(const std::vector<std::string> &argv, int output, int errors)
{
	const held_signals held;
	pid_t child;
	int state = 0;

	if (spawn(argv, output, errors, &child) != 0)
		return 127;
	while (!has_ended(child, &state)) {
		if (held_signals::has_come()) {
			end_group(child, &state);
			break;
		}
		pause_a_little();
	}
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

} // namespace npu
