# tests of traces
