/* sim/cosim/npu_c_run.cc - the C model's run, event by event.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_c_run.hpp"
#include "base/npu_clock.h"
#include "base/npu_random.h"
#include "sim/exec/npu_exec.h"
#include "sim/npu_burst_port.h"
#include "sim/npu_sim.h"
#include <cstring>

namespace npu
{
namespace
{

/* Descriptors of one engine between issue and retirement: those behind one
 * that retires may have written already. */
enum { IN_FLIGHT = 4 };

/* The memory that misbehaves: answers within this, and takes nothing in so
 * many cycles of a hundred. */
enum { STALL_MOST_CYCLES = 60, STALL_PERCENT = 30 };

/* ---- inputs ---- */

void draw(struct npu_random *random, enum npu_dtype dtype, uint8_t *out,
	  size_t count)
{
	const size_t bytes = npu_dtype_bytes(dtype);

	for (size_t i = 0; i < count; i++) {
		const float normal = npu_random_normal(random);
		uint64_t bits = npu_random_u64(random);

		if (dtype == NPU_bf16)
			bits = npu_bf16_from_fp32(normal);
		else if (dtype == NPU_fp16)
			bits = npu_fp16_from_fp32(normal);
		else if (dtype == NPU_fp32)
			std::memcpy(&bits, &normal, sizeof normal);
		std::memcpy(out + i * bytes, &bits, bytes);
	}
}

/* Integers of 32 bits are indices, whose limits are not known: they stay 0. */
void draw_inputs(const setting &s, npu_sim *sim)
{
	for (size_t i = 0; i < s.program->tensor_count; i++) {
		const npu_tensor_desc &t = s.program->tensor[i];
		struct npu_random random = { s.options->seed * 0x9e3779b9u +
					     i };
		size_t count = 1;

		if (s.program->region[t.region].kind != NPU_REGION_input ||
		    t.dtype == NPU_s32)
			continue;
		for (unsigned d = 0; d < t.rank; d++)
			count *= t.dim[d];
		std::vector<uint8_t> data(count * npu_dtype_bytes(t.dtype));
		draw(&random, t.dtype, data.data(), count);
		npu_sim_write(sim, &t, data.data());
	}
}

} // namespace

uint64_t hash_beat(uint64_t strobe, const uint8_t *data)
{
	uint64_t hash = strobe;

	for (int i = 0; i < NPU_INSN_BYTES; i++)
		if (strobe >> i & 1)
			hash = (hash ^ data[i]) * 0x100000001b3u;
	return hash;
}

enum npu_status make_port(const setting &s, struct npu_memory_port *out,
			  struct npu_error *err)
{
	const uint64_t n = s.options->memory_argument;

	switch (s.options->memory) {
	case NPU_LOCKSTEP_fixed:
		return npu_burst_port_fixed(n, out, err);
	case NPU_LOCKSTEP_stall:
		return npu_burst_port_random(n, STALL_MOST_CYCLES,
					     STALL_PERCENT, out, err);
	default:
		return npu_burst_port_dram(s.chip, out, err);
	}
}

void c_run::on_retire(void *user, uint64_t cycle, uint32_t core,
		      npu_engine_id engine, uint32_t insn)
{
	(void)core;
	static_cast<c_run *>(user)->retire(cycle, engine, insn);
}

void c_run::on_beat(void *user, uint64_t cycle, uint32_t core,
		    npu_engine_id engine, uint32_t insn, uint64_t address,
		    uint64_t strobe, const uint8_t *data)
{
	event e;

	(void)core;
	e.cycle = cycle;
	/* fetch is the master of the sequencer */
	e.stream = BEAT + (engine == NPU_ENGINE_ctl ? NPU_MASTER_fetch
						    : static_cast<int>(engine));
	e.insn = insn;
	e.address = address;
	e.strobe = strobe;
	e.hash = hash_beat(strobe, data);
	static_cast<c_run *>(user)->streams[e.stream].push_back(e);
}

enum npu_status c_run::on_make_port(void *user, struct npu_memory_port *out,
				    struct npu_error *err)
{
	return make_port(static_cast<c_run *>(user)->setting_, out, err);
}

c_run::c_run(const setting &setting) : setting_(setting)
{
}

c_run::~c_run()
{
	npu_result_destroy(result);
	npu_sim_destroy(sim_);
}

static memory_view view_of(npu_memory *memory)
{
	memory_view view;

	view.columns = memory->columns;
	view.data[SPAD] = memory->core[0].spad;
	view.bytes[SPAD] = memory->spad_bytes;
	view.data[ACC] = reinterpret_cast<uint8_t *>(memory->core[0].acc);
	view.bytes[ACC] = 4ull * memory->acc_rows * memory->columns;
	view.data[LUT] = memory->core[0].lut;
	view.bytes[LUT] = NPU_LUT_BYTES;
	for (int r = 0; r < NPU_REGIONS; r++) {
		view.data[REGION + r] = memory->region[r];
		if (memory->region[r])
			view.bytes[REGION + r] = memory->region_bytes[r];
	}
	return view;
}

enum npu_status c_run::prepare(struct npu_error *err)
{
	struct npu_sim_options options = {};

	options.functional = 1;
	options.retire = on_retire;
	options.retire_user = this;
	options.beat = on_beat;
	options.beat_user = this;
	options.make_port = on_make_port;
	options.port_user = this;
	NPU_TRY(npu_sim_create(setting_.chip, setting_.program, &options, &sim_,
			       err));
	view_ = view_of(npu_sim_memory(sim_));
	find_superseded();
	draw_inputs(setting_, sim_);
	if (setting_.options->inputs)
		setting_.options->inputs(setting_.options->user, sim_);
	return NPU_OK;
}

enum npu_status c_run::run(struct npu_error *err)
{
	const double start = npu_host_seconds();
	enum npu_status status;

	status = npu_sim_run(sim_, nullptr, nullptr, &result, err);
	seconds_ = npu_host_seconds() - start;
	return status;
}

/* Instructions of which one of the next three of their engine overwrites
 * something: at their retirement memory may hold either. */
void c_run::find_superseded()
{
	const npu_core_program &core = setting_.program->core[0];
	struct candidate {
		size_t insn;
		std::vector<piece> pieces;
	};
	std::vector<candidate> recent[NPU_ENGINE_COUNT];

	superseded_.assign(core.count, false);
	for (size_t i = 0; i < core.count; i++) {
		auto &before = recent[npu_insn_engine(&core.code[i])];
		candidate now = { i, write_set(*setting_.program, core.code[i],
					       view_) };

		for (candidate &c : before)
			if (!superseded_[c.insn] &&
			    overlap(c.pieces, now.pieces))
				superseded_[c.insn] = true;
		if (before.size() == IN_FLIGHT - 1)
			before.erase(before.begin());
		before.push_back(std::move(now));
	}
}

void c_run::retire(uint64_t cycle, npu_engine_id engine, uint32_t insn)
{
	const npu_program &program = *setting_.program;
	event e;

	e.cycle = cycle;
	e.stream = RETIRE + engine;
	e.insn = insn;
	e.is_hashed = !superseded_[insn];
	if (e.is_hashed)
		e.hash = hash_pieces(
			write_set(program, program.core[0].code[insn], view_),
			view_);
	streams[e.stream].push_back(e);
	if (watch)
		watch(e);
}

} // namespace npu
