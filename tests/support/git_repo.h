#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/temp_dir.h"

namespace support {

/// A real git repository in a temporary directory: branch main, a fixed author, no user or system
/// configuration.
class GitRepo {
 public:
  GitRepo();

  const std::string& path() const { return path_; }
  /// Runs git in it and returns stdout without the last newline; aborts when git fails.
  std::string Git(const std::vector<std::string>& arguments) const;
  /// Writes a file of the work tree.
  void Write(std::string_view name, std::string_view bytes, int mode = 0644) const;
  /// Adds everything and commits (even nothing); returns the full sha.
  std::string Commit(std::string_view message = "change") const;

  /// Environment entries that keep git from reading the user's configuration.
  static std::vector<std::string> CleanEnvironment();

 private:
  TempDir dir_;
  std::string path_;
};

}  // namespace support
