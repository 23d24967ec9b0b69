// sim/systemc/npu_c_executor.cc - the C model as the core of an NPU.
// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/npu_c_executor.hpp"
#include "isa/npu_csr.h"
#include "sim/systemc/npu_registers.hpp"
#include <algorithm>
#include <cstring>

namespace
{
constexpr unsigned run_shift = 48; /* of ids: which run asked */
constexpr uint32_t queue_most = 64;

bool is_within(uint32_t address, uint32_t first, uint32_t words)
{
	return address >= first && address < first + 4 * words;
}

/* What the core itself finds: an index beyond its limit. */
bool gathers(const npu_insn &insn)
{
	return (insn.op == NPU_OP_ld && insn.ld.gather) ||
	       (insn.op == NPU_OP_st && insn.st.gather);
}
} // namespace

npu_c_executor::npu_c_executor(const npu_chip &chip, npu_debug_function debug)
    : m_chip(chip), m_run_chip(chip), m_debug(std::move(debug))
{
	m_run_chip.dram.model = NPU_dram_model_command;
	reset(0);
}

npu_c_executor::~npu_c_executor() = default;

void npu_c_executor::reset(uint64_t cycle)
{
	m_register.fill(0);
	m_register[NPU_CSR_queue_depth / 4] = 1;
	m_register[NPU_CSR_prefetch / 4] = 1;
	m_register[NPU_CSR_outstanding / 4] = 1;
	m_events.clear();
	m_irq_enable = false;
	m_open = 0;
	m_quiet = m_start_write = never;
	stop(cycle);
	m_end = m_start = cycle;
}

/* No run, no outcome. */
void npu_c_executor::stop(uint64_t cycle)
{
	m_sim.reset();
	m_run++;
	m_is_done = m_is_fault = m_is_raised = false;
	m_fault_index = m_fault_code = 0;
	m_end = std::min(m_end, cycle);
}

/* ---- registers ---- */

void npu_c_executor::access(uint64_t cycle, bool is_write, uint32_t address,
			    uint32_t value)
{
	if (!is_write) {
		m_value = read(address, cycle);
		return;
	}
	switch (address) {
	case NPU_CSR_control:
		control(cycle, value);
		break;
	case NPU_CSR_irq_clear:
		m_is_raised = false;
		show_irq(cycle + 1);
		break;
	default:
		m_register[address / 4] = value;
	}
}

uint32_t npu_c_executor::value()
{
	return m_value;
}

bool npu_c_executor::peek(uint32_t address, uint32_t &value)
{
	value = read(address, m_reached);
	return true;
}

void npu_c_executor::control(uint64_t cycle, uint32_t value)
{
	const bool is_running = status(cycle) & npu_field(status, running, 1);
	const bool resets = value & npu_field(control, reset, 1);

	m_irq_enable = value & npu_field(control, irq_enable, 1);
	if (resets) {
		/* answers still under way are let pass */
		m_open += m_asked;
		m_asked = 0;
		m_quiet = cycle + 2;
		stop(cycle);
	}
	if (value & npu_field(control, start, 1) && (!is_running || resets))
		m_start_write = cycle;
	show_irq(cycle + 1);
	begin();
}

/* The line is a register's: it follows a cycle later. */
void npu_c_executor::show_irq(uint64_t cycle)
{
	const bool level = m_irq_enable && m_is_raised;
	npu_core_event event;

	if (level == m_irq)
		return;
	m_irq = level;
	event.what = npu_core_event::irq;
	event.cycle = cycle;
	event.level = level;
	m_events.push_back(event);
}

uint32_t npu_c_executor::status(uint64_t cycle) const
{
	const bool has_begun = m_start != never && cycle >= m_start;
	const bool has_ended = cycle > m_end;

	return npu_field(status, running, m_sim && has_begun && !has_ended) |
	       npu_field(status, done, m_is_done && has_ended) |
	       npu_field(status, fault, m_is_fault && has_ended) |
	       npu_field(status, irq, m_irq && has_ended);
}

uint64_t npu_c_executor::cycles(uint64_t cycle) const
{
	const uint64_t last = std::min(cycle, m_end);

	return m_start == never || last < m_start ? 0 : last - m_start;
}

uint32_t npu_c_executor::read(uint32_t address, uint64_t cycle) const
{
	npu_sim_progress progress = {};
	const auto word = [address](uint64_t value, uint32_t first) {
		return static_cast<uint32_t>(value >> 8 * (address - first));
	};

	if (m_sim)
		npu_sim_look(m_sim.get(), &progress);
	if (is_within(address, NPU_CSR_cycles, NPU_CSR_WORDS_cycles))
		return word(cycles(cycle), NPU_CSR_cycles);
	if (is_within(address, NPU_CSR_bins, NPU_CSR_WORDS_bins)) {
		const uint32_t at = (address - NPU_CSR_bins) / 8;

		return word(
			progress.bins[at / NPU_BIN_COUNT][at % NPU_BIN_COUNT],
			NPU_CSR_bins + 8 * at);
	}
	if (is_within(address, NPU_CSR_token, NPU_CSR_WORDS_token))
		return (m_register[address / 4] & 0xffff0000u) |
		       (progress.token[(address - NPU_CSR_token) / 4] &
			0xffffu);
	switch (address) {
	case NPU_CSR_id:
		return NPU_CSR_VALUE_id_systole;
	case NPU_CSR_version:
		return NPU_CSR_VALUE_version_first;
	case NPU_CSR_control:
		return npu_field(control, irq_enable, m_irq_enable);
	case NPU_CSR_status:
		return status(cycle);
	case NPU_CSR_next:
		return progress.next;
	case NPU_CSR_fault_index:
		return cycle > m_end ? m_fault_index : 0;
	case NPU_CSR_fault_code:
		return cycle > m_end ? m_fault_code : 0;
	default:
		return m_register[address / 4];
	}
}

