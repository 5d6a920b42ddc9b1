# What a package holds. `cmake --install --strip` leaves the debug information behind.

foreach(program IN ITEMS odu odu-runner)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
endforeach()
# What script/build lays beside them for other machines; a plain cmake build has none of it.
foreach(system IN ITEMS x86_64-linux aarch64-linux)
  install(PROGRAMS "${CMAKE_SOURCE_DIR}/build/bin/odu-runner-${system}"
                   "${CMAKE_SOURCE_DIR}/build/bin/just-${system}"
          DESTINATION "${CMAKE_INSTALL_BINDIR}" OPTIONAL)
endforeach()
install(DIRECTORY "${CMAKE_SOURCE_DIR}/build/bin/runner-flake"
        DESTINATION "${CMAKE_INSTALL_BINDIR}" OPTIONAL)
install(FILES "${CMAKE_SOURCE_DIR}/docs/man/odu.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" "${CMAKE_SOURCE_DIR}/CHANGELOG.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
set(completions "${CMAKE_SOURCE_DIR}/completions")
install(FILES "${completions}/odu.bash" RENAME odu
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES "${completions}/_odu" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
install(FILES "${completions}/odu.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")

# What ships is what is looked at: the test belongs to the release tree.
find_program(ODU_PYTHON python3)
if(TARGET odu AND ODU_PYTHON)
  add_test(NAME package/usage
           COMMAND "${ODU_PYTHON}" -B "${CMAKE_SOURCE_DIR}/tests/package/usage_test.py"
                   "$<TARGET_FILE:odu>")
  set_tests_properties(package/usage PROPERTIES TIMEOUT 120 LABELS package)
endif()
if(TARGET odu AND TARGET odu-runner AND ODU_PYTHON AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME package/install
           COMMAND "${ODU_PYTHON}" -B "${CMAKE_SOURCE_DIR}/tests/package/install_test.py"
                   "${CMAKE_COMMAND}" "${CMAKE_BINARY_DIR}")
  set_tests_properties(package/install PROPERTIES TIMEOUT 120 LABELS package)
  add_test(NAME package/reproducible
           COMMAND "${ODU_PYTHON}" -B "${CMAKE_SOURCE_DIR}/tests/package/reproducible_test.py"
                   "${CMAKE_COMMAND}" "$<TARGET_FILE:odu-runner>")
  # Without ccache the runner is built anew.
  set_tests_properties(package/reproducible PROPERTIES TIMEOUT 1200 LABELS package)
endif()

# The other system's runner, as script/build leaves it, in an emulator: plans of plain nodes. What
# qemu-user has not stays out: adopted orphans, and a pid or program that is the lane's own.
if(TARGET test_e2e AND NOT CMAKE_CROSSCOMPILING AND CMAKE_BUILD_TYPE STREQUAL "Release"
   AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_test(NAME package/lane_in_qemu
           COMMAND "${CMAKE_COMMAND}" -E env
                   "ODU_TEST_RUNNER=${CMAKE_SOURCE_DIR}/tests/package/runner_in_qemu"
                   "$<TARGET_FILE:test_e2e>"
                   "--gtest_filter=LaneProgram.RunsAPlan*:LaneProgram.GoesOnWithout*:\
LaneProgram.RefusesAnOwner*:LaneProgram.StartedTwice*:LaneProgram.ManyStarters*:\
LaneProgram.ACallerThatReads*:LaneProgram.TheFrontRelays*:LaneProgramUsage.WhatItDoes*")
  set_tests_properties(package/lane_in_qemu PROPERTIES TIMEOUT 900 LABELS package)
endif()
