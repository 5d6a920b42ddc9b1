#include "odu/lane/archive.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "base/logged.h"
#include "base/text.h"
#include "odu/lane/attempt_log.h"
#include "os/append_file.h"
#include "os/file_system.h"

namespace odu::lane {

namespace {

constexpr mode_t kSealedMode = 0444;

/// Who reads the log shall see why it ends; it is of use without, too.
void WriteEpitaph(const std::string& path) {
  if (const auto status = os::StatusOf(path); status && status->mode == kSealedMode) {
    return;  // it had ended; only its record was lost
  }
  static_cast<void>(::chmod(path.c_str(), 0600));
  auto log = os::AppendFile::Open(path);
  if (log) {
    const std::string_view separator = log->size() > 0 ? "\n" : "";
    base::Logged("lane", log->Append(std::string(separator) + "[odu] lane died\n"));
  }
  static_cast<void>(::chmod(path.c_str(), kSealedMode));
}

}  // namespace

Archive::Archive(model::LaneHistory history, model::LaneFolder folder)
    : history_(std::move(history)), folder_(std::move(folder)) {
  for (auto& [key, attempt] : history_.attempts) {
    if (model::IsTerminal(attempt.status)) {
      continue;
    }
    attempt.status = model::NodeStatus::kErrored;
    attempt.reason = "lane died";
    attempt.duration_ms.reset();
    attempt.log_complete = false;
    WriteEpitaph(folder_.log(attempt.node, attempt.n));
    if (auto log = os::StatusOf(folder_.log(attempt.node, attempt.n))) {
      attempt.log_bytes = log->size;
    }
    unfinished_.push_back(attempt);
  }
}

base::Result<std::shared_ptr<surface::ByteLog>> Archive::OpenLog(
    std::string_view attempt_key) const {
  const auto found = history_.attempts.find(std::string(attempt_key));
  if (found == history_.attempts.end()) {
    return base::Fail(base::ErrorKind::kGone, "no_attempt",
                      fmt::format("attempt {}: there is none", base::Quoted(attempt_key)));
  }
  auto log = AttemptLog::OpenSealed(folder_.log(found->second.node, found->second.n));
  if (!log) {
    return base::Pass(log.error());
  }
  return std::shared_ptr<surface::ByteLog>(std::move(*log));
}

}  // namespace odu::lane
