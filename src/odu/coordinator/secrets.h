#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace odu::coordinator {

/// Values that no text about a run may show: what `pass_env` brought back. Logs are masked by the
/// lanes that write them, by the same rules.
class Secrets {
 public:
  /// Values shorter than this are shown: they would tear every text apart.
  static constexpr size_t kShortest = 4;

  /// Adds values; of one with several lines also each line, without the blanks around it.
  void Add(const std::vector<std::string>& values);

  /// `text` with each longest run of bytes that belong to a value replaced by one `***`.
  std::string Masked(std::string_view text) const;

 private:
  std::set<std::string> values_;
};

}  // namespace odu::coordinator
