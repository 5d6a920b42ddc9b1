#pragma once

#include <string>
#include <string_view>

namespace support {

/// A new directory (0700, real path) that disappears with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  /// `name` below it.
  std::string operator/(std::string_view name) const;
  /// Writes a file below it, parents made; aborts on failure. Returns its path.
  std::string Write(std::string_view name, std::string_view bytes, int mode = 0644) const;
  /// The bytes of a file below it; aborts when it is not there.
  std::string Read(std::string_view name) const;

 private:
  std::string path_;
};

}  // namespace support
