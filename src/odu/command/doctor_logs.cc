#include "odu/command/doctor_logs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "odu/ledger/log_store.h"
#include "odu/ledger/run_list.h"
#include "odu/ledger/run_record.h"
#include "odu/model/ids.h"
#include "os/file_digest.h"
#include "os/file_system.h"

namespace odu::command {
namespace {

/// What is wrong with a log; empty when it is what its node wrote.
std::string Trouble(const std::string& path, const ledger::LogLine& line) {
  const auto status = os::StatusOf(path);
  if (!status) {
    return status.error().code() == "not_found" ? "is gone" : status.error().message();
  }
  if (status->size != line.bytes) {
    return fmt::format("has {} where its node wrote {}", base::Counted(status->size, "byte"),
                       line.bytes);
  }
  const auto digest = os::DigestOfFile(path);
  if (!digest) {
    return digest.error().message();
  }
  return *digest == line.sha256 ? "" : "is not what its node wrote: its sha256 is another";
}

void CheckRun(const ledger::RunFolder& folder, Findings& findings) {
  const auto record = ledger::ReadRun(folder);
  if (!record) {
    return;  // CheckFolders tells
  }
  for (const auto& [key, line] : record->logs) {
    const auto node = model::SplitNodeId(line.node);
    if (!node) {
      continue;
    }
    const std::string path =
        ledger::LogFileOf(folder, node->platform, node->instance, line.attempt);
    const std::string trouble = Trouble(path, line);
    if (trouble.empty()) {
      continue;
    }
    if (!os::Exists(folder.header())) {
      return;  // it has expired meanwhile
    }
    const ledger::RunHeader& header = record->header;
    findings.Tell(
        "log",
        fmt::format("run {} of {}: the log of {}, attempt {}, {}", header.ref,
                    base::Quoted(header.checkout), line.node, line.attempt, trouble),
        fmt::format("do not go by it; 'odu rerun --run {} {}' there makes another one, and this "
                    "stays until the run is pruned",
                    header.run_id, line.node));
  }
}

}  // namespace

void CheckLogs(const DoctorCall& call, Findings& findings) {
  const auto runs = ledger::AllRunIds(call.home.state);
  if (!runs) {
    findings.Tell("runs", runs.error().message(), "see who may read that folder");
    return;
  }
  for (size_t at = 0; at < runs->size(); ++at) {
    call.on_logs_of(at + 1, runs->size());
    CheckRun(ledger::FolderOf(call.home.state, (*runs)[at]), findings);
  }
}

}  // namespace odu::command
