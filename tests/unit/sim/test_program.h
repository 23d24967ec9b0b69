/* tests/unit/sim/test_program.h - programs written by hand for tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TEST_PROGRAM_H
#define NPU_TEST_PROGRAM_H
#include "sim/npu_sim.h"
#include "tests/unit/sim/test_chip.h"
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

/* Regions: 0 code, 1 input, 2 constants, 3 output, 4 the window of cores. */
enum { CODE, INPUT, CONSTANTS, OUTPUT, CORES };

struct TestProgram {
	npu_program *program = npu_program_create();
	std::vector<std::vector<npu_insn>> code;
	std::vector<uint8_t> constants;
	std::vector<npu_layer> layers;

	explicit TestProgram(const npu_chip &chip, uint32_t cores = 1)
	    : code(cores)
	{
		program->core_count = cores;
		program->chip_fingerprint = npu_chip_fingerprint(&chip);
		program->network = "test";
		program->region[CODE].kind = NPU_REGION_code;
		region(INPUT, NPU_REGION_input, 65536);
		region(OUTPUT, NPU_REGION_output, 65536);
		program->region[CORES].kind = NPU_REGION_cores;
	}
	~TestProgram()
	{
		npu_program_destroy(program);
	}
	TestProgram(const TestProgram &) = delete;

	void region(int r, npu_region_kind kind, uint64_t bytes)
	{
		program->region[r].kind = kind;
		program->region[r].bytes = bytes;
	}
	/* Counter t of core 0, and port t, which leads there. */
	void token(int t, npu_engine_id from, npu_engine_id to,
		   uint16_t capacity = 1, uint16_t initial = 0)
	{
		program->core[0].token[t] = { 1,  0,       0,       from,
					      to, initial, capacity };
		program->core[0].port[t] = { 1, 0, (uint8_t)t };
	}
	npu_insn &add(npu_insn insn, uint64_t wait = 0, uint64_t signal = 0,
		      uint32_t layer = 0, uint32_t core = 0)
	{
		insn.any.wait = wait;
		insn.any.signal = signal;
		insn.any.tag = layer << NPU_TAG_LAYER_SHIFT;
		code[core].push_back(insn);
		return code[core].back();
	}
	void layer(const char *name)
	{
		npu_layer l = {};

		l.name = name;
		l.op = "test";
		layers.push_back(l);
	}
	/* Add `end`, hand the code to the program. */
	const npu_program *finish()
	{
		uint64_t bytes = 0;

		for (size_t c = 0; c < code.size(); c++) {
			npu_insn end = {};

			end.op = NPU_OP_end;
			code[c].push_back(end);
			program->core[c].code = code[c].data();
			program->core[c].count = code[c].size();
			bytes += code[c].size() * NPU_INSN_BYTES;
		}
		program->region[CODE].bytes = bytes;
		if (!constants.empty()) {
			region(CONSTANTS, NPU_REGION_constants,
			       constants.size());
			program->region[CONSTANTS].data = constants.data();
		}
		program->layer = layers.data();
		program->layer_count = layers.size();
		return program;
	}
};

inline npu_insn ld(uint64_t spad, uint64_t offset, uint64_t bytes,
		   int region = INPUT)
{
	npu_insn i = {};

	i.op = NPU_OP_ld;
	i.ld.spad = spad;
	i.ld.offset = offset;
	i.ld.region = (uint64_t)region;
	i.ld.n0 = bytes;
	i.ld.n1 = i.ld.n2 = i.ld.n3 = 1;
	return i;
}

inline npu_insn st(uint64_t spad, uint64_t offset, uint64_t bytes,
		   int region = OUTPUT)
{
	npu_insn i = {};

	i.op = NPU_OP_st;
	i.st.spad = spad;
	i.st.offset = offset;
	i.st.region = (uint64_t)region;
	i.st.n0 = bytes;
	i.st.n1 = i.st.n2 = i.st.n3 = 1;
	return i;
}

/* u8 [rows][k] at byte `a` by s8 [k][n] at byte `w`, both dense, into the
 * accumulator from row `c` on. Multiples of 16 throughout. */
inline npu_insn gemm(uint64_t rows, uint64_t k, uint64_t n, uint64_t a,
		     uint64_t w, uint64_t c, int init = 0)
{
	npu_insn i = {};

	i.op = NPU_OP_gemm;
	i.gemm.init = (uint64_t)init;
	i.gemm.dt_a = NPU_u8;
	i.gemm.dt_w = NPU_s8;
	i.gemm.my = 1;
	i.gemm.mx = rows;
	i.gemm.ky = i.gemm.kx = 1;
	i.gemm.nc = k;
	i.gemm.n = n;
	i.gemm.a_addr = a / 16;
	i.gemm.a_mx = k / 16;
	i.gemm.w_addr = w / 16;
	i.gemm.w_pitch = n / 16;
	i.gemm.c_row = c;
	i.gemm.c_x = 1;
	i.gemm.c_n = rows;
	return i;
}

