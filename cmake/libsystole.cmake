# cmake/libsystole.cmake - all folders but tools as one library, static and
# shared, with its headers, a pkg-config file and a CMake package.
set(parts base configs function isa models lower codegen dram exec sim traces)
list(TRANSFORM parts PREPEND npu_ OUTPUT_VARIABLE targets)
set(whole "")
foreach(target ${targets})
  list(APPEND whole $<TARGET_FILE:${target}>)
endforeach()

file(WRITE ${PROJECT_BINARY_DIR}/empty.c "")
add_library(systole_shared SHARED ${PROJECT_BINARY_DIR}/empty.c)
set_target_properties(systole_shared PROPERTIES OUTPUT_NAME systole
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_link_libraries(systole_shared PRIVATE
  -Wl,--whole-archive ${whole} -Wl,--no-whole-archive ${targets})
add_dependencies(systole_shared ${targets})
target_include_directories(systole_shared INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/systole>)

# The same objects as one archive.
set(script "create ${PROJECT_BINARY_DIR}/libsystole.a\n")
foreach(target ${targets})
  string(APPEND script "addlib $<TARGET_FILE:${target}>\n")
endforeach()
string(APPEND script "save\nend\n")
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/libsystole.mri CONTENT "${script}")
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/libsystole.a
  COMMAND sh -c "${CMAKE_AR} -M <${PROJECT_BINARY_DIR}/libsystole.mri"
  DEPENDS ${targets} VERBATIM)
add_custom_target(systole_static ALL DEPENDS ${PROJECT_BINARY_DIR}/libsystole.a)

file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/systole.pc @ONLY CONTENT
"prefix=@CMAKE_INSTALL_PREFIX@
Name: systole
Description: @PROJECT_DESCRIPTION@
Version: @PROJECT_VERSION@
Cflags: -I\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@/systole
Libs: -L\${prefix}/@CMAKE_INSTALL_LIBDIR@ -lsystole
Requires.private: yaml-0.1 jansson nettle
Libs.private: -ldnnl -lprotobuf-nanopb -lm
")

install(TARGETS systole_shared EXPORT systole-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT systole-targets NAMESPACE systole:: FILE systole-config.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/systole)
install(FILES ${PROJECT_BINARY_DIR}/libsystole.a
  DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_BINARY_DIR}/systole.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(folder base configs isa models compiler sim traces)
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/systole/${folder}
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def" PATTERN "*_internal.h" EXCLUDE)
endforeach()
install(DIRECTORY configs/chips configs/technologies configs/sweeps
  DESTINATION ${CMAKE_INSTALL_DATADIR}/systole/configs)
install(DIRECTORY models/zoo models/blocks DESTINATION ${CMAKE_INSTALL_DATADIR}/systole/models)
