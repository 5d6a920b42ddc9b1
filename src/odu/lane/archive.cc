#include "odu/lane/archive.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "odu/lane/attempt_log.h"
#include "os/file_system.h"

namespace odu::lane {

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
