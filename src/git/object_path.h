#pragma once

#include <string>

namespace git {

/// A folder of objects as GIT_ALTERNATE_OBJECT_DIRECTORIES takes it, where a colon separates.
inline std::string AlternatePath(const std::string& path) {
  if (path.find_first_of(":\"\n") == std::string::npos) {
    return path;
  }
  std::string quoted = "\"";
  for (const char byte : path) {
    if (byte == '"' || byte == '\\') {
      quoted.push_back('\\');
    }
    quoted.push_back(byte);
  }
  return quoted + "\"";
}

}  // namespace git
