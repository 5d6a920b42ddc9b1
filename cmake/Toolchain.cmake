# Language level, launcher, linker and the one set of flags. Every target of ours links `odu_flags`:
# a shared precompiled header is valid only where the flags are the same.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug or Release" FORCE)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
# No NDEBUG: a broken invariant ends the process in what ships, too.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -ffunction-sections -fdata-sections")

find_program(ODU_CCACHE ccache)
if(ODU_CCACHE)
  # Paths below the source tree are hashed relative to the build tree, so two trees side by side
  # share their results.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${ODU_CCACHE}")
endif()

# Archives that name their objects instead of copying them: a gigabyte less in each tree.
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> qcT <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> qT <TARGET> <LINK_FLAGS> <OBJECTS>")

add_library(odu_flags INTERFACE)
# Debug trees re-apply every delta that a surface sends and compare (src/surface/cell.cc).
target_compile_definitions(odu_flags INTERFACE $<$<CONFIG:Debug>:ODU_CHECK_DELTAS>)
target_include_directories(odu_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(
  odu_flags
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Werror
            -Wshadow
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wextra-semi
            -Wunused
            -Wimplicit-fallthrough
            -Wno-missing-field-initializers
            -fdiagnostics-color=always)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside libstdc++ and coroutine frames once it inlines (PR 105562, 105651).
  target_compile_options(odu_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
                                             -Wno-dangling-pointer -Wno-mismatched-new-delete
                                             -Wno-array-bounds -Wno-stringop-overflow
                                             -Wno-stringop-overread)
  # ccache cannot see through a precompiled header without it.
  target_compile_options(odu_flags INTERFACE -fpch-preprocess)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
    message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} is too old: install 'clang-19'")
  endif()
  target_compile_options(odu_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  # A clock that asio accepts has an `is_steady` that nobody here reads.
  target_compile_options(odu_flags INTERFACE -Wno-unused-const-variable)
  # libstdc++ 12's stable_sort uses what C++20 deprecated; clang reports it at our call.
  target_compile_options(odu_flags INTERFACE -Wno-deprecated-declarations)
endif()

# A release's bytes do not depend on where it was built: places in messages (__FILE__) are relative
# to the source tree. ccache names sources as the build tree sees them, and shares results between
# trees only if no option names a folder.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(source_here "${CMAKE_SOURCE_DIR}")
  if(ODU_CCACHE)
    cmake_path(RELATIVE_PATH CMAKE_SOURCE_DIR BASE_DIRECTORY "${CMAKE_BINARY_DIR}"
               OUTPUT_VARIABLE source_here)
  endif()
  target_compile_options(odu_flags INTERFACE "-fmacro-prefix-map=${source_here}/=")
endif()

find_program(ODU_MOLD mold)
if(ODU_MOLD AND NOT CMAKE_CROSSCOMPILING)
  target_link_options(odu_flags INTERFACE -fuse-ld=mold)
endif()
# Most of a debug tree is debug information, once in each program.
target_link_options(odu_flags INTERFACE
                    $<$<CONFIG:Debug>:-Wl,--compress-debug-sections=zlib>)

if(ODU_SANITIZE)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "ODU_SANITIZE needs clang: cmake --preset asan")
  endif()
  # -fsanitize=function cannot relocate coroutine frames.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=function
                 -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_compile_options(odu_flags INTERFACE ${sanitizers} -O1)
  target_link_options(odu_flags INTERFACE ${sanitizers})
  if(ODU_FUZZ)
    # Coverage everywhere, the fuzzing main() only in the fuzzers themselves.
    target_compile_options(odu_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(odu_flags INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endif()
