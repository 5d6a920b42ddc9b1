# The two programs, and which layers each may link.

function(odu_program name source)
  if(NOT EXISTS "${CMAKE_SOURCE_DIR}/${source}")
    return()
  endif()
  add_executable(${name} "${CMAKE_SOURCE_DIR}/${source}")
  foreach(layer IN LISTS ARGN)
    odu_layer_target("${layer}" target)
    target_link_libraries(${name} PRIVATE ${target})
  endforeach()
  target_compile_definitions(${name} PRIVATE "ODU_VERSION=\"${PROJECT_VERSION}\"")
  target_link_options(${name} PRIVATE -Wl,--gc-sections)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${ODU_BIN_DIR}")
  odu_use_pch(${name} odu_pch)
endfunction()

# On a user's machine only libc and libm are asked for.
odu_program(odu src/odu/main.cc ${ODU_LAYERS})
if(TARGET odu AND NOT ODU_SANITIZE)
  target_link_options(odu PRIVATE -static-libstdc++ -static-libgcc)
endif()

# On a lane's host nothing is asked for: static, and small because it is copied there.
odu_program(odu-runner src/odu/runner_main.cc odu/lane)
if(TARGET odu-runner AND NOT ODU_SANITIZE)
  target_link_options(odu-runner PRIVATE -static)
  # What is copied has no debug information; that would also make its bytes depend on folders. The
  # debug tree's goes over ssh in tests: names stay in it, lines do not.
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_link_options(odu-runner PRIVATE -s)
  else()
    target_link_options(odu-runner PRIVATE -Wl,-S)
  endif()
endif()
if(TARGET odu-runner AND CMAKE_CROSSCOMPILING)
  # GNU ld warns of Asio's getaddrinfo before it drops it.
  target_link_options(odu-runner PRIVATE -Wl,--no-warnings)
  set_target_properties(odu-runner PROPERTIES OUTPUT_NAME "odu-runner-${ODU_CROSS_SYSTEM}")
endif()
