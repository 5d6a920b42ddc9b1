#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace support {

/// Compares `actual` with the file tests/golden/<name>. ODU_UPDATE_GOLDEN=1 writes the file instead
/// and fails, so that no run with it can pass for a test.
inline void ExpectGolden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(ODU_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("ODU_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    ADD_FAILURE() << "wrote " << path;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.good()) << path << " is missing; it would hold:\n" << actual;
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(expected.str(), actual);
}

}  // namespace support
