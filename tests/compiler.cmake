# tests of compiler
