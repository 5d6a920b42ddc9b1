#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

/// The head of a git bundle (gitformat-bundle(5)), read without git: what is in it, what it builds
/// on, and where its pack begins.
namespace git {

/// A head never is larger: a quarter of a million refs.
inline constexpr size_t kMaxBundleHeadBytes = size_t{16} << 20;

struct BundleHead {
  int version = 2;
  bool sha256 = false;                     ///< object ids are 64 digits long
  std::vector<std::string> prerequisites;  ///< commits that the receiver must have, whole
  std::vector<std::string> tips;           ///< the commits that it names
  uint64_t pack_offset = 0;
};

/// Reads the head at the beginning of `bytes`, which may end anywhere behind it. kInput
/// "bad_bundle": it is none, it is cut off, or it is of a kind that is not taken here (filtered
/// objects).
base::Result<BundleHead> ParseBundleHead(std::string_view bytes);

}  // namespace git
