// sim/rtl/npu_issue.sv - which engines take the head of their queue in this cycle.
// SPDX-License-Identifier: Apache-2.0
//
// Combinational. Engines are numbered LD 0, ST 1, MX 2, VX 3. Everything but the banks
// that others take in the same cycle is of registers; there MX goes before VX before LD
// before ST. `why` is the bin of an engine that does not issue.
module npu_issue #(
  parameter int BANKS = 20
) (
  input  logic               running,
  input  logic [3:0]         valid,      // there is a head
  input  logic [3:0]         alone,      // it wants nothing of its engine in flight
  input  logic [4*16-1:0]    waits,      // its tokens
  input  logic [4*BANKS-1:0] banks,      // its claims
  input  logic [3:0]         ready,      // the engine
  input  logic [4*3-1:0]     count,      // of the engine in flight
  input  logic [4*BANKS-1:0] held,       // by the engine's descriptors
  input  logic [15:0]        there,      // tokens
  output logic [3:0]         issue,
  output logic [4*3-1:0]     why,
  output logic [15:0]        takes       // tokens
);
  // who goes first, 2 bits each
  localparam logic [7:0] ORDER = {2'd1, 2'd0, 2'd3, 2'd2};

  logic [3:0]       can;
  logic [BANKS-1:0] taken, foreign;
  logic [1:0]       e;

  always_comb begin
    issue = '0;
    takes = '0;
    taken = '0;
    foreign = '0;
    can = '0;
    for (int i = 0; i < 4; i++) begin
      e = ORDER[2*i +: 2];
      can[e] = running && valid[e] && ready[e] && count[3*e +: 3] < (alone[e] ? 3'd1 : 3'd4) &&
               (waits[16*e +: 16] & ~there) == 0;
      why[3*e +: 3] = valid[e] ? npu_csr_pkg::BIN_token : npu_csr_pkg::BIN_queue_empty;
      if (can[e]) begin
        foreign = taken;
        for (int f = 0; f < 4; f++)
          if (2'(f) != e)
            foreign |= held[BANKS*f +: BANKS];
        if ((banks[BANKS*e +: BANKS] & foreign) == 0) begin
          issue[e] = 1'b1;
          taken |= banks[BANKS*e +: BANKS];
          takes |= waits[16*e +: 16];
        end else begin
          why[3*e +: 3] = npu_csr_pkg::BIN_bank;
        end
      end
    end
  end
endmodule
