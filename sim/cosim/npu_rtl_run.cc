/* sim/cosim/npu_rtl_run.cc - the RTL core with its memory, clock by clock.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_run.hpp"
#include <cstring>

namespace npu
{
namespace
{

enum { RESET_CYCLES = 4, BEAT_BYTES = NPU_RTL_BEAT };

const npu_rtl_storage STORAGES[] = { NPU_RTL_spad, NPU_RTL_acc, NPU_RTL_lut };
const int SPACES_OF[] = { SPAD, ACC, LUT };

uint64_t aligned(uint64_t bytes)
{
	return (bytes + BEAT_BYTES - 1) / BEAT_BYTES * BEAT_BYTES;
}

} // namespace

rtl_run::rtl_run(const setting &setting, const npu_rtl_model *model)
    : setting_(setting), model_(model)
{
}

rtl_run::~rtl_run()
{
	if (core_)
		model_->destroy(core_);
	if (port_.destroy)
		port_.destroy(port_.user);
}

bool rtl_run::stop(const std::string &why)
{
	stopped_ = why;
	return false;
}

/* ---- before the first cycle ---- */

enum npu_status rtl_run::encode_program(struct npu_error *err)
{
	const npu_core_program &core = setting_.program->core[0];

	for (size_t i = 0; i < core.count; i++) {
		struct npu_word word;
		uint8_t *at = image_.data() + code_ + i * NPU_INSN_BYTES;

		NPU_TRY(npu_insn_encode(&core.code[i], &word, err));
		for (int b = 0; b < NPU_INSN_BYTES; b++)
			at[b] = static_cast<uint8_t>(word.half[b / 8] >>
						     b % 8 * 8);
	}
	return NPU_OK;
}

/* DRAM as the C model has it: regions one after another, and the program. */
enum npu_status rtl_run::load(const memory_view &from, struct npu_error *err)
{
	const npu_program &program = *setting_.program;
	uint64_t end = npu_program_layout(&program, base_);

	code_ = end;
	for (int r = 0; r < NPU_REGIONS; r++)
		if (program.region[r].kind == NPU_REGION_code)
			code_ = base_[r];
	end = std::max(end, code_ + program.core[0].count * NPU_INSN_BYTES);
	image_.assign(aligned(end), 0);
	view_.columns = from.columns;
	for (int r = 0; r < NPU_REGIONS; r++) {
		const int space = REGION + r;

		if (!from.bytes[space])
			continue;
		view_.data[space] = image_.data() + base_[r];
		view_.bytes[space] = from.bytes[space];
		std::memcpy(view_.data[space], from.data[space],
			    from.bytes[space]);
	}
	return encode_program(err);
}

/* The core's own memories start as those of C do. */
bool rtl_run::take_memories(const memory_view &from)
{
	for (int i = 0; i < 3; i++) {
		const int space = SPACES_OF[i];
		size_t bytes;

		view_.data[space] = model_->storage(core_, STORAGES[i], &bytes);
		view_.bytes[space] = from.bytes[space];
		if (bytes < from.bytes[space])
			return false;
		std::memcpy(view_.data[space], from.data[space],
			    from.bytes[space]);
	}
	return true;
}

void rtl_run::configure()
{
	const npu_chip &chip = *setting_.chip;
	const npu_core_program &core = setting_.program->core[0];
	const struct {
		unsigned address;
		uint64_t value;
	} registers[] = {
		{ NPU_CSR_count, core.count },
		{ NPU_CSR_code, code_ },
		{ NPU_CSR_code + 4, code_ >> 32 },
		{ NPU_CSR_queue_depth, chip.queues.depth },
		{ NPU_CSR_prefetch, chip.queues.prefetch },
		{ NPU_CSR_outstanding, chip.dma.outstanding },
		{ NPU_CSR_startup, chip.dma.startup },
	};

	for (const auto &r : registers)
		csr_write(r.address, static_cast<uint32_t>(r.value));
	for (unsigned r = 0; r < NPU_REGIONS; r++) {
		csr_write(NPU_CSR_region + 8 * r,
			  static_cast<uint32_t>(base_[r]));
		csr_write(NPU_CSR_region + 8 * r + 4,
			  static_cast<uint32_t>(base_[r] >> 32));
	}
	for (unsigned t = 0; t < NPU_TOKENS; t++) {
		const npu_token &token = core.token[t];
		const npu_port &port = core.port[t];

		csr_write(NPU_CSR_token + 4 * t,
			  static_cast<uint32_t>(token.initial)
					  << NPU_CSR_LSB_token_initial |
				  static_cast<uint32_t>(token.capacity)
					  << NPU_CSR_LSB_token_capacity);
		csr_write(NPU_CSR_port + 4 * t,
			  static_cast<uint32_t>(port.counter)
					  << NPU_CSR_LSB_port_counter |
				  static_cast<uint32_t>(port.used)
					  << NPU_CSR_LSB_port_used);
	}
	csr_write(NPU_CSR_control, 1u << NPU_CSR_LSB_control_irq_enable |
					   1u << NPU_CSR_LSB_control_start);
}

