// tests/unit/systemc/child.cc - simulations in child processes; sc_main.
#include "child.h"
#include <cstring>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <systemc>
#include <unistd.h>

namespace
{
void put(std::string &to, const void *data, uint64_t bytes)
{
	to.append(reinterpret_cast<const char *>(&bytes), sizeof bytes);
	to.append(static_cast<const char *>(data), bytes);
}

std::string take(const std::string &from, size_t &at)
{
	uint64_t bytes = 0;
	if (from.size() - at < sizeof bytes)
		return {};
	std::memcpy(&bytes, from.data() + at, sizeof bytes);
	at += sizeof bytes + bytes;
	return from.substr(at - bytes, bytes);
}

std::string packed(const Outcome &o)
{
	std::string text;
	put(text, o.numbers.data(), o.numbers.size() * 8);
	put(text, o.bytes.data(), o.bytes.size());
	for (const std::string &p : o.problems)
		put(text, p.data(), p.size());
	return text;
}

Outcome unpacked(const std::string &text)
{
	Outcome o;
	size_t at = 0;
	const std::string numbers = take(text, at), bytes = take(text, at);
	o.numbers.resize(numbers.size() / 8);
	if (!numbers.empty())
		std::memcpy(o.numbers.data(), numbers.data(), numbers.size());
	o.bytes.assign(bytes.begin(), bytes.end());
	while (at < text.size())
		o.problems.push_back(take(text, at));
	return o;
}
} // namespace

Outcome in_child(const std::function<void(Outcome &)> &simulate)
{
	int ends[2];
	if (pipe(ends) != 0)
		return {};
	const pid_t child = fork();
	if (child == 0) {
		Outcome o;
		close(ends[0]);
		try {
			simulate(o);
		} catch (const std::exception &e) {
			o.problems.push_back(e.what());
		}
		const std::string text = packed(o);
		for (size_t at = 0; at < text.size();) {
			const ssize_t n = write(ends[1], text.data() + at,
						text.size() - at);
			if (n <= 0)
				_exit(99);
			at += static_cast<size_t>(n);
		}
		_exit(0);
	}
	close(ends[1]);
	std::string text;
	char buffer[65536];
	for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
		text.append(buffer, static_cast<size_t>(n));
	close(ends[0]);
	int status = 0;
	waitpid(child, &status, 0);
	Outcome o = unpacked(text);
	o.exit_code = WIFEXITED(status) ? WEXITSTATUS(status)
					: 128 + WTERMSIG(status);
	return o;
}

int sc_main(int argc, char **argv)
{
	testing::InitGoogleTest(&argc, argv);
	return RUN_ALL_TESTS();
}
