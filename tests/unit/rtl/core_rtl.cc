/* tests/unit/rtl/core_rtl.cc - clock, memory and registers of the core.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rtl/core_rtl.h"

extern "C" void npu_trace_retire(long long cycle, int engine, int insn)
{
	retired_by_rtl().push_back({ (uint64_t)cycle, engine, (uint32_t)insn });
}

std::vector<Retired> &retired_by_rtl()
{
	static std::vector<Retired> retired;

	return retired;
}

std::ostream &operator<<(std::ostream &out, const Retired &r)
{
	return out << "cycle " << r.cycle << " engine " << r.engine << " insn "
		   << r.insn;
}

npu_chip rtl_chip()
{
	npu_chip chip;
	npu_error err = {};

	EXPECT_EQ(npu_chip_load(NPU_SOURCE_DIR "/configs/chips/rtl-4.yaml",
				nullptr, nullptr, 0, &chip, &err),
		  NPU_OK)
		<< err.message;
	return chip;
}

CoreRtl::CoreRtl(const npu_chip &c, uint64_t l) : chip(c), latency(l)
{
	top.clk = 0;
	top.csr_valid = 0;
	top.fetch_rsp_valid = top.ld_rsp_valid = top.st_rsp_valid = 0;
	top.fetch_req_ready = top.ld_req_ready = top.st_req_ready = 1;
	top.rst = 1;
	step();
	top.rst = 0;
	retired_by_rtl().clear();
	/* as the C model's memories are */
	memset(spad(), 0xa5, chip.scratchpad.bytes);
	memset(acc(), 0xa5, chip.accumulators.bytes);
	memset(lut(), 0, NPU_LUT_BYTES);
}

void CoreRtl::ask(int master, uint64_t address)
{
	Answer a = { clock + latency, {} };

	ASSERT_LE(address + 64, MEMORY_BYTES);
	ASSERT_EQ(address % 64, 0u);
	memcpy(a.data.data(), &memory[address], 64);
	answers[master].push_back(a);
}

void CoreRtl::store()
{
	const auto *data = (const uint8_t *)top.st_req_data.data();

	ask(2, top.st_req_addr);
	for (unsigned i = 0; i < 64; i++)
		if (top.st_req_strobe >> i & 1)
			memory[top.st_req_addr + i] = data[i];
}

bool CoreRtl::answer(int master, VlWide<16> *data)
{
	auto &queue = answers[master];

	if (queue.empty() || queue.front().at > clock)
		return false;
	if (data)
		memcpy(data->data(), queue.front().data.data(), 64);
	queue.pop_front();
	return true;
}

/* One cycle: what the core shows is of registers, so is known before what
 * memory answers in it. */
void CoreRtl::step()
{
	top.eval();
	top.fetch_rsp_valid = answer(0, &top.fetch_rsp_data);
	top.ld_rsp_valid = answer(1, &top.ld_rsp_data);
	top.st_rsp_valid = answer(2, nullptr);
	if (top.fetch_req_valid)
		ask(0, top.fetch_req_addr);
	if (top.ld_req_valid)
		ask(1, top.ld_req_addr);
	if (top.st_req_valid)
		store();
	top.eval();
	top.clk = 1;
	top.eval();
	top.clk = 0;
	top.eval();
	clock++;
}

void CoreRtl::write(int csr, uint32_t value)
{
	top.csr_valid = top.csr_write = 1;
	top.csr_addr = (SData)csr;
	top.csr_wdata = value;
	step();
	top.csr_valid = top.csr_write = 0;
}

uint32_t CoreRtl::read(int csr)
{
	top.csr_valid = 1;
	top.csr_write = 0;
	top.csr_addr = (SData)csr;
	step();
	top.csr_valid = 0;
	return top.csr_rdata;
}

void CoreRtl::load(const npu_program *program)
{
	const npu_core_program &core = program->core[0];
	uint64_t base[NPU_REGIONS], code = 0;

	npu_program_layout(program, base);
	for (int r = 0; r < NPU_REGIONS; r++) {
		if (program->region[r].kind == NPU_REGION_code)
			code = base[r];
		if (program->region[r].kind == NPU_REGION_constants)
			memcpy(&memory[base[r]], program->region[r].data,
			       program->region[r].bytes);
	}
	for (size_t i = 0; i < core.count; i++) {
		npu_word word;
		npu_error err = {};

		ASSERT_EQ(npu_insn_encode(&core.code[i], &word, &err), NPU_OK)
			<< err.message;
		memcpy(&memory[code + 64 * i], &word, 64);
	}
	write(NPU_CSR_count, (uint32_t)core.count);
	write(NPU_CSR_code, (uint32_t)code);
	write(NPU_CSR_code + 4, (uint32_t)(code >> 32));
	write(NPU_CSR_queue_depth, (uint32_t)chip.queues.depth);
	write(NPU_CSR_prefetch, (uint32_t)chip.queues.prefetch);
	write(NPU_CSR_outstanding, (uint32_t)chip.dma.outstanding);
	write(NPU_CSR_startup, (uint32_t)chip.dma.startup);
	for (int r = 0; r < NPU_REGIONS; r++) {
		write(NPU_CSR_region + 8 * r, (uint32_t)base[r]);
		write(NPU_CSR_region + 8 * r + 4, (uint32_t)(base[r] >> 32));
	}
	for (int t = 0; t < NPU_TOKENS; t++) {
		write(NPU_CSR_token + 4 * t,
		      (uint32_t)core.token[t].initial
				      << NPU_CSR_LSB_token_initial |
			      (uint32_t)core.token[t].capacity
				      << NPU_CSR_LSB_token_capacity);
		write(NPU_CSR_port + 4 * t,
		      (uint32_t)core.port[t].used << NPU_CSR_LSB_port_used |
			      (uint32_t)core.port[t].counter
				      << NPU_CSR_LSB_port_counter);
	}
}

int CoreRtl::run(uint64_t most_cycles)
{
	write(NPU_CSR_control, 1u << NPU_CSR_LSB_control_start |
				       1u << NPU_CSR_LSB_control_irq_enable);
	for (uint64_t i = 0; i < most_cycles && !top.irq; i++)
		step();
	return top.irq;
}
