# tests of sweep
npu_test(sweep LABEL unit USES sweep base SOURCES
  unit/sweep/identity_test.cc
  unit/sweep/nsga2_test.cc
  unit/sweep/screen_test.cc
  unit/sweep/sweep_spec_test.cc
  unit/sweep/store_test.cc
  unit/sweep/trial_test.cc)

# The command: kills, shards, full disks; 200 kills by hand.
add_test(NAME e2e.sweep
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/sweep.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/sweep-e2e)
add_test(NAME e2e.postgres
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/postgres.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/postgres-e2e)
add_test(NAME e2e.on_error
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/on_error.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/on-error-e2e)
set_tests_properties(e2e.on_error PROPERTIES LABELS e2e TIMEOUT 120)
add_test(NAME e2e.queue
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/sweep_queue.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/queue-e2e)
set_tests_properties(e2e.queue PROPERTIES LABELS e2e TIMEOUT 300
  SKIP_REGULAR_EXPRESSION "SKIPPED")
# --full by hand: 100,000 trials.
add_test(NAME e2e.slurm
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/slurm.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/slurm-e2e)
set_tests_properties(e2e.slurm PROPERTIES LABELS e2e TIMEOUT 300
  SKIP_REGULAR_EXPRESSION "SKIPPED")
set_tests_properties(e2e.postgres PROPERTIES LABELS e2e TIMEOUT 300
  SKIP_REGULAR_EXPRESSION "SKIPPED")
set_tests_properties(e2e.sweep PROPERTIES LABELS e2e TIMEOUT 300)

# NSGA-II against all points of a grid; --seeds 30 by hand.
add_test(NAME e2e.nsga2
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/nsga2.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/nsga2-e2e)
set_tests_properties(e2e.nsga2 PROPERTIES LABELS e2e TIMEOUT 300)

# Screening against all of a space, and however its trials are come by.
add_test(NAME e2e.screen
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/screen.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/screen-e2e
  ${PROJECT_SOURCE_DIR}/configs/sweeps/quick.yaml)
set_tests_properties(e2e.screen PROPERTIES LABELS e2e TIMEOUT 300)

# What the verbs print, and how progress is shown.
add_test(NAME e2e.sweep_verbs
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/sweep_verbs.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/sweep-verbs-e2e
  ${PROJECT_SOURCE_DIR}/docs/sweeps.md)
set_tests_properties(e2e.sweep_verbs PROPERTIES LABELS e2e TIMEOUT 120)

# Instructions of a trial, counted by valgrind, which sanitizers do not bear.
if(NOT NPU_SANITIZE)
  add_test(NAME bench.trial_cost
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/bench/trial_cost.py
    $<TARGET_FILE:bench_trials>)
  set_tests_properties(bench.trial_cost PROPERTIES LABELS bench TIMEOUT 120
    SKIP_REGULAR_EXPRESSION "SKIPPED")
endif()

# More clock, memory, scratchpad or array: slower by no more than estimates err.
# Without --small the whole of edge, some minutes; --list 20 names the worst.
add_test(NAME property.more_hardware
  COMMAND Python3::Interpreter
  ${CMAKE_CURRENT_SOURCE_DIR}/property/more_hardware.py
  $<TARGET_FILE:systole> --small --bound 10)
set_tests_properties(property.more_hardware PROPERTIES LABELS property TIMEOUT 300)
