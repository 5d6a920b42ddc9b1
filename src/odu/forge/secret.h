#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace odu::forge {

/// A token. Nothing prints, compares or encodes it; whoever sends it asks by name.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  /// Only for the header of a request and for masking texts.
  const std::string& Reveal() const { return value_; }
  /// `text` with the token shown as `***`, wherever it stands.
  std::string Masked(std::string_view text) const;

 private:
  std::string value_;
};

}  // namespace odu::forge
