#pragma once

#include <string_view>

namespace base {

/// Reports a broken invariant on stderr with its place and aborts. Never for bad input.
[[noreturn]] void Bug(std::string_view what, const char* file, int line);

}  // namespace base

/// Ends the process when `condition` holds: it states something that our own code made impossible.
#define BUG_IF(condition, what)              \
  do {                                       \
    if (condition) [[unlikely]] {            \
      ::base::Bug(what, __FILE__, __LINE__); \
    }                                        \
  } while (false)
