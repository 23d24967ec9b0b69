// tests/unit/sim/burst_port_test.cc - the channels between a core and memory.
// SPDX-License-Identifier: Apache-2.0
#include "sim/npu_burst_port.h"
#include "base/npu_random.h"
#include "tests/support/chip_named.h"
#include <functional>
#include <map>
#include <memory>

namespace
{

using Port = std::unique_ptr<npu_memory_port, void (*)(npu_memory_port *)>;

Port Owned(const npu_memory_port &port)
{
	return Port(new npu_memory_port(port), [](npu_memory_port *p) {
		p->destroy(p->user);
		delete p;
	});
}

Port Dram(const npu_chip &chip)
{
	npu_memory_port port;
	npu_error err = {};

	EXPECT_EQ(npu_burst_port_dram(&chip, &port, &err), NPU_OK)
		<< err.message;
	return Owned(port);
}

Port Fixed(uint64_t latency)
{
	npu_memory_port port;

	EXPECT_EQ(npu_burst_port_fixed(latency, &port, nullptr), NPU_OK);
	return Owned(port);
}

Port Random(uint64_t seed)
{
	npu_memory_port port;

	EXPECT_EQ(npu_burst_port_random(seed, 40, 30, &port, nullptr), NPU_OK);
	return Owned(port);
}

struct Answer {
	uint64_t cycle, id;
	unsigned master;
	bool operator==(const Answer &o) const
	{
		return cycle == o.cycle && id == o.id && master == o.master;
	}
};

enum npu_status Ask(const Port &port, unsigned master, uint64_t address,
		    uint64_t id, uint64_t now, int is_write = 0)
{
	const npu_dram_run run = { address, 64, uint8_t(is_write),
				   uint8_t(master), id };

	return port->submit(port->user, &run, now, nullptr);
}

void Collect(const Port &port, uint64_t until, std::vector<Answer> *out)
{
	npu_dram_run run;
	uint64_t cycle;

	while (port->advance(port->user, until, &run, &cycle))
		out->push_back({ cycle, run.id, run.master });
}

// Three masters ask at random; advance() is called up to a cycle drawn by
// `until` from the last one and that of the next request.
std::vector<Answer>
Traffic(const Port &port, uint64_t seed,
	const std::function<uint64_t(uint64_t, uint64_t)> &until)
{
	npu_random random = { seed };
	std::vector<Answer> answers;
	uint64_t now = 0, reached = 0;

	for (uint64_t id = 0; id < 400; id++) {
		unsigned master = unsigned(npu_random_below(&random, 3));
		uint64_t address = npu_random_below(&random, 1 << 14) * 64;

		if (npu_random_below(&random, 10) == 0)
			now += npu_random_below(&random, 300);
		now = npu_memory_port_ready(port.get(), master, now);
		while (reached < now) {
			reached = until(reached, now);
			Collect(port, reached, &answers);
		}
		EXPECT_EQ(Ask(port, master, address, id, now, master == 2),
			  NPU_OK);
	}
	Collect(port, UINT64_MAX, &answers);
	EXPECT_EQ(answers.size(), 400u);
	return answers;
}

TEST(BurstPort, AnswersDoNotDependOnHowTimeIsDivided)
{
	const npu_chip edge = chip_named("edge", { "dram.model=command" });
	const npu_chip fast = chip_named(
		"tpu-v1", { "dram.model=command", "chip.clock=333 MHz" });
	const npu_chip ideal = chip_named("mcu");
	const std::function<Port()> memories[] = {
		[&] { return Dram(edge); },  [&] { return Dram(fast); },
		[&] { return Dram(ideal); }, [] { return Fixed(7); },
		[] { return Random(5); },
	};

	for (const auto &memory : memories)
		for (uint64_t seed = 0; seed < 10; seed++) {
			npu_random random = { seed };
			const auto whole = Traffic(
				memory(), seed,
				[](uint64_t, uint64_t now) { return now; });
			const auto cycles = Traffic(
				memory(), seed,
				[](uint64_t at, uint64_t) { return at + 1; });
			const auto parts = Traffic(
				memory(), seed, [&](uint64_t at, uint64_t now) {
					return at + 1 +
					       npu_random_below(&random,
								now - at);
				});

			EXPECT_EQ(whole, cycles) << seed;
			EXPECT_EQ(whole, parts) << seed;
		}
}

TEST(BurstPort, AMastersAnswersComeInOrderAndOneACycle)
{
	const npu_chip edge = chip_named("edge", { "dram.model=command" });

	for (uint64_t seed = 0; seed < 10; seed++) {
		std::map<unsigned, Answer> last;

		for (const Answer &a :
		     Traffic(Dram(edge), seed,
			     [](uint64_t, uint64_t now) { return now; })) {
			if (last.count(a.master)) {
				EXPECT_GT(a.cycle, last[a.master].cycle);
				EXPECT_GT(a.id, last[a.master].id);
			}
			last[a.master] = a;
		}
	}
}

TEST(BurstPort, SeveralMastersOfOneCycleAnswerInTheirOrder)
{
	const Port port = Fixed(3);
	std::vector<Answer> answers;

	EXPECT_EQ(Ask(port, 2, 0, 20, 5), NPU_OK);
	EXPECT_EQ(Ask(port, 0, 64, 21, 5), NPU_OK);
	EXPECT_EQ(Ask(port, 1, 0, 22, 5), NPU_OK);
	Collect(port, 7, &answers);
	EXPECT_TRUE(answers.empty());
	Collect(port, 8, &answers);
	EXPECT_EQ(answers, (std::vector<Answer>{
				   { 8, 21, 0 }, { 8, 22, 1 }, { 8, 20, 2 } }));
}

TEST(BurstPort, RandomMemoryStallsAndAnswersWithinItsBounds)
{
	const Port port = Random(9);
	std::vector<Answer> answers;
	uint64_t stalls = 0, now = 0;

	for (uint64_t id = 0; id < 1000; id++) {
		const uint64_t at = npu_memory_port_ready(port.get(), 1, now);

		stalls += at - now;
		EXPECT_EQ(Ask(port, 1, 0, id, at), NPU_OK);
		now = at + 1;
	}
	EXPECT_NEAR(double(stalls) / double(now), 0.3, 0.05);
	Collect(port, UINT64_MAX, &answers);
	EXPECT_EQ(answers.size(), 1000u);
	EXPECT_LE(answers.back().cycle, now + 40);
}

TEST(BurstPort, WhatIsNoBurstIsRefused)
{
	const Port port = Fixed(3);
	const npu_dram_run half = { 32, 64, 0, 1, 0 },
			   two = { 0, 128, 0, 1, 0 };

	EXPECT_EQ(port->submit(port->user, &half, 0, nullptr), NPU_E_INTERNAL);
	EXPECT_EQ(port->submit(port->user, &two, 0, nullptr), NPU_E_INTERNAL);
	EXPECT_EQ(Ask(port, 1, 0, 0, 4), NPU_OK);
	EXPECT_EQ(Ask(port, 1, 0, 1, 4), NPU_E_INTERNAL); // twice in a cycle
	EXPECT_EQ(Ask(port, 1, 0, 1, 5), NPU_OK);
}

} // namespace
