# One static library a line of layers.txt: `odu/model: surface base` is odu_model, built from
# src/odu/model/*.cc and linked to odu_surface and odu_base. A layer without sources is headers.

add_library(odu_pch OBJECT "${CMAKE_CURRENT_LIST_DIR}/pch.cc")
target_link_libraries(odu_pch PRIVATE odu_flags)
if(ODU_PCH)
  target_precompile_headers(
    odu_pch
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
    <fmt/format.h>)
endif()

# Every source must also compile without the precompiled header: -DODU_PCH=OFF builds that way.
function(odu_use_pch target from)
  if(ODU_PCH)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# `odu/model` -> odu_model, `base` -> odu_base
function(odu_layer_target layer result)
  string(REGEX REPLACE "^odu/" "" name "${layer}")
  string(REPLACE "/" "_" name "${name}")
  set(${result} "odu_${name}" PARENT_SCOPE)
endfunction()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/layers.txt")
file(STRINGS "${CMAKE_SOURCE_DIR}/layers.txt" layer_lines REGEX "^[a-z_/]+:")
set(ODU_LAYERS "")
foreach(line IN LISTS layer_lines)
  string(REGEX MATCH "^[a-z_/]+" layer "${line}")
  string(REGEX REPLACE "^[a-z_/]+: *" "" below "${line}")
  separate_arguments(below)
  list(APPEND ODU_LAYERS "${layer}")
  odu_layer_target("${layer}" target)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${layer}/*.cc")
  set(kind PUBLIC)
  if(sources)
    add_library(${target} STATIC ${sources})
    # base knows no Asio, and the header would make each of its objects refer to it.
    if(NOT layer STREQUAL "base")
      odu_use_pch(${target} odu_pch)
    endif()
  else()
    set(kind INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  target_link_libraries(${target} ${kind} odu_flags)
  foreach(lower IN LISTS below)
    odu_layer_target("${lower}" lower_target)
    target_link_libraries(${target} ${kind} ${lower_target})
  endforeach()
  if(layer STREQUAL "base")
    target_link_libraries(${target} ${kind} "${ODU_NETTLE_ARCHIVE}")
  endif()
  if(layer STREQUAL "odu/ledger" AND NOT CMAKE_CROSSCOMPILING)
    target_link_libraries(${target} ${kind} "${ODU_SQLITECPP_ARCHIVE}" "${ODU_SQLITE_ARCHIVE}" m)
  endif()
  if(layer STREQUAL "odu/agent" AND NOT CMAKE_CROSSCOMPILING)
    target_link_libraries(${target} ${kind} "${ODU_RE2_ARCHIVE}" "${ODU_EXPAT_ARCHIVE}")
  endif()
  if(layer STREQUAL "odu/terminal" AND NOT CMAKE_CROSSCOMPILING)
    target_link_libraries(${target} ${kind} "${ODU_VTERM_ARCHIVE}" "${ODU_NCURSES_ARCHIVE}"
                          "${ODU_TINFO_ARCHIVE}")
  endif()
endforeach()

# A header compiles alone. Each source proves that of its own header by including it first; for a
# header without a source (in the tree without precompiled headers) a unit is made here.
if(NOT ODU_PCH)
  set(header_units "")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/*.h")
  foreach(header IN LISTS headers)
    cmake_path(REPLACE_EXTENSION header ".cc" OUTPUT_VARIABLE source)
    if(NOT EXISTS "${source}")
      cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${CMAKE_SOURCE_DIR}/src")
      set(unit "${CMAKE_BINARY_DIR}/headers/${header}.cc")
      file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${header}\"\n")
      list(APPEND header_units "${unit}")
    endif()
  endforeach()
  if(header_units)
    add_library(odu_headers OBJECT EXCLUDE_FROM_ALL ${header_units})
    target_link_libraries(odu_headers PRIVATE odu_flags)
  endif()
endif()
