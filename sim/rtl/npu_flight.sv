// sim/rtl/npu_flight.sv - the descriptors of one engine between issue and retirement.
// SPDX-License-Identifier: Apache-2.0
//
// At most four, in order. `issue` adds one; `done` says that the oldest one that is not
// done is, and frees its banks in the next cycle; the oldest retires once it is done
// (in that very cycle, if it can) and each port of its signal has room. `held`, `count`
// and `unfinished` are of registers alone; `retire` and what it gives are of this cycle.
module npu_flight #(
  parameter int BANKS = 20
) (
  input  logic             clk, rst,
  input  logic             issue,
  input  logic [31:0]      in_index,
  input  logic [15:0]      in_signal,
  input  logic [BANKS-1:0] in_banks,
  input  logic             done,
  input  logic [15:0]      port_full,
  output logic [2:0]       count,
  output logic             unfinished,
  output logic [BANKS-1:0] held,
  output logic             retire,
  output logic [31:0]      oldest,       // its index
  output logic [15:0]      gives         // ports; 0 without `retire`
);
  logic [4*32-1:0]    index;             // the oldest lowest
  logic [4*16-1:0]    signal;
  logic [4*BANKS-1:0] banks;
  logic [2:0]         finished;          // of them done, not retired

  assign unfinished = count != finished;
  assign oldest = index[31:0];
  assign retire = (finished != 0 || done) && (signal[15:0] & port_full) == 0;
  assign gives = retire ? signal[15:0] : 16'd0;

  always_comb begin
    held = '0;
    for (int i = 0; i < 4; i++)
      if (3'(i) >= finished && 3'(i) < count)
        held |= banks[BANKS*i +: BANKS];
  end

  wire [1:0] place = 2'(count - 3'(retire));

  always_ff @(posedge clk) begin
    if (retire) begin
      index <= index >> 32;
      signal <= signal >> 16;
      banks <= banks >> BANKS;
    end
    if (issue) begin
      index[32*place +: 32] <= in_index;
      signal[16*place +: 16] <= in_signal;
      banks[BANKS*place +: BANKS] <= in_banks;
    end
    if (rst) begin
      count <= '0;
      finished <= '0;
    end else begin
      count <= count + 3'(issue) - 3'(retire);
      finished <= finished + 3'(done) - 3'(retire);
    end
  end
endmodule