enum npu_status rtl_run::prepare(const memory_view &from, struct npu_error *err)
{
	NPU_TRY(make_port(setting_, &port_, err));
	NPU_TRY(load(from, err));
	core_ = model_->create(setting_.options->seed);
	if (!core_)
		return npu_fail(err, NPU_E_NOMEM, "no memory for an RTL core");
	in_.reset = 1;
	for (int i = 0; i < RESET_CYCLES; i++)
		clock();
	in_.reset = 0;
	if (!take_memories(from))
		return npu_fail(err, NPU_E_INTERNAL,
				"the RTL's memories are smaller than the "
				"chip's");
	configure();
	cycle_ = 0;
	return NPU_OK;
}

/* ---- registers ---- */

void rtl_run::clock()
{
	if (!model_->step(core_, &in_, &out_) && stopped_.empty())
		stopped_ = model_->message(core_);
}

void rtl_run::csr_write(unsigned address, uint32_t value)
{
	in_.csr_valid = in_.csr_write = 1;
	in_.csr_address = static_cast<uint16_t>(address);
	in_.csr_wdata = value;
	clock();
	in_.csr_valid = in_.csr_write = 0;
}

uint32_t rtl_run::csr_read(unsigned address)
{
	in_.csr_valid = 1;
	in_.csr_address = static_cast<uint16_t>(address);
	clock();
	in_.csr_valid = 0;
	return out_.csr_rdata;
}

uint64_t rtl_run::csr_read_64(unsigned address)
{
	const uint64_t low = csr_read(address);

	return uint64_t{ csr_read(address + 4) } << 32 | low;
}

/* ---- a cycle ---- */

void rtl_run::write_beat()
{
	const auto &st = out_.port[NPU_RTL_st];

	for (unsigned i = 0; i < BEAT_BYTES; i++)
		if (st.strobe >> i & 1)
			image_[st.address + i] = st.data[i];
}

/* What a master asks for, where memory takes it. */
bool rtl_run::request(unsigned master, std::vector<event> &events)
{
	const auto &port = out_.port[master];
	const bool is_write = master == NPU_RTL_st;
	struct npu_dram_run run = {};
	struct npu_error err = {};
	event e;

	in_.port[master].ready =
		npu_memory_port_ready(&port_, master, cycle_) == cycle_;
	if (!port.valid || !in_.port[master].ready)
		return true;
	e.cycle = cycle_;
	e.stream = BEAT + static_cast<int>(master);
	e.address = port.address;
	if (is_write) {
		e.strobe = port.strobe;
		e.hash = hash_beat(port.strobe, port.data);
	}
	events.push_back(e);
	if (port.address % BEAT_BYTES ||
	    port.address + BEAT_BYTES > image_.size())
		return stop("a request outside of the program's memory");
	run.address = port.address;
	run.bytes = BEAT_BYTES;
	run.is_write = is_write;
	run.master = static_cast<uint8_t>(master);
	if (port_.submit(port_.user, &run, cycle_, &err) != NPU_OK)
		return stop(err.message);
	asked_[master].push_back(port.address);
	if (is_write)
		write_beat();
	return true;
}

/* What memory answers in this cycle. */
bool rtl_run::answer()
{
	struct npu_dram_run run;
	uint64_t at;

	while (port_.advance(port_.user, cycle_, &run, &at)) {
		auto &port = in_.port[run.master];

		if (at != cycle_ || port.answer)
			return stop("memory answers out of its time");
		port.answer = 1;
		std::memcpy(port.data, &image_[asked_[run.master].front()],
			    BEAT_BYTES);
		asked_[run.master].pop_front();
	}
	return true;
}

bool rtl_run::step(std::vector<event> &events)
{
	for (unsigned m = 0; m < NPU_RTL_MASTERS; m++)
		if (!request(m, events))
			return false;
	if (!answer())
		return false;
	clock();
	for (auto &port : in_.port)
		port.ready = port.answer = 0;
	for (uint32_t i = 0; i < out_.retire_count; i++) {
		event e;

		e.cycle = out_.retire[i].cycle;
		e.stream = RETIRE + out_.retire[i].engine % NPU_ENGINE_COUNT;
		e.insn = out_.retire[i].insn;
		events.push_back(e);
	}
	cycle_++;
	return stopped_.empty();
}

} // namespace npu
