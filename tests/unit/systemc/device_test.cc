// tests/unit/systemc/device_test.cc - an NPU's registers, interrupt, reset and
// memory as a virtual-platform user meets them.
#include "isa/npu_csr.h"
#include "scenario.h"
#include "sim/systemc/npu_registers.hpp"
#include "tests/support/random_program.h"
#include <gtest/gtest.h>

using namespace random_program;

namespace
{
// A random program for a chip with bursts.
struct Drawn {
	npu_chip chip;
	Program made;
	Job job;

	explicit Drawn(uint64_t seed)
	    : chip(with_bursts(random_program::chip()))
	{
		made = make(chip, seed, 20);
		made.program->chip_fingerprint = npu_chip_fingerprint(&chip);
		job = { made.program.get(), input(chip, seed) };
	}
};

// Runs a host's script on a platform; what it expects and is not so becomes a
// problem of the outcome, and so do violations of the protocol.
struct Script {
	npu_platform &p;
	Outcome &out;

	void expect(bool is_so, const std::string &what)
	{
		if (!is_so)
			out.problems.push_back(what);
	}
	uint32_t read(uint32_t address)
	{
		return p.host().read(npu_platform::registers_of(0) + address);
	}
	void write(uint32_t address, uint32_t value)
	{
		p.host().write(npu_platform::registers_of(0) + address, value);
	}
	npu_host::placed load(const Job &job)
	{
		const npu_host::placed at = p.load(0, *job.program, 0);
		p.host().write_bytes(at.region[INPUT], job.input.data(),
				     job.input.size());
		return at;
	}
	std::vector<uint8_t> outputs(const Job &job, const npu_host::placed &at)
	{
		return written(*job.program, [&](unsigned r, uint8_t *data,
						 uint64_t n) {
			p.host().read_bytes(at.region[r], data, n);
		});
	}
};

Outcome on_host(const npu_chip &chip, const npu_platform_options &options,
		const std::function<void(Script &)> &script)
{
	return in_child([&](Outcome &out) {
		npu_platform platform("platform", chip, options,
				      [&](npu_platform &p) {
					      Script s{ p, out };
					      script(s);
				      });
		sc_core::sc_start();
		for (const std::string &v : platform.violations())
			out.problems.push_back(v);
	});
}

void expect_clean(const Outcome &o)
{
	EXPECT_EQ(o.exit_code, 0);
	for (const std::string &p : o.problems)
		ADD_FAILURE() << p;
}

struct Access {
	const char *what;
	tlm::tlm_command command;
	uint64_t address;
	unsigned bytes, width;
	bool has_enables;
	tlm::tlm_response_status want;
};
const Access accesses[] = {
	{ "good read", tlm::TLM_READ_COMMAND, NPU_CSR_id, 4, 4, false,
	  tlm::TLM_OK_RESPONSE },
	{ "good write", tlm::TLM_WRITE_COMMAND, NPU_CSR_count, 4, 4, false,
	  tlm::TLM_OK_RESPONSE },
	{ "ignored", tlm::TLM_IGNORE_COMMAND, NPU_CSR_id, 4, 4, false,
	  tlm::TLM_OK_RESPONSE },
	{ "beyond the last register", tlm::TLM_READ_COMMAND, 0xffc, 4, 4, false,
	  tlm::TLM_ADDRESS_ERROR_RESPONSE },
	{ "a hole", tlm::TLM_WRITE_COMMAND, 0x02c, 4, 4, false,
	  tlm::TLM_ADDRESS_ERROR_RESPONSE },
	{ "not aligned", tlm::TLM_READ_COMMAND, 2, 4, 4, false,
	  tlm::TLM_ADDRESS_ERROR_RESPONSE },
	{ "two bytes", tlm::TLM_READ_COMMAND, NPU_CSR_id, 2, 2, false,
	  tlm::TLM_BURST_ERROR_RESPONSE },
	{ "eight bytes", tlm::TLM_READ_COMMAND, NPU_CSR_id, 8, 8, false,
	  tlm::TLM_BURST_ERROR_RESPONSE },
	{ "streaming", tlm::TLM_READ_COMMAND, NPU_CSR_id, 4, 2, false,
	  tlm::TLM_BURST_ERROR_RESPONSE },
	{ "byte enables", tlm::TLM_WRITE_COMMAND, NPU_CSR_count, 4, 4, true,
	  tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE },
	{ "write of what is read", tlm::TLM_WRITE_COMMAND, NPU_CSR_status, 4, 4,
	  false, tlm::TLM_COMMAND_ERROR_RESPONSE },
	{ "read of what is written", tlm::TLM_READ_COMMAND, NPU_CSR_irq_clear,
	  4, 4, false, tlm::TLM_COMMAND_ERROR_RESPONSE },
};

tlm::tlm_response_status try_access(npu_platform &p, const Access &a)
{
	uint8_t data[8] = {}, enables[8];
	tlm::tlm_generic_payload payload;
	sc_core::sc_time delay(3.25, sc_core::SC_NS);
	std::fill(std::begin(enables), std::end(enables),
		  uint8_t(TLM_BYTE_ENABLED));
	payload.set_command(a.command);
	payload.set_address(npu_platform::registers_of(0) + a.address);
	payload.set_data_ptr(data);
	payload.set_data_length(a.bytes);
	payload.set_streaming_width(a.width);
	payload.set_byte_enable_ptr(a.has_enables ? enables : nullptr);
	payload.set_byte_enable_length(a.has_enables ? a.bytes : 0);
	p.host().bus.socket->b_transport(payload, delay);
	return payload.get_response_status();
}
} // namespace

