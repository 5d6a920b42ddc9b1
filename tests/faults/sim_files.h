#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace odu::faults {

/// The files below a folder that this process holds open for writing.
struct HeldFile {
  int fd = -1;
  std::string path;
  uint64_t size = 0;
};
/// `except`: a folder below it that does not count; empty = none.
std::vector<HeldFile> FilesHeldBelow(const std::string& folder, const std::string& except);

/// What a simulated process wrote until now is written; nothing that it still writes into these
/// files reaches them: the descriptors lead elsewhere.
void TakeAway(const std::vector<HeldFile>& files);

/// While it lives the folder is not where it was: whoever asks for it by its name finds nothing.
class Hidden {
 public:
  explicit Hidden(std::string folder);
  ~Hidden();
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  std::string folder_;
};

}  // namespace odu::faults
