# tests/<layer>/*_test.cc -> test_<layer>; tests/e2e -> test_e2e, run against the built programs.
# tests/hosts -> a library for those that need other machines.

include(GoogleTest)
if(CMAKE_CROSSCOMPILING)
  # No package has GoogleTest for another system: it is built from the sources that Debian ships.
  enable_language(C)
  add_subdirectory(/usr/src/googletest/googletest "${CMAKE_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL)
  set(GTest_FOUND TRUE)
  # They run once, in an emulator: quickly built is better than quick.
  set(test_options -O0 -g0)
else()
  find_package(GTest QUIET)
  set(test_options "")
endif()
if(NOT GTest_FOUND AND ODU_TESTS STREQUAL "AUTO")
  message(STATUS "the tests are left out: libgtest-dev is missing (script/bootstrap --tests)")
  return()
elseif(NOT GTest_FOUND)
  message(FATAL_ERROR "libgtest-dev is missing: run script/bootstrap --tests")
endif()

add_library(odu_test_pch OBJECT "${CMAKE_CURRENT_LIST_DIR}/pch.cc")
target_link_libraries(odu_test_pch PRIVATE odu_flags GTest::gtest)
target_compile_options(odu_test_pch PRIVATE ${test_options})
if(ODU_PCH)
  target_precompile_headers(
    odu_test_pch
    PRIVATE
    <string>
    <vector>
    <memory>
    <functional>
    <expected>
    <boost/json.hpp>
    <boost/asio/awaitable.hpp>
    <boost/asio/use_awaitable.hpp>
    <boost/asio/co_spawn.hpp>
    <boost/asio/as_tuple.hpp>
    <boost/asio/steady_timer.hpp>
    <fmt/format.h>
    <gtest/gtest.h>)
endif()

add_library(test_support_flags INTERFACE)
target_include_directories(test_support_flags INTERFACE "${CMAKE_SOURCE_DIR}/tests")
target_compile_definitions(
  test_support_flags INTERFACE "ODU_BIN_DIR=\"${ODU_BIN_DIR}\""
                               "ODU_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"")
target_link_libraries(test_support_flags INTERFACE odu_flags GTest::gtest)
target_compile_options(test_support_flags INTERFACE ${test_options})

# The support library stands on os (mold takes its members even where nothing of them is used).
file(GLOB support_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/support/*.cc")
if(support_sources)
  add_library(test_support STATIC ${support_sources})
  target_link_libraries(test_support PUBLIC test_support_flags odu_os)
  odu_use_pch(test_support odu_test_pch)
else()
  add_library(test_support INTERFACE)
  target_link_libraries(test_support INTERFACE test_support_flags)
endif()

# Machines for tests, and the pipe that breaks: tests/hosts/README.md.
file(GLOB hosts_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/hosts/*.cc")
list(FILTER hosts_sources EXCLUDE REGEX "_(test|main)\\.cc$")
add_library(test_hosts_support STATIC ${hosts_sources})
target_link_libraries(test_hosts_support PUBLIC test_support)
target_compile_definitions(test_hosts_support
                           PUBLIC "ODU_TEST_BIN_DIR=\"${CMAKE_BINARY_DIR}/tests\"")
odu_use_pch(test_hosts_support odu_test_pch)
foreach(program IN ITEMS fault_pipe make_hosts)
  add_executable(${program} "${CMAKE_SOURCE_DIR}/tests/hosts/${program}_main.cc")
  target_link_libraries(${program} PRIVATE test_hosts_support)
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  odu_use_pch(${program} odu_test_pch)
endforeach()

# odu_test(<folder> <layer>...): one program from tests/<folder>/*_test.cc
function(odu_test folder)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cc")
  if(NOT sources)
    return()
  endif()
  string(REGEX REPLACE "^odu/" "" name "${folder}")
  string(REPLACE "/" "_" name "${name}")
  set(program test_${name})
  add_executable(${program} ${sources})
  if(folder STREQUAL "base")
    target_link_libraries(${program} PRIVATE test_support_flags)
  else()
    target_link_libraries(${program} PRIVATE test_support)
  endif()
  foreach(layer IN LISTS ARGN)
    odu_layer_target("${layer}" target)
    target_link_libraries(${program} PRIVATE ${target})
  endforeach()
  target_link_libraries(${program} PRIVATE GTest::gtest_main)
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  if(NOT folder STREQUAL "base")
    odu_use_pch(${program} odu_test_pch)
  endif()
  if(folder MATCHES "^(hosts|provision|e2e)$")
    target_link_libraries(${program} PRIVATE test_hosts_support)
    add_dependencies(${program} fault_pipe make_hosts)
  endif()
  if(folder STREQUAL "faults")
    # What its tests share, beside them.
    file(GLOB shared CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*.cc")
    list(REMOVE_ITEM shared ${sources})
    target_sources(${program} PRIVATE ${shared})
  endif()
  if(folder MATCHES "^(e2e|faults)$")
    foreach(binary IN ITEMS odu odu-runner)
      if(TARGET ${binary})
        add_dependencies(${program} ${binary})
      endif()
    endforeach()
  endif()
  # A guard against hanging only. Machines that are reached over ssh take their time.
  set(seconds 120)
  if(folder STREQUAL "e2e")
    set(seconds 400)
  endif()
  gtest_discover_tests(
    ${program}
    TEST_PREFIX "${folder}/"
    TEST_FILTER "${ODU_TEST_FILTER}"
    DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${seconds} LABELS "${folder}")
endfunction()

if(CMAKE_CROSSCOMPILING)
  # What the runner is made of, in the emulator: `ninja cross_tests`, then ctest. What that cannot
  # do is left out by name in CrossTests.cmake.
  include(CrossTests)
  return()
endif()
foreach(layer IN LISTS ODU_LAYERS)
  odu_test(${layer} ${layer})
endforeach()
odu_test(hosts os)
odu_test(e2e odu/model transport surface os)
odu_test(faults odu/coordinator odu/lane odu/ledger odu/model transport surface os)

if(EXISTS "${CMAKE_SOURCE_DIR}/tests/tools/CMakeLists.txt")
  add_subdirectory(tests/tools)
endif()
if(TARGET odu AND EXISTS "${CMAKE_SOURCE_DIR}/tests/agents/CMakeLists.txt")
  add_subdirectory(tests/agents)
endif()
