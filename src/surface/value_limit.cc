#include "surface/value_limit.h"

#include <fmt/format.h>

namespace surface {

base::Result<void> CheckValueSize(std::string_view what, size_t bytes) {
  if (bytes > kMaxValueBytes) {
    return base::Fail(base::ErrorKind::kLimit, "value_too_large",
                      fmt::format("{}: {} bytes of JSON, at most {}", what, bytes, kMaxValueBytes));
  }
  return {};
}

}  // namespace surface
