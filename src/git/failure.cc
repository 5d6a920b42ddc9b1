#include "git/failure.h"

#include <fmt/format.h>

#include <string>

#include "base/text.h"

namespace git {

std::string_view Cause(std::string_view stderr_text) {
  std::string_view first;
  for (std::string_view line : base::Split(stderr_text, '\n')) {
    for (std::string_view mark : {"fatal: ", "error: "}) {
      if (line.starts_with(mark)) {
        return line.substr(mark.size());
      }
    }
    if (first.empty()) {
      first = line;
    }
  }
  return first;
}

base::Error Failure(std::string_view verb, const os::ProgramResult& result) {
  const std::string_view cause = Cause(result.stderr_text);
  const bool full = result.stderr_text.find("No space left on device") != std::string::npos ||
                    result.stderr_text.find("Disk quota exceeded") != std::string::npos;
  const std::string said =
      cause.empty() ? os::Describe(result.status) : base::Sanitised(cause, false);
  return base::Error(base::ErrorKind::kHost, full ? "disk_full" : "git_failed",
                     fmt::format("git {}: {}", verb, said),
                     full ? "make room on that disk, then try again" : "");
}

}  // namespace git
