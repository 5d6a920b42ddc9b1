#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/error.h"

namespace os {

/// The sha256 in hex of a file's first `bytes` bytes, or of all of them where it has less; blocks.
base::Result<std::string> DigestOfFile(const std::string& path,
                                       uint64_t bytes = std::numeric_limits<uint64_t>::max());
/// The same of an open file, wherever it stands; it is left there.
base::Result<std::string> DigestOfFile(int fd,
                                       uint64_t bytes = std::numeric_limits<uint64_t>::max());

}  // namespace os
