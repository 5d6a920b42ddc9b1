#include "faults/counts.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace odu::faults {
namespace {

constexpr uint64_t kShortSeed = 20'261'001;

uint64_t NumberFrom(const std::string& variable, uint64_t otherwise) {
  const char* text = std::getenv(variable.c_str());
  uint64_t number = otherwise;
  if (text != nullptr) {
    std::from_chars(text, text + std::string_view(text).size(), number);
  }
  return number;
}

}  // namespace

std::vector<uint64_t> Seeds(const std::string& count, uint64_t short_count) {
  const uint64_t first = NumberFrom("ODU_FAULTS_SEED", kShortSeed);
  std::vector<uint64_t> seeds;
  for (uint64_t number = 0; number < NumberFrom(count, short_count); ++number) {
    seeds.push_back(first + number);
  }
  return seeds;
}

}  // namespace odu::faults
