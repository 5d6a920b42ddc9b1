#pragma once

#include <string_view>

#include "base/error.h"
#include "base/log.h"

namespace base {

/// For what need not succeed for anybody to go on: a failure is said on stderr and no more.
inline void Logged(std::string_view source, const Result<void>& result) {
  if (!result) {
    LogError(source, "{}", result.error().message());
  }
}

}  // namespace base
