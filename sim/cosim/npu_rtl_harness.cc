/* sim/cosim/npu_rtl_harness.cc - a verilated npu_core behind npu_rtl_abi.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compiled with each model (npu_rtl_build.cc), never on its own: it needs the
 * headers that Verilator writes. */
#include "npu_rtl_abi.h"
#include "Vnpu_core.h"
#include "Vnpu_core___024root.h"
#include "Vnpu_core__Dpi.h"
#include <cstdlib>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#if VM_TRACE
#include "verilated_fst_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

struct npu_rtl_core {
	VerilatedContext context;
	std::unique_ptr<Vnpu_core> top;
	npu_rtl_outputs *out = nullptr;
	std::string message;
#if VM_TRACE
	std::unique_ptr<VerilatedFstC> waves;
#endif
};

namespace
{
/* The instance that is being stepped: DPI functions are not told. */
thread_local npu_rtl_core *stepping;

/* Narrow ports are integers, wide ones VlWide: bytes in either case. */
template <class T> void put(T &port, const uint8_t *bytes)
{
	std::memcpy(&port, bytes, NPU_RTL_BEAT);
}

template <class T> void get(uint8_t *bytes, const T &port)
{
	std::memcpy(bytes, &port, NPU_RTL_BEAT);
}

void drive(Vnpu_core &top, const npu_rtl_inputs &in)
{
	top.rst = in.reset;
	top.csr_valid = in.csr_valid;
	top.csr_write = in.csr_write;
	top.csr_addr = in.csr_address;
	top.csr_wdata = in.csr_wdata;
	top.fetch_req_ready = in.port[NPU_RTL_fetch].ready;
	top.fetch_rsp_valid = in.port[NPU_RTL_fetch].answer;
	put(top.fetch_rsp_data, in.port[NPU_RTL_fetch].data);
	top.ld_req_ready = in.port[NPU_RTL_ld].ready;
	top.ld_rsp_valid = in.port[NPU_RTL_ld].answer;
	put(top.ld_rsp_data, in.port[NPU_RTL_ld].data);
	top.st_req_ready = in.port[NPU_RTL_st].ready;
	top.st_rsp_valid = in.port[NPU_RTL_st].answer;
}

void observe(const Vnpu_core &top, npu_rtl_outputs &out)
{
	out.csr_rdata = top.csr_rdata;
	out.irq = top.irq;
	out.port[NPU_RTL_fetch].valid = top.fetch_req_valid;
	out.port[NPU_RTL_fetch].address = top.fetch_req_addr;
	out.port[NPU_RTL_ld].valid = top.ld_req_valid;
	out.port[NPU_RTL_ld].address = top.ld_req_addr;
	out.port[NPU_RTL_st].valid = top.st_req_valid;
	out.port[NPU_RTL_st].address = top.st_req_addr;
	out.port[NPU_RTL_st].strobe = top.st_req_strobe;
	if (top.st_req_valid)
		get(out.port[NPU_RTL_st].data, top.st_req_data);
}

/* One level of the clock; waves hold both. */
void half(npu_rtl_core &core, int level)
{
	core.top->clk = level != 0;
	core.top->eval();
#if VM_TRACE
	if (core.waves)
		core.waves->dump(core.context.time());
#endif
	core.context.timeInc(1);
}

npu_rtl_core *create(uint64_t seed)
{
	std::unique_ptr<npu_rtl_core> core(new (std::nothrow) npu_rtl_core);

	if (!core)
		return nullptr;
	core->context.randReset(2);
	core->context.randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
	core->context.fatalOnError(false);
	core->context.traceEverOn(VM_TRACE != 0);
	core->top = std::make_unique<Vnpu_core>(&core->context);
	return core.release();
}

void destroy(npu_rtl_core *core)
{
	if (!core)
		return;
#if VM_TRACE
	if (core->waves)
		core->waves->close();
#endif
	core->top->final();
#if VM_COVERAGE
	static std::atomic<unsigned> cores{ 0 }; /* a file each, to be merged */
	if (const char *path = std::getenv("SYSTOLE_RTL_COVERAGE"))
		core->context.coveragep()->write(
			(path + ("." + std::to_string(cores++))).c_str());
#endif
	delete core;
}

int step(npu_rtl_core *core, const npu_rtl_inputs *in, npu_rtl_outputs *out)
{
	stepping = core;
	core->out = out;
	out->retire_count = 0;
	drive(*core->top, *in);
	half(*core, 0);
	half(*core, 1);
	observe(*core->top, *out);
	return core->message.empty();
}

const char *message(const npu_rtl_core *core)
{
	return core->message.c_str();
}

template <class T> uint8_t *bytes_of(T &array, size_t *bytes)
{
	*bytes = sizeof array;
	return reinterpret_cast<uint8_t *>(&array);
}

uint8_t *storage(npu_rtl_core *core, npu_rtl_storage which, size_t *bytes)
{
	auto &root = *core->top->rootp;

	switch (which) {
	case NPU_RTL_spad:
		return bytes_of(root.npu_core__DOT__scratchpad__DOT__bytes,
				bytes);
	case NPU_RTL_acc:
		return bytes_of(root.npu_core__DOT__accumulators__DOT__rows,
				bytes);
	default:
		return bytes_of(root.npu_core__DOT__lut__DOT__bytes, bytes);
	}
}

int trace_start(npu_rtl_core *core, const char *path)
{
#if VM_TRACE
	core->waves = std::make_unique<VerilatedFstC>();
	core->top->trace(core->waves.get(), 99);
	core->waves->open(path);
	return core->waves->isOpen();
#else
	(void)core;
	(void)path;
	return 0;
#endif
}

void trace_stop(npu_rtl_core *core)
{
#if VM_TRACE
	if (core->waves)
		core->waves->close();
	core->waves.reset();
#else
	(void)core;
#endif
}
} // namespace

/* ---- what Verilator's run time calls ---- */

void npu_trace_retire(long long cycle, int engine, int insn)
{
	npu_rtl_outputs &out = *stepping->out;

	if (out.retire_count == NPU_RTL_RETIRES)
		return;
	auto &slot = out.retire[out.retire_count++];
	slot.cycle = static_cast<uint64_t>(cycle);
	slot.engine = static_cast<uint8_t>(engine);
	slot.insn = static_cast<uint32_t>(insn);
}

/* An assertion or $stop: the caller says so, the process goes on. */
void vl_stop(const char *file, int line, const char *scope) VL_MT_UNSAFE
{
	if (stepping && stepping->message.empty())
		stepping->message = std::string(file) + ":" +
				    std::to_string(line) + ": " + scope;
}

extern "C" __attribute__((visibility("default")))
const npu_rtl_model npu_rtl_model_table = {
	NPU_RTL_ABI, VM_TRACE != 0, create,      destroy,    step,
	message,     storage,       trace_start, trace_stop,
};
