// sim/rtl/npu_sequencer.sv - fetches descriptors ahead and pushes them in order.
// SPDX-License-Identifier: Apache-2.0
//
// `start` in cycle t: the first request is at the port in t + 1, which is cycle 0 of
// the run. A request is of a register, and stays until memory takes it; an answer is
// always taken, and its descriptor can be pushed from the next cycle on. `push` is one
// hot (LD 0, ST 1, MX 2, VX 3) and `took` says that bar, mark or end was taken; both are
// of this cycle, as `insn` and `index` are.
module npu_sequencer #(
  parameter int QUEUE_MAX = 64
) (
  input  logic         clk, rst,
  input  logic         start, stop,
  input  logic [31:0]  count,            // descriptors of the program
  input  logic [39:0]  code,             // address of the first
  input  logic [6:0]   prefetch,         // 1..QUEUE_MAX
  input  logic [3:0]   full,             // queues
  input  logic [3:0]   idle,             // engines: nothing queued or in flight
  output logic         running,
  output logic         req_valid,
  input  logic         req_ready,
  output logic [39:0]  req_addr,
  input  logic         rsp_valid,
  input  logic [511:0] rsp_data,
  output logic [511:0] insn,
  output logic [31:0]  index,            // of `insn`: the next to be pushed
  output logic [3:0]   push,
  output logic         took,
  output logic         ends,             // `end` was taken
  output logic         fault             // `insn` has no defined opcode
);
  localparam int B = $clog2(QUEUE_MAX);

  logic [511:0] buffer [QUEUE_MAX];
  logic [31:0]  asked, here, pushed;

  // ---- push ----
  logic [3:0] engine, waits_for;
  logic [4:0] named;                     // bit e: the engine of that number
  logic       is_here, is_control;

  assign insn = buffer[pushed[B-1:0]];
  assign index = pushed;
  assign is_here = running && here != pushed;

  always_comb begin
    engine = '0;
    waits_for = '0;
    is_control = 1'b0;
    named = npu_isa_pkg::bar_engines(insn);
    case (insn[7:0])
      npu_isa_pkg::OP_ld: engine = 4'b0001;
      npu_isa_pkg::OP_st: engine = 4'b0010;
      npu_isa_pkg::OP_gemm: engine = 4'b0100;
      npu_isa_pkg::OP_ew, npu_isa_pkg::OP_red: engine = 4'b1000;
      npu_isa_pkg::OP_bar: begin
        is_control = 1'b1;
        waits_for[0] = named[npu_isa_pkg::ENGINE_ld];
        waits_for[1] = named[npu_isa_pkg::ENGINE_st];
        waits_for[2] = named[npu_isa_pkg::ENGINE_mx];
        waits_for[3] = named[npu_isa_pkg::ENGINE_vx];
      end
      npu_isa_pkg::OP_mark: is_control = 1'b1;
      npu_isa_pkg::OP_end: begin
        is_control = 1'b1;
        waits_for = 4'b1111;
      end
      default: ;
    endcase
    push = is_here ? engine & ~full : 4'b0000;
    took = is_here && is_control && (waits_for & ~idle) == 0;
    ends = took && insn[7:0] == npu_isa_pkg::OP_end;
    fault = is_here && engine == 0 && !is_control;
  end

  // ---- fetch: the next state decides what is at the port in the next cycle ----
  wire         running_next = start || (running && !ends && !stop && !fault);
  wire [31:0]  asked_next = start ? 32'd0 : asked + 32'(req_valid && req_ready);
  wire [31:0]  pushed_next = start ? 32'd0 : pushed + 32'(push != 0 || took);

  always_ff @(posedge clk) begin
    if (rsp_valid)
      buffer[here[B-1:0]] <= rsp_data;
    req_addr <= code + {2'b0, asked_next, 6'b0};
    asked <= asked_next;
    pushed <= pushed_next;
    if (rst || start)
      here <= '0;
    else
      here <= here + 32'(rsp_valid);
    running <= running_next && !rst;
    req_valid <= running_next && !rst && asked_next != count &&
                 asked_next - pushed_next < 32'(prefetch);
  end
endmodule