uint64_t npu_c_executor::reg64(uint32_t address) const
{
	return m_register[address / 4] | (m_register[address / 4 + 1] & 0xffull)
						 << 32;
}

/* ---- a run ---- */

/* Begin the run that was asked for, if memory owes nothing to one before. */
void npu_c_executor::begin()
{
	npu_error err = {};

	if (m_start_write == never || m_open)
		return;
	m_start = m_start_write + 1;
	if (m_quiet != never && m_start_write < m_quiet)
		m_start = m_quiet + 1;
	m_start_write = never;
	stop(never);
	m_end = never;
	m_asked = 0;
	m_message.clear();
	m_result.reset();
	if (load(&err) != NPU_OK)
		fail(m_start, err.message);
}

/* The program as registers and memory have it. */
npu_status npu_c_executor::load(npu_error *err)
{
	npu_program *program = npu_program_create();
	npu_sim_options options = {};
	npu_sim *sim = nullptr;

	m_program.reset(program);
	if (!program)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a program");
	program->core_count = 1;
	if (m_profile) {
		program->network = m_profile->network;
		program->layer = m_profile->layer;
		program->layer_count = m_profile->layer_count;
	}
	NPU_TRY(load_code(program->core[0], err));
	set_limits();
	NPU_TRY(size_regions(*program, err));
	program->chip_fingerprint = npu_chip_fingerprint(&m_run_chip);
	options.functional = 1;
	options.pulled = 1;
	options.place = &m_place;
	options.retire = on_retire;
	options.retire_user = this;
	NPU_TRY(npu_sim_create(&m_run_chip, program, &options, &sim, err));
	m_sim.reset(sim);
	return npu_sim_begin(sim, nullptr, nullptr, err);
}

void npu_c_executor::on_retire(void *user, uint64_t cycle, uint32_t,
			       npu_engine_id engine, uint32_t insn)
{
	static_cast<npu_c_executor *>(user)->tell(cycle, engine, insn);
}

npu_status npu_c_executor::load_code(npu_core_program &core, npu_error *err)
{
	npu_program *program = m_program.get();
	const uint32_t count = m_register[NPU_CSR_count / 4];

	m_place.code = reg64(NPU_CSR_code);
	core.code = static_cast<npu_insn *>(npu_arena_alloc(
		program->arena, count, sizeof(npu_insn), alignof(npu_insn)));
	if (!core.code)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a program");
	core.count = count;
	for (uint32_t i = 0; i < count; i++) {
		npu_transfer transfer;
		npu_word word;

		transfer.address = m_place.code + uint64_t(i) * NPU_INSN_BYTES;
		transfer.bytes = NPU_INSN_BYTES;
		m_fault_index = i;
		if (m_debug(transfer) != NPU_INSN_BYTES)
			return npu_fail(err, NPU_E_FAULT,
					"descriptor %u cannot be read at "
					"0x%llx",
					i,
					static_cast<unsigned long long>(
						transfer.address));
		std::memcpy(&word, transfer.data.data(), sizeof word);
		m_fault_code = NPU_CSR_VALUE_fault_code_opcode;
		NPU_TRY(npu_insn_decode(word, &core.code[i], err));
		m_fault_code = NPU_CSR_VALUE_fault_code_none;
	}
	m_fault_index = 0;
	return NPU_OK;
}

/* Limits and tokens, which the host has written. */
void npu_c_executor::set_limits()
{
	npu_core_program &core = m_program->core[0];
	const auto limit = [this](uint32_t address, uint32_t most) {
		return std::clamp(m_register[address / 4], 1u, most);
	};

	m_run_chip.queues.depth = limit(NPU_CSR_queue_depth, queue_most);
	m_run_chip.queues.prefetch = limit(NPU_CSR_prefetch, queue_most);
	m_run_chip.dma.outstanding = limit(NPU_CSR_outstanding, 4096);
	m_run_chip.dma.startup = m_register[NPU_CSR_startup / 4] & 1023;
	for (unsigned t = 0; t < NPU_TOKENS; t++) {
		const uint32_t token = m_register[NPU_CSR_token / 4 + t];
		const uint32_t port = m_register[NPU_CSR_port / 4 + t];

		core.token[t] = { 1,
				  0,
				  0,
				  NPU_ENGINE_ctl,
				  NPU_ENGINE_ctl,
				  static_cast<uint16_t>(token),
				  static_cast<uint16_t>(token >> 16) };
		core.port[t] = { static_cast<uint8_t>(
					 port >> NPU_CSR_LSB_port_used & 1),
				 0, static_cast<uint8_t>(port & 15) };
	}
}

