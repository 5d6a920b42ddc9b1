#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace odu::faults {

/// The seeds of a suite: as many as the environment variable `count` says, else `short_count`, from
/// the one that ODU_FAULTS_SEED says on.
std::vector<uint64_t> Seeds(const std::string& count, uint64_t short_count);

}  // namespace odu::faults
