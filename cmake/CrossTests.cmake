# The tests of what the runner is made of, built for the other system and run in qemu-user:
#
#   cmake --preset aarch64-linux -DODU_TESTS=ON && ninja -C build/aarch64-linux cross_tests
#   ctest --test-dir build/aarch64-linux
#
# What qemu 7.2 has not, by name: the prctl that makes a process adopt orphans.
set(ODU_TEST_FILTER "-Subreaper.*")

add_custom_target(cross_tests)
foreach(layer IN ITEMS base async os surface transport service git odu/model odu/lane)
  odu_test(${layer} ${layer})
  string(REGEX REPLACE "^odu/" "" name "${layer}")
  add_dependencies(cross_tests test_${name})
endforeach()
