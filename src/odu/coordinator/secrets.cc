#include "odu/coordinator/secrets.h"

#include <algorithm>

#include "base/text.h"

namespace odu::coordinator {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kBlanks = " \t\r";

std::string_view Trimmed(std::string_view line) {
  const size_t first = line.find_first_not_of(kBlanks);
  const size_t last = line.find_last_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view()
                                         : line.substr(first, last + 1 - first);
}

}  // namespace

void Secrets::Add(const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    values_.insert(value);
    for (const std::string_view line : base::Split(value, '\n')) {
      values_.emplace(Trimmed(line));
    }
  }
  std::erase_if(values_, [](const std::string& value) { return value.size() < kShortest; });
}

std::string Secrets::Masked(std::string_view text) const {
  if (values_.empty()) {
    return std::string(text);
  }
  std::string masked;
  // Values may overlap: what belongs to any of them goes.
  size_t secret_until = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool in_run = at > 0 && secret_until >= at;
    for (const std::string& value : values_) {
      if (text.substr(at).starts_with(value)) {
        secret_until = std::max(secret_until, at + value.size());
      }
    }
    if (secret_until <= at) {
      masked += text[at];
    } else if (!in_run) {
      masked += kMask;
    }
  }
  return masked;
}

}  // namespace odu::coordinator
