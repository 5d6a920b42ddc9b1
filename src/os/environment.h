#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace os {

/// A process environment as a value: "KEY=value" strings in their order.
class Environment {
 public:
  Environment() = default;
  /// Keeps entries of the form KEY=value with a non-empty key and no NUL; of equal keys the last.
  explicit Environment(std::vector<std::string> entries);

  /// A copy of this process's own.
  static Environment Current();

  std::optional<std::string_view> Get(std::string_view key) const;
  void Set(std::string_view key, std::string_view value);
  void Remove(std::string_view key);
  /// Removes each key that equals a pattern, or starts with it where the pattern ends in '*'.
  void RemoveMatching(std::span<const std::string_view> patterns);

  const std::vector<std::string>& entries() const { return entries_; }
  bool operator==(const Environment&) const = default;

 private:
  std::vector<std::string> entries_;
};

/// The value of `key` in "KEY=value" strings.
std::optional<std::string_view> LookUp(std::span<const std::string> entries, std::string_view key);

}  // namespace os
