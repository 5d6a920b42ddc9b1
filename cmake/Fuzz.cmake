# odu_fuzzer(<name> <source> <layer>...) -> <tree>/fuzzers/<name>; the target `fuzzers` is them all.
# Seeds are tests/fuzz/corpus/<name>/*.

add_custom_target(fuzzers)

# The event loop and the sample surface of the tests.
add_library(fuzz_support STATIC EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/tests/support/loop.cc"
                                                 "${CMAKE_SOURCE_DIR}/tests/support/fake_clock.cc")
target_include_directories(fuzz_support PUBLIC "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(fuzz_support PUBLIC odu_async)

function(odu_fuzzer name source)
  add_executable(${name} ${source})
  foreach(layer IN LISTS ARGN)
    odu_layer_target("${layer}" target)
    target_link_libraries(${name} PRIVATE ${target})
  endforeach()
  target_link_libraries(${name} PRIVATE fuzz_support)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  odu_use_pch(${name} odu_pch)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzzers")
  add_dependencies(fuzzers ${name})
endfunction()

# tests/fuzz may say itself what links what; without that, each x_fuzz.cc gets every layer.
if(EXISTS "${CMAKE_SOURCE_DIR}/tests/fuzz/CMakeLists.txt")
  add_subdirectory("${CMAKE_SOURCE_DIR}/tests/fuzz" tests/fuzz)
else()
  file(GLOB fuzz_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc")
  foreach(source IN LISTS fuzz_sources)
    cmake_path(GET source STEM name)
    odu_fuzzer(${name} "${source}" ${ODU_LAYERS})
  endforeach()
endif()
