#include "odu/coordinator/finished_log.h"

#include <fmt/format.h>

#include "base/text.h"
#include "odu/coordinator/log_tail.h"
#include "odu/ledger/log_store.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/ids.h"
#include "odu/model/run_id.h"
#include "odu/model/selector.h"
#include "os/file_system.h"

namespace odu::coordinator {

using base::ErrorKind;
using base::Fail;
using base::Pass;

base::Result<std::shared_ptr<surface::ByteLog>> OpenFinishedLog(const std::string& state,
                                                                const model::NodeLogInput& input) {
  if (!model::IsRunId(input.run_id)) {
    return Fail(ErrorKind::kUsage, "bad_run_id",
                fmt::format("logs: {} is no run id", base::Quoted(input.run_id)));
  }
  const ledger::RunFolder folder = ledger::FolderOf(state, input.run_id);
  const auto header = ledger::ReadHeader(folder);
  if (!header) {
    return Pass(header.error());
  }
  const auto name = model::MatchOneId(header->expected, input.node);
  if (!name) {
    return Pass(name.error());
  }
  const auto parts = model::SplitNodeId(*name);
  if (!parts) {
    return Fail(ErrorKind::kHost, "bad_run", "logs: the run's header is damaged");
  }
  int32_t attempt = input.attempt;
  if (attempt == 0) {
    const auto newest = ledger::NewestLogOf(folder, parts->platform, parts->instance);
    if (!newest) {
      return Pass(newest.error());
    }
    attempt = newest->value_or(0);
  }
  const std::string path =
      ledger::LogFileOf(folder, parts->platform, parts->instance, std::max(attempt, 1));
  if (attempt < 1 || !os::Exists(path)) {
    return Fail(ErrorKind::kGone, "no_log",
                attempt < 1 ? fmt::format("logs: {} has no log in run {}", *name, header->ref)
                            : fmt::format("logs: {} has no attempt {} in run {}", *name, attempt,
                                          header->ref));
  }
  return FinishedLog(path);
}

}  // namespace odu::coordinator
