#include "odu/forge/secret.h"

namespace odu::forge {

std::string Secret::Masked(std::string_view text) const {
  std::string masked(text);
  if (value_.empty()) {
    return masked;
  }
  for (size_t at = masked.find(value_); at != std::string::npos; at = masked.find(value_, at + 3)) {
    masked.replace(at, value_.size(), "***");
  }
  return masked;
}

}  // namespace odu::forge
