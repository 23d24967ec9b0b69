# tests of dram
