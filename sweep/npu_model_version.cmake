# npu_model_version.cmake - run by the build: the hash of all sources that counts
# depend on, so that no result of an older model is ever taken for today's.
#   cmake -DSOURCES=a;b;c -DOUTPUT=npu_model_version.h -P npu_model_version.cmake
set(all)
foreach(source IN LISTS SOURCES)
  file(SHA256 ${source} hash)
  string(APPEND all ${hash})
endforeach()
string(SHA256 all "${all}")
file(WRITE ${OUTPUT} "#define NPU_MODEL_VERSION \"${all}\"\n")