/* s8 rows of 16 at byte `to` = accumulator rows from `from` on, saturated. */
inline npu_insn unload(uint64_t rows, uint64_t from, uint64_t to)
{
	npu_insn i = {};
	npu_operand a = {}, dst = {};

	i.op = NPU_OP_ew;
	i.ew.n0 = 16;
	i.ew.n1 = rows;
	i.ew.n2 = 1;
	a.kind = NPU_KIND_acc;
	a.dtype = NPU_s32;
	a.row = (uint32_t)from;
	a.s1 = 1;
	dst.kind = NPU_KIND_tensor;
	dst.dtype = NPU_s8;
	dst.addr = (uint32_t)(to / 16);
	dst.s1 = 1;
	npu_insn_set_operand(&i, NPU_SLOT_a, &a);
	npu_insn_set_operand(&i, NPU_SLOT_dst, &dst);
	return i;
}

/* dst[bytes] = a[bytes] as u8, in rows of 16. */
inline npu_insn move(uint64_t bytes, uint64_t from, uint64_t to)
{
	npu_insn i = {};
	npu_operand a = {}, dst = {};

	i.op = NPU_OP_ew;
	i.ew.n0 = bytes;
	i.ew.n1 = i.ew.n2 = 1;
	a.dtype = dst.dtype = NPU_u8;
	a.addr = (uint32_t)(from / 16);
	dst.addr = (uint32_t)(to / 16);
	npu_insn_set_operand(&i, NPU_SLOT_a, &a);
	npu_insn_set_operand(&i, NPU_SLOT_dst, &dst);
	return i;
}

struct ResultDeleter {
	void operator()(npu_result *r) const
	{
		npu_result_destroy(r);
	}
};
using Result = std::unique_ptr<npu_result, ResultDeleter>;

struct SimDeleter {
	void operator()(npu_sim *s) const
	{
		npu_sim_destroy(s);
	}
};
using Sim = std::unique_ptr<npu_sim, SimDeleter>;

inline Sim make_sim(const npu_chip &chip, const npu_program *program,
		    bool functional = true, bool trace = true)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};

	options.functional = functional;
	options.trace = trace;
	EXPECT_EQ(npu_sim_create(&chip, program, &options, &sim, &err), NPU_OK)
		<< err.message;
	return Sim(sim);
}

/* Run to the end; the result must keep its own promises. */
inline Result run(npu_sim *sim)
{
	npu_result *result = nullptr;
	npu_error err = {};

	EXPECT_EQ(npu_sim_run(sim, nullptr, nullptr, &result, &err), NPU_OK)
		<< err.message;
	if (result) {
		EXPECT_EQ(npu_result_check(result, &err), NPU_OK)
			<< err.message;
	}
	return Result(result);
}

inline Result run(const npu_chip &chip, const npu_program *program,
		  bool functional = true)
{
	return run(make_sim(chip, program, functional).get());
}

/* A region as one tensor of bytes. */
inline npu_tensor_desc bytes_of(int region, uint32_t offset, uint32_t bytes)
{
	npu_tensor_desc t = {};

	t.name = "bytes";
	t.dtype = NPU_u8;
	t.rank = 1;
	t.region = (uint8_t)region;
	t.offset_bytes = offset;
	t.dim[0] = bytes;
	t.stride_bytes[0] = 1;
	return t;
}

inline void write_bytes(npu_sim *sim, const std::vector<uint8_t> &data)
{
	const auto t = bytes_of(INPUT, 0, (uint32_t)data.size());

	npu_sim_write(sim, &t, data.data());
}

inline std::vector<uint8_t> read_bytes(npu_sim *sim, uint32_t offset,
				       uint32_t bytes)
{
	const auto t = bytes_of(OUTPUT, offset, bytes);
	std::vector<uint8_t> data(bytes);

	npu_sim_read(sim, &t, data.data());
	return data;
}

/* The event of instruction `insn` of core 0. */
inline npu_event event_of(const npu_result &r, uint32_t insn)
{
	for (size_t i = 0; i < r.event_count; i++)
		if (r.events[i].insn == insn && r.events[i].core == 0)
			return r.events[i];
	ADD_FAILURE() << "instruction " << insn << " left no event";
	return {};
}
#endif