TEST(SystemcRegisters, EveryAccessIsAnsweredWithItsStatus)
{
	const Drawn d(1);
	expect_clean(on_host(d.chip, {}, [](Script &s) {
		for (const Access &a : accesses)
			s.expect(try_access(s.p, a) == a.want, a.what);
	}));
}

TEST(SystemcRegisters, AccessesByNbTransportReadBackWhatWasWritten)
{
	const Drawn d(1);
	npu_platform_options options;
	options.style = npu_style::at;
	expect_clean(on_host(d.chip, options, [](Script &s) {
		s.expect(s.read(NPU_CSR_id) == NPU_CSR_VALUE_id_systole, "id");
		s.write(NPU_CSR_region + 8 * 3, 0x12345678);
		s.expect(s.read(NPU_CSR_region + 8 * 3) == 0x12345678,
			 "region");
		s.expect(s.read(NPU_CSR_queue_depth) == 1, "depth at reset");
	}));
}

TEST(SystemcRegisters, DebugReadsWithoutTimeOrSideEffect)
{
	const Drawn d(1);
	expect_clean(on_host(d.chip, {}, [](Script &s) {
		const sc_core::sc_time before = sc_core::sc_time_stamp();
		npu_transfer t;
		t.bytes = 4;
		t.address = npu_platform::registers_of(0) + NPU_CSR_id;
		s.expect(s.p.host().bus.debug(t) == 4, "bytes");
		s.expect(t.data[0] == 0x54 && t.data[3] == 0x53, "value");
		t.is_write = true;
		t.address = npu_platform::registers_of(0) + NPU_CSR_count;
		s.expect(s.p.host().bus.debug(t) == 0, "a debug write");
		t.is_write = false;
		t.address = npu_platform::registers_of(0) + 0xffc;
		s.expect(s.p.host().bus.debug(t) == 0, "a bad address");
		s.expect(sc_core::sc_time_stamp() == before, "time");
		s.expect(s.read(NPU_CSR_count) == 0, "the write was heeded");
	}));
}

TEST(SystemcRegisters, DirectAccessIsRefused)
{
	const Drawn d(1);
	expect_clean(on_host(d.chip, {}, [](Script &s) {
		tlm::tlm_generic_payload payload;
		tlm::tlm_dmi dmi;
		payload.set_address(npu_platform::registers_of(0));
		s.expect(!s.p.host().bus.socket->get_direct_mem_ptr(payload,
								    dmi),
			 "granted");
	}));
}

TEST(SystemcInterrupt, IsHeldUntilItIsCleared)
{
	const Drawn d(3);
	expect_clean(on_host(d.chip, {}, [&](Script &s) {
		const npu_host::placed at = s.load(d.job);
		s.p.start(0, *d.job.program, at);
		wait(s.p.irq(0).posedge_event());
		wait(100, sc_core::SC_US);
		s.expect(s.p.irq(0).read(), "it fell by itself");
		s.expect(s.read(NPU_CSR_status) == (2 | 8), "status");
		s.write(NPU_CSR_irq_clear, 1);
		wait(s.p.clock().period());
		s.expect(!s.p.irq(0).read(), "it was not lowered");
		s.expect(s.read(NPU_CSR_status) == 2, "still done");
	}));
}

TEST(SystemcInterrupt, ComesOnlyWhereItIsEnabled)
{
	const Drawn d(3);
	expect_clean(on_host(d.chip, {}, [&](Script &s) {
		const npu_host::placed at = s.load(d.job);
		s.p.start(0, *d.job.program, at);
		// the enable alone: start is ignored while running
		s.write(NPU_CSR_control, 0);
		while (!(s.read(NPU_CSR_status) & 2))
			wait(1, sc_core::SC_US);
		s.expect(!s.p.irq(0).read(), "raised");
		s.write(NPU_CSR_control, 4);
		wait(2 * s.p.clock().period());
		s.expect(s.p.irq(0).read(), "not raised when enabled after");
	}));
}

