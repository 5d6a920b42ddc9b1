#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace odu::coordinator {

/// The head of `_ci-setup`'s first log, as long as there is no lane that could write it: what
/// happens on the way to its machine. Each line is in the file, and so with every reader, at once.
/// The lane begins its own log with the same bytes, so the file goes on where the story ends.
class SetupStory {
 public:
  /// More than this is not told: a lane is given the whole story in one message.
  static constexpr size_t kMaxBytes = size_t{128} << 10;

  /// `path` is that log. What an earlier owner told stays its beginning.
  SetupStory(std::string path, std::string teller);

  /// Adds `[<teller>] <line>`. After End it only goes to this process's own log.
  void Tell(std::string_view line);
  /// Everything told so far, as the file has it.
  std::string Text() const;
  /// The lane writes from now on.
  void End() { ended_ = true; }
  bool ended() const { return ended_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string teller_;
  bool ended_ = false;
};

}  // namespace odu::coordinator
