# The command as a user runs it, against figures and executors not our own.
add_test(NAME e2e.scalesim
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/scalesim.py
  $<TARGET_FILE:systole> ${CMAKE_CURRENT_SOURCE_DIR}/data/scalesim_layers.csv)
set_tests_properties(e2e.scalesim PROPERTIES LABELS oracle)

# Random networks on random chips, refused cleanly or right in every bit.
add_test(NAME e2e.random_chips
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/random_chips.py
  $<TARGET_FILE:systole> --cases 120 --seconds 40)
set_tests_properties(e2e.random_chips PROPERTIES LABELS e2e TIMEOUT 300)
add_test(NAME e2e.random_chips.more
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/random_chips.py
  $<TARGET_FILE:systole> --first 1000 --cases 600)
set_tests_properties(e2e.random_chips.more PROPERTIES LABELS slow TIMEOUT 1800)

# Every network of the zoo, bit by bit against the exact reference and in dB
# against the float graph: exit 1 where either fails. The large ones are slow.
function(npu_compare_test model chip precision label)
  add_test(NAME e2e.compare.${model}.${precision}.${chip}
    COMMAND systole compare ${model} --chip ${chip} --precision ${precision} --json)
  set_tests_properties(e2e.compare.${model}.${precision}.${chip} PROPERTIES
    LABELS ${label} TIMEOUT 600)
endfunction()
foreach(model mlp lenet5 squeezenet1_1 mobilenet_v1 mobilenet_v2 resnet18)
  npu_compare_test(${model} edge int8 oracle)
  npu_compare_test(${model} datacenter bf16 oracle)
endforeach()
# The programs of docs/lockstep.md, on the chip that most of it is about.
foreach(model mlp lenet5)
  npu_compare_test(${model} rtl-8 int8 oracle)
  npu_compare_test(${model} rtl-8 bf16 oracle)
endforeach()
foreach(block resnet18_block mobilenet_v2_block softmax_1000)
  foreach(precision int8 bf16)
    add_test(NAME e2e.compare.${block}.${precision}.rtl-8
      COMMAND systole compare ${PROJECT_SOURCE_DIR}/models/blocks/${block}.yaml
      --chip rtl-8 --precision ${precision} --json)
    set_tests_properties(e2e.compare.${block}.${precision}.rtl-8 PROPERTIES
      LABELS oracle TIMEOUT 600)
  endforeach()
endforeach()
npu_compare_test(resnet50 edge int8 oracle)
npu_compare_test(resnet50 datacenter bf16 slow)
foreach(model alexnet vgg16)
  npu_compare_test(${model} edge int8 slow)
  npu_compare_test(${model} datacenter bf16 slow)
endforeach()

if(NOT NPU_SANITIZE)
  add_test(NAME e2e.library COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/e2e/library.sh
    ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR})
  set_tests_properties(e2e.library PROPERTIES LABELS e2e)
endif()

# Optional packages that are not there; nothing is built.
if(NOT NPU_SANITIZE)
  add_test(NAME e2e.without COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/e2e/without.sh
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(e2e.without PROPERTIES LABELS e2e)
endif()

# Four samples a run are four frames, in a quarter of the time each.
add_test(NAME e2e.batch
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/batch.py
  $<TARGET_FILE:systole>)
set_tests_properties(e2e.batch PROPERTIES LABELS e2e)

# Names that attack whoever reads them, through every writer.
add_test(NAME e2e.hostile
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/hostile.py
  $<TARGET_FILE:systole> ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/hostile)
set_tests_properties(e2e.hostile PROPERTIES LABELS e2e TIMEOUT 120
  FIXTURES_SETUP hostile)

# Programs and results with bytes changed: refused in place, or shown.
add_test(NAME e2e.damaged
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/damaged.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/damaged)
set_tests_properties(e2e.damaged PROPERTIES LABELS e2e TIMEOUT 120)

# trace.json as the Perfetto UI needs it.
add_test(NAME e2e.trace
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/trace.py
  $<TARGET_FILE:systole> ${PROJECT_BINARY_DIR}/trace-e2e)
set_tests_properties(e2e.trace PROPERTIES LABELS e2e TIMEOUT 120)

# Pages for readers: their commands run, and their examples are what is printed.
add_test(NAME e2e.pages
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/pages.py
  $<TARGET_FILE:systole> ${CMAKE_CURRENT_SOURCE_DIR}
  ${PROJECT_BINARY_DIR}/pages-e2e ${PROJECT_SOURCE_DIR}/README.md
  ${PROJECT_SOURCE_DIR}/docs/programs.md)
set_tests_properties(e2e.pages PROPERTIES LABELS e2e TIMEOUT 120)
