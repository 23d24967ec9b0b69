# tests of configs
