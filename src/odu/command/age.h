#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace odu::command {

/// "7d", "12h", "30m", "90s" in milliseconds; at most 100 years. kUsage "bad_value" otherwise;
/// `option` is named in the message.
base::Result<int64_t> ParseAge(std::string_view option, std::string_view text);

/// "10G", "500M", "64K" in bytes (powers of 1024). kUsage "bad_value" otherwise.
base::Result<uint64_t> ParseSize(std::string_view option, std::string_view text);

}  // namespace odu::command