// Reset by the line, or by the register: what ran is forgotten, a run after it
// is as the first.
TEST(SystemcReset, InMidRunIsForgotten)
{
	const Drawn d(5);
	const Outcome want = on_simulator(d.chip, 40, d.job);
	for (const Way &way : ways)
		for (const bool by_line : { true, false }) {
			npu_platform_options options;
			options.style = way.style;
			options.use_dmi = way.use_dmi;
			options.fixed_latency = 40;
			const Outcome o =
				on_host(d.chip, options, [&](Script &s) {
					const npu_host::placed at =
						s.load(d.job);
					s.p.start(0, *d.job.program, at);
					wait(333, sc_core::SC_NS);
					if (by_line) {
						s.p.reset(0).write(true);
						wait(500, sc_core::SC_NS);
						s.p.reset(0).write(false);
						wait(s.p.clock().period());
					} else {
						s.write(NPU_CSR_control, 2);
					}
					s.expect(s.read(NPU_CSR_status) == 0,
						 "status");
					s.load(d.job);
					s.p.start(0, *d.job.program, at);
					s.expect(s.p.finish(0) == (2 | 8),
						 "outcome");
					s.out.numbers.push_back(s.p.cycles(0));
					s.out.bytes = s.outputs(d.job, at);
				});
			SCOPED_TRACE(std::string(way.name) +
				     (by_line ? ", line" : ", register"));
			expect_clean(o);
			EXPECT_EQ(o.numbers, want.numbers);
			EXPECT_EQ(o.bytes, want.bytes);
		}
}

TEST(SystemcReset, AnAccessWhileItIsHeldFails)
{
	const Drawn d(5);
	expect_clean(on_host(d.chip, {}, [](Script &s) {
		s.p.reset(0).write(true);
		wait(10, sc_core::SC_NS);
		s.expect(try_access(s.p, accesses[0]) ==
				 tlm::TLM_GENERIC_ERROR_RESPONSE,
			 "answered");
		s.p.reset(0).write(false);
		wait(10, sc_core::SC_NS);
		s.expect(try_access(s.p, accesses[0]) == tlm::TLM_OK_RESPONSE,
			 "not answered");
	}));
}

// Direct access is used, withdrawn in mid-run, and granted again.
TEST(SystemcDmi, WithdrawnInMidRunChangesNothing)
{
	const Drawn d(7);
	const Outcome want = on_simulator(d.chip, 25, d.job);
	npu_platform_options options;
	options.use_dmi = true;
	options.fixed_latency = 25;
	const Outcome o = on_host(d.chip, options, [&](Script &s) {
		auto &memory = static_cast<npu_fixed_memory &>(s.p.memory());
		const npu_host::placed at = s.load(d.job);
		s.p.start(0, *d.job.program, at);
		wait(400, sc_core::SC_NS);
		const uint64_t direct = s.p.npu(0).memory.direct_accesses();
		s.expect(direct > 0, "never used");
		memory.deny_direct(0, memory.storage().bytes() - 1);
		s.expect(s.p.npu(0).memory.invalidations() == 1, "not told");
		wait(400, sc_core::SC_NS);
		s.expect(s.p.npu(0).memory.direct_accesses() == direct,
			 "used after it was withdrawn");
		memory.allow_direct();
		s.p.finish(0);
		s.expect(s.p.npu(0).memory.direct_accesses() > direct,
			 "not used again");
		s.out.numbers.push_back(s.p.cycles(0));
		s.out.bytes = s.outputs(d.job, at);
	});
	expect_clean(o);
	EXPECT_EQ(o.numbers, want.numbers);
	EXPECT_EQ(o.bytes, want.bytes);
}

TEST(SystemcFault, UnknownOpcodeStopsWithItsIndex)
{
	const Drawn d(9);
	expect_clean(on_host(d.chip, {}, [&](Script &s) {
		const npu_host::placed at = s.load(d.job);
		const uint8_t bad[64] = { 0xee };
		s.p.host().write_bytes(at.code + 3 * NPU_INSN_BYTES, bad, 64);
		s.p.start(0, *d.job.program, at);
		s.expect(s.p.finish(0) == (4 | 8), "status");
		s.expect(s.read(NPU_CSR_fault_index) == 3, "index");
		s.expect(s.read(NPU_CSR_fault_code) ==
				 NPU_CSR_VALUE_fault_code_opcode,
			 "code");
		// the next run is a good one
		s.load(d.job);
		s.p.start(0, *d.job.program, at);
		s.expect(s.p.finish(0) == (2 | 8), "a run after it");
	}));
}

TEST(SystemcFault, MemoryThatRefusesStopsTheRun)
{
	const Drawn d(9);
	expect_clean(on_host(d.chip, {}, [&](Script &s) {
		npu_host::placed at = s.load(d.job);
		at.region[INPUT] = s.p.memory().storage().bytes();
		s.p.start(0, *d.job.program, at);
		s.expect(s.p.finish(0) == (4 | 8), "status");
		s.expect(s.p.c_executor(0)->message().find("refuses") !=
				 std::string::npos,
			 s.p.c_executor(0)->message());
	}));
}