/* A region is as long as the program reaches into it. */
npu_status npu_c_executor::size_regions(npu_program &program, npu_error *err)
{
	const npu_core_program &core = program.core[0];

	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		m_place.region[r] = reg64(NPU_CSR_region + 8 * r);
		program.region[r].kind = m_place.region[r] >= NPU_CORES_BASE
						 ? NPU_REGION_cores
						 : NPU_REGION_scratch;
	}
	for (size_t i = 0; i < core.count; i++) {
		npu_access access[NPU_ACCESS_MAX];
		const size_t n = npu_insn_accesses(
			&core.code[i],
			static_cast<uint32_t>(m_run_chip.array.cols), access);

		for (size_t k = 0; k < n; k++) {
			const npu_access &a = access[k];
			npu_region &region = program.region[a.region];
			uint64_t end =
				static_cast<uint64_t>(a.first) + a.extent;

			if (a.space != NPU_SPACE_mem ||
			    region.kind == NPU_REGION_cores || a.first < 0)
				continue;
			for (uint32_t l = 0; l < a.levels; l++)
				end += (a.count[l] - 1) * a.step[l];
			region.bytes = std::max(region.bytes, end);
			if (end <= m_run_chip.dram.capacity)
				continue;
			m_fault_index = static_cast<uint32_t>(i);
			return npu_fail(err, NPU_E_FAULT,
					"instruction %zu reaches beyond memory",
					i);
		}
	}
	return NPU_OK;
}

void npu_c_executor::finish(uint64_t cycle)
{
	npu_result *result = nullptr;

	m_end = cycle;
	m_is_done = m_is_raised = true;
	if (npu_sim_finish(m_sim.get(), &result, nullptr) == NPU_OK)
		m_result.reset(result);
	show_irq(cycle + 1);
}

void npu_c_executor::fail(uint64_t cycle, const char *message)
{
	m_end = cycle;
	m_message = message;
	m_is_fault = m_is_raised = true;
	m_open += m_asked;
	m_asked = 0;
	m_run++;
	show_irq(cycle + 1);
}

npu_core_event npu_c_executor::next(uint64_t until)
{
	npu_core_event event;

	m_reached = std::max(m_reached, until);
	if (!m_events.empty()) {
		event = m_events.front();
		m_events.pop_front();
		return event;
	}
	event.cycle = never;
	if (!m_sim || m_is_done || m_is_fault)
		return event;
	if (until < m_start) {
		event.cycle = m_start;
		return event;
	}
	return next_of_run(until);
}

npu_core_event npu_c_executor::next_of_run(uint64_t until)
{
	npu_sim_event from;
	npu_core_event event;
	npu_error err = {};

	npu_sim_set_memory_counters(m_sim.get(), &m_counters);
	if (npu_sim_next(m_sim.get(), until - m_start, &from, &err) != NPU_OK) {
		npu_sim_progress progress;

		npu_sim_look(m_sim.get(), &progress);
		m_fault_index = progress.fault_insn;
		m_fault_code = gathers(m_program->core[0].code[m_fault_index])
				       ? NPU_CSR_VALUE_fault_code_index
				       : NPU_CSR_VALUE_fault_code_none;
		fail(m_start + progress.cycle, err.message);
		return next(until);
	}
	if (from.kind == NPU_SIM_end) {
		finish(m_start + from.cycle);
		return next(until);
	}
	event.cycle = from.cycle == UINT64_MAX ? never : m_start + from.cycle;
	if (from.kind == NPU_SIM_idle)
		return event;
	m_asked++;
	event.what = npu_core_event::request;
	event.id = m_run << run_shift | from.id;
	event.transfer.is_write = from.is_write;
	event.transfer.address = from.address;
	event.transfer.bytes = sizeof from.data;
	event.transfer.strobe = from.strobe;
	event.transfer.master = from.master;
	std::memcpy(event.transfer.data.data(), from.data, sizeof from.data);
	return event;
}

void npu_c_executor::complete(uint64_t id, uint64_t cycle,
			      const npu_transfer &answer)
{
	const uint64_t mask = (1ull << run_shift) - 1;
	npu_error err = {};

	if (id >> run_shift != (m_run & 0xffff)) {
		/* of a run that was stopped */
		m_open--;
		m_quiet = cycle + 2;
		begin();
		return;
	}
	m_asked--;
	if (answer.status != tlm::TLM_OK_RESPONSE)
		npu_fail(&err, NPU_E_FAULT, "memory refuses address 0x%llx",
			 static_cast<unsigned long long>(answer.address));
	else if (npu_sim_complete(m_sim.get(), id & mask, cycle - m_start,
				  answer.data.data(), &err) == NPU_OK)
		return;
	fail(cycle, err.message);
}

void npu_c_executor::set_memory_counters(const npu_dram_counters &counters)
{
	m_counters = counters;
}

bool npu_c_executor::runs_ahead() const
{
	return true;
}
