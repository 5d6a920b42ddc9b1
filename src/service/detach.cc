#include "service/detach.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "base/text.h"
#include "os/file_system.h"

namespace service {
namespace {

constexpr std::array<std::string_view, 10> kNeeded{"HOME",   "PATH", "USER", "LOGNAME", "SHELL",
                                                   "TMPDIR", "LANG", "LC_*", "TZ",      "XDG_*"};
constexpr std::string_view kUsualPath = "/usr/local/bin:/usr/bin:/bin";

bool Matches(std::string_view key, std::span<const std::string_view> patterns) {
  return std::ranges::any_of(patterns, [key](std::string_view pattern) {
    return pattern.ends_with('*') ? key.starts_with(pattern.substr(0, pattern.size() - 1))
                                  : key == pattern;
  });
}

}  // namespace

base::Result<os::Fd> OpenRotatedLog(const std::string& path, uint64_t limit) {
  const auto status = os::StatusOf(path);
  if (status && status->kind == os::FileKind::kFile && status->size > limit) {
    if (std::rename(path.c_str(), (path + ".1").c_str()) != 0) {
      return base::Pass(base::SystemError(base::Quoted(path), errno));
    }
  }
  return os::OpenFile(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
}

os::Environment MinimalEnvironment(const os::Environment& from,
                                   std::span<const std::string_view> keep) {
  std::vector<std::string> entries;
  for (const std::string& entry : from.entries()) {
    const std::string_view key = std::string_view(entry).substr(0, entry.find('='));
    if (Matches(key, kNeeded) || Matches(key, keep)) {
      entries.push_back(entry);
    }
  }
  os::Environment minimal(std::move(entries));
  const auto path = minimal.Get("PATH");
  if (!path || path->empty()) {
    minimal.Set("PATH", kUsualPath);
  }
  return minimal;
}

base::Result<os::Daemonised> Detach(const std::string& log_path) {
  const auto log = OpenRotatedLog(log_path);
  if (!log) {
    return base::Pass(log.error());
  }
  os::DaemonOptions options;
  options.stderr_fd = log->get();
  return os::Daemonise(options);
}

}  // namespace service
