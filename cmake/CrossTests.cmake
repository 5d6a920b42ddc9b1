# The tests of what the runner is made of, built for the other system and run in qemu-user:
#
#   cmake --preset aarch64-linux -DODU_TESTS=ON && ninja -C build/aarch64-linux cross_tests
#   ctest --test-dir build/aarch64-linux
#
# What qemu-user 7.2 has not, by name. The prctl that makes a process adopt orphans:
set(no_adoption Subreaper.* Reaper.AnAdopted* Supervisor.*Escapee* Supervisor.ADaemon*
    SetupProgram.WhatItLeavesBehind*)
# A child that shares its parent's memory until it has started, so why it did not is not told:
set(no_shared_memory Child.EachWayNotToStart* RepositoryTest.ADirectoryThatIsGone*
    WorktreeTest.OneWhoseCheckoutIsGone* RecipeProcess.NoFileOfALane*)
# Tests that start their own program again, which the kernel here cannot; and a /proc that is told
# by the emulator:
set(no_second_self ControlTest.* DialTest.* EnsureTest.* GateTest.*Owner* Process.KnowsItself
    Process.AStoppedProcess*)
list(JOIN no_adoption ":" first)
list(JOIN no_shared_memory ":" second)
list(JOIN no_second_self ":" third)
set(ODU_TEST_FILTER "-${first}:${second}:${third}")

# The emulator finds no shared libraries of the other system here; the runner needs none either.
add_link_options(-static)

add_custom_target(cross_tests)
foreach(layer IN ITEMS base async os surface transport service git odu/model odu/lane)
  odu_test(${layer} ${layer})
  string(REGEX REPLACE "^odu/" "" name "${layer}")
  add_dependencies(cross_tests test_${name})
endforeach()
