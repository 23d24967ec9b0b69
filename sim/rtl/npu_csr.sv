// sim/rtl/npu_csr.sv - the registers of a core, as isa/npu_csr.def has them.
// SPDX-License-Identifier: Apache-2.0
//
// An access is a cycle of `csr_valid`; what is read is at csr_rdata in the next one.
// `start` and `reset` are of the cycle of the write. Reads have no side effect.
module npu_csr (
  input  logic            clk, rst,
  input  logic            csr_valid, csr_write,
  input  logic [11:0]     csr_addr,
  input  logic [31:0]     csr_wdata,
  output logic [31:0]     csr_rdata,
  output logic            irq,
  // what the host asks for
  output logic            start, reset,
  output logic [31:0]     count,
  output logic [39:0]     code,
  output logic [6:0]      queue_depth, prefetch,
  output logic [12:0]     outstanding,
  output logic [9:0]      startup,
  output logic [8*40-1:0] region_base,
  output logic [255:0]    token_initial, token_capacity,
  output logic [15:0]     port_used,
  output logic [63:0]     port_counter,
  // what the core answers
  input  logic            begins,        // a run: cycle 0 is the next
  input  logic            running, ends,
  input  logic            fault,         // for one cycle
  input  logic            fault_is_index,
  input  logic [31:0]     fault_at,
  input  logic [31:0]     next,
  input  logic [255:0]    token_count,
  input  logic [63:0]     cycles,
  output logic [4:0]      bin_select,    // engine, bin
  input  logic [63:0]     bin_count
);
  logic        irq_enable, irq_held, done, faulted;
  logic [31:0] fault_index, fault_code;
  wire         writes = csr_valid && csr_write;
  wire  [9:0]  at = csr_addr[11:2];
  wire         unused = &{csr_addr[1:0], 1'b0};

  // word of a register; whether a word is one of its `words` (a power of two)
  function automatic logic [9:0] word(input logic [11:0] from);
    word = 10'(from >> 2);
  endfunction
  function automatic logic is_one_of(input logic [9:0] place, input logic [11:0] from,
                                  input logic [9:0] words);
    is_one_of = (place & ~(words - 10'd1)) == word(from);
  endfunction

  wire is_control = at == word(npu_csr_pkg::CSR_control);
  assign start = writes && is_control && csr_wdata[npu_csr_pkg::LSB_control_start];
  assign reset = writes && is_control && csr_wdata[npu_csr_pkg::LSB_control_reset];
  assign irq = irq_enable && irq_held;
  assign bin_select = at[5:1];

  // ---- what the host writes ----
  always_ff @(posedge clk)
    if (rst) begin
      irq_enable <= 1'b0;
      count <= '0;
      code <= '0;
      queue_depth <= 7'd1;
      prefetch <= 7'd1;
      outstanding <= 13'd1;
      startup <= '0;
    end else if (writes) begin
      case (at)
        word(npu_csr_pkg::CSR_control):
          irq_enable <= csr_wdata[npu_csr_pkg::LSB_control_irq_enable];
        word(npu_csr_pkg::CSR_count): count <= csr_wdata;
        word(npu_csr_pkg::CSR_code): code[31:0] <= csr_wdata;
        word(npu_csr_pkg::CSR_code) + 10'd1: code[39:32] <= csr_wdata[7:0];
        word(npu_csr_pkg::CSR_queue_depth): queue_depth <= csr_wdata[6:0];
        word(npu_csr_pkg::CSR_prefetch): prefetch <= csr_wdata[6:0];
        word(npu_csr_pkg::CSR_outstanding): outstanding <= csr_wdata[12:0];
        word(npu_csr_pkg::CSR_startup): startup <= csr_wdata[9:0];
        default: ;
      endcase
    end

  always_ff @(posedge clk)
    if (rst) begin
      region_base <= '0;
      token_initial <= '0;
      token_capacity <= '0;
      port_used <= '0;
      port_counter <= '0;
    end else if (writes) begin
      if (is_one_of(at, npu_csr_pkg::CSR_region, 10'd16)) begin
        if (at[0])
          region_base[40*at[3:1]+32 +: 8] <= csr_wdata[7:0];
        else
          region_base[40*at[3:1] +: 32] <= csr_wdata;
      end
      if (is_one_of(at, npu_csr_pkg::CSR_token, 10'd16)) begin
        token_initial[16*at[3:0] +: 16] <=
            csr_wdata[npu_csr_pkg::LSB_token_initial +: npu_csr_pkg::WIDTH_token_initial];
        token_capacity[16*at[3:0] +: 16] <=
            csr_wdata[npu_csr_pkg::LSB_token_capacity +: npu_csr_pkg::WIDTH_token_capacity];
      end
      if (is_one_of(at, npu_csr_pkg::CSR_port, 10'd16)) begin
        port_used[at[3:0]] <= csr_wdata[npu_csr_pkg::LSB_port_used];
        port_counter[4*at[3:0] +: 4] <=
            csr_wdata[npu_csr_pkg::LSB_port_counter +: npu_csr_pkg::WIDTH_port_counter];
      end
    end

  // ---- what becomes of a run ----
  always_ff @(posedge clk) begin
    if (fault && !faulted) begin
      fault_index <= fault_at;
      fault_code <= fault_is_index ? npu_csr_pkg::VALUE_fault_code_index
                                   : npu_csr_pkg::VALUE_fault_code_opcode;
    end
    if (rst || reset || begins) begin
      done <= 1'b0;
      faulted <= 1'b0;
      irq_held <= 1'b0;
      fault_index <= '0;
      fault_code <= npu_csr_pkg::VALUE_fault_code_none;
    end else begin
      done <= done || ends;
      faulted <= faulted || fault;
      irq_held <= ends || (fault && !faulted) ||
                  (irq_held && !(writes && at == word(npu_csr_pkg::CSR_irq_clear)));
    end
  end

  // ---- what the host reads ----
  logic [31:0] status, token, port, region;
  always_comb begin
    status = '0;
    status[npu_csr_pkg::LSB_status_running] = running;
    status[npu_csr_pkg::LSB_status_done] = done;
    status[npu_csr_pkg::LSB_status_fault] = faulted;
    status[npu_csr_pkg::LSB_status_irq] = irq;
    token = '0;
    token[npu_csr_pkg::LSB_token_initial +: npu_csr_pkg::WIDTH_token_initial] =
        token_count[16*at[3:0] +: 16];
    token[npu_csr_pkg::LSB_token_capacity +: npu_csr_pkg::WIDTH_token_capacity] =
        token_capacity[16*at[3:0] +: 16];
    port = '0;
    port[npu_csr_pkg::LSB_port_used] = port_used[at[3:0]];
    port[npu_csr_pkg::LSB_port_counter +: npu_csr_pkg::WIDTH_port_counter] =
        port_counter[4*at[3:0] +: 4];
    region = at[0] ? {24'b0, region_base[40*at[3:1]+32 +: 8]} : region_base[40*at[3:1] +: 32];
  end

  always_ff @(posedge clk)
    if (csr_valid)
      case (at)
        word(npu_csr_pkg::CSR_id): csr_rdata <= npu_csr_pkg::VALUE_id_systole;
        word(npu_csr_pkg::CSR_version): csr_rdata <= npu_csr_pkg::VALUE_version_first;
        word(npu_csr_pkg::CSR_control):
          csr_rdata <= 32'(irq_enable) << npu_csr_pkg::LSB_control_irq_enable;
        word(npu_csr_pkg::CSR_status): csr_rdata <= status;
        word(npu_csr_pkg::CSR_count): csr_rdata <= count;
        word(npu_csr_pkg::CSR_code): csr_rdata <= code[31:0];
        word(npu_csr_pkg::CSR_code) + 10'd1: csr_rdata <= {24'b0, code[39:32]};
        word(npu_csr_pkg::CSR_next): csr_rdata <= next;
        word(npu_csr_pkg::CSR_fault_index): csr_rdata <= fault_index;
        word(npu_csr_pkg::CSR_fault_code): csr_rdata <= fault_code;
        word(npu_csr_pkg::CSR_queue_depth): csr_rdata <= 32'(queue_depth);
        word(npu_csr_pkg::CSR_prefetch): csr_rdata <= 32'(prefetch);
        word(npu_csr_pkg::CSR_outstanding): csr_rdata <= 32'(outstanding);
        word(npu_csr_pkg::CSR_startup): csr_rdata <= 32'(startup);
        word(npu_csr_pkg::CSR_cycles): csr_rdata <= cycles[31:0];
        word(npu_csr_pkg::CSR_cycles) + 10'd1: csr_rdata <= cycles[63:32];
        default:
          csr_rdata <= is_one_of(at, npu_csr_pkg::CSR_region, 10'd16) ? region :
                       is_one_of(at, npu_csr_pkg::CSR_token, 10'd16) ? token :
                       is_one_of(at, npu_csr_pkg::CSR_port, 10'd16) ? port :
                       !is_one_of(at, npu_csr_pkg::CSR_bins, 10'd64) ? 32'd0 :
                       at[0] ? bin_count[63:32] : bin_count[31:0];
      endcase
endmodule
