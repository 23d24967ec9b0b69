// sim/rtl/npu_tokens.sv - the token counters of a core.
// SPDX-License-Identifier: Apache-2.0
//
// `there` and `port_full` are of registers alone: what is taken or given in a cycle is
// seen in the next. A token has one consumer and one producer, and one port, so in a
// cycle at most one is taken and one is given of it.
module npu_tokens (
  input  logic         clk,
  input  logic         start,            // counts become the initial ones
  input  logic [255:0] initial_count,
  input  logic [255:0] capacity,
  input  logic [15:0]  port_used,
  input  logic [63:0]  port_counter,
  input  logic [15:0]  takes,            // tokens
  input  logic [15:0]  gives,            // ports
  output logic [255:0] count,
  output logic [15:0]  there,            // tokens that are not 0
  output logic [15:0]  port_full
);
  logic planted;
  npu_plant #(.NAME("rtl_token")) plant (.clk, .planted);
  logic [15:0] full, given;

  always_comb begin
    for (int t = 0; t < 16; t++) begin
      there[t] = count[16*t +: 16] != 0;
      full[t] = count[16*t +: 16] >= capacity[16*t +: 16];
    end
    for (int p = 0; p < 16; p++)
      port_full[p] = port_used[p] && full[port_counter[4*p +: 4]];
    given = '0;
    if (gives != 0)
      for (int p = 0; p < 16; p++)
        if (gives[p] && port_used[p])
          given[port_counter[4*p +: 4]] = 1'b1;
  end

  always_ff @(posedge clk)
    if (start)
      count <= initial_count;
    else if (takes != 0 || given != 0)
      for (int t = 0; t < 16; t++)
        count[16*t +: 16] <= count[16*t +: 16] + 16'(given[t] && !planted) - 16'(takes[t]);
endmodule
