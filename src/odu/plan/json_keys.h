#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odu::plan {

/// Where the keys of a small configuration file stand: what a JSON parser forgets (lines, and that
/// a key came twice). Knows the keys of the outermost object and of the objects in it.
class JsonKeys {
 public:
  struct Key {
    std::string parent;  ///< the outer key; empty for an outer key itself
    std::string key;
    int line = 1;
  };

  /// `text` must be valid JSON.
  explicit JsonKeys(std::string_view text);

  const std::vector<Key>& keys() const { return keys_; }
  /// The line of a key, 1 when it is not there.
  int LineOf(std::string_view parent, std::string_view key) const;
  /// The second occurrence of a key in one object.
  std::optional<Key> FirstDuplicate() const;

 private:
  std::vector<Key> keys_;
};

}  // namespace odu::plan
