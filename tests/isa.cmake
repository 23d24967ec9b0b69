# tests of isa
