// tests/unit/rtl/npu_dma_bench.sv - LD and ST side by side, all ports outside.
// SPDX-License-Identifier: Apache-2.0
module npu_dma_bench #(
  parameter int DMA_WIDTH = 16
) (
  input  logic                   clk,
  input  logic                   rst,
  input  logic [12:0]            outstanding,
  input  logic [9:0]             startup,
  input  logic [8*40-1:0]        region_base,
  output logic                   ld_ready,
  input  logic                   ld_issue,
  input  logic [511:0]           ld_insn,
  output logic                   ld_done,
  output logic                   ld_moved,
  output logic                   ld_fault,
  output logic                   ld_req_valid,
  input  logic                   ld_req_ready,
  output logic [39:0]            ld_req_addr,
  input  logic                   ld_rsp_valid,
  input  logic [511:0]           ld_rsp_data,
  output logic                   ld_w_en,
  output logic [25:0]            ld_w_addr,
  output logic [8*DMA_WIDTH-1:0] ld_w_data,
  output logic [DMA_WIDTH-1:0]   ld_w_strobe,
  output logic                   ld_r_en,
  output logic [27:0]            ld_r_addr,
  input  logic [8*DMA_WIDTH-1:0] ld_r_data,
  output logic                   ld_i_en,
  output logic [25:0]            ld_i_addr,
  input  logic [31:0]            ld_i_data,
  output logic                   st_ready,
  input  logic                   st_issue,
  input  logic [511:0]           st_insn,
  output logic                   st_done,
  output logic                   st_moved,
  output logic                   st_fault,
  output logic                   st_req_valid,
  input  logic                   st_req_ready,
  output logic [39:0]            st_req_addr,
  output logic [511:0]           st_req_data,
  output logic [63:0]            st_req_strobe,
  input  logic                   st_rsp_valid,
  output logic                   st_r_en,
  output logic [25:0]            st_r_addr,
  input  logic [8*DMA_WIDTH-1:0] st_r_data,
  output logic                   st_w_en,
  output logic [27:0]            st_w_addr,
  output logic [8*DMA_WIDTH-1:0] st_w_data,
  output logic [DMA_WIDTH-1:0]   st_w_strobe
);
  npu_ld #(.DMA_WIDTH(DMA_WIDTH)) ld (
    .clk, .rst, .outstanding, .startup, .region_base,
    .ready(ld_ready), .issue(ld_issue), .insn(ld_insn), .done(ld_done), .moved(ld_moved),
    .fault(ld_fault), .req_valid(ld_req_valid), .req_ready(ld_req_ready),
    .req_addr(ld_req_addr), .rsp_valid(ld_rsp_valid), .rsp_data(ld_rsp_data),
    .ld_w_en, .ld_w_addr, .ld_w_data, .ld_w_strobe, .ld_r_en, .ld_r_addr, .ld_r_data,
    .ld_i_en, .ld_i_addr, .ld_i_data
  );
  npu_st #(.DMA_WIDTH(DMA_WIDTH)) st (
    .clk, .rst, .outstanding, .startup, .region_base,
    .ready(st_ready), .issue(st_issue), .insn(st_insn), .done(st_done), .moved(st_moved),
    .fault(st_fault), .req_valid(st_req_valid), .req_ready(st_req_ready),
    .req_addr(st_req_addr), .req_data(st_req_data), .req_strobe(st_req_strobe),
    .rsp_valid(st_rsp_valid), .st_r_en, .st_r_addr, .st_r_data,
    .st_w_en, .st_w_addr, .st_w_data, .st_w_strobe
  );
endmodule
