#include "odu/coordinator/last_words.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/logged.h"
#include "odu/model/ids.h"
#include "odu/model/lane_journal.h"
#include "os/append_file.h"
#include "os/fd.h"
#include "os/file_digest.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

constexpr size_t kMaxJournalBytes = size_t{256} << 20;
constexpr size_t kReadBytes = size_t{256} << 10;

model::LaneHistory HistoryOf(const model::LaneFolder& folder) {
  const auto text = os::ReadFile(folder.journal(), kMaxJournalBytes);
  return text ? model::ReadLaneJournal(*text) : model::LaneHistory();
}

}  // namespace

std::vector<model::Attempt> LastWordsOf(const model::LaneFolder& folder) {
  std::vector<model::Attempt> attempts;
  model::LaneHistory history = HistoryOf(folder);
  for (auto& [key, attempt] : history.attempts) {
    attempts.push_back(std::move(attempt));
  }
  return attempts;
}

void DoubtLogs(const model::LaneFolder& folder, std::vector<model::Attempt>& attempts) {
  for (model::Attempt& attempt : attempts) {
    attempt.log_complete =
        attempt.log_complete &&
        (attempt.log_sha256.empty() ||
         os::DigestOfFile(folder.log(attempt.node, attempt.n)) == attempt.log_sha256);
  }
}

bool HadPlan(const model::LaneFolder& folder) {
  const auto file = os::OpenFile(folder.journal(), O_RDONLY);
  if (!file) {
    return file.error().code() != "not_found";
  }
  std::string beginning(kReadBytes, '\0');
  const auto got = os::ReadSome(file->get(), beginning);
  return !got || std::string_view(beginning).substr(0, *got).contains('\n');
}

bool EndedByItself(const model::LaneFolder& folder) {
  return HistoryOf(folder).ended.has_value();
}

bool IsDoneWith(const ledger::RunRecord& record, const ledger::RunFolder& folder,
                const std::string& platform) {
  const model::LaneFolder lane(folder.lane(platform));
  const auto locked = os::IsLocked(lane.lock());
  if (!locked || *locked || !os::Exists(lane.journal())) {
    return false;
  }
  return std::ranges::all_of(LastWordsOf(lane), [&](const model::Attempt& attempt) {
    const auto node = record.nodes.find(model::NodeId(attempt.node, platform));
    return model::IsTerminal(attempt.status) && node != record.nodes.end() &&
           node->second.attempt >= attempt.n;
  });
}

uint64_t WriteEpitaph(const std::string& log, const std::string& text) {
  base::Result<void> written = os::MakeDirs(log.substr(0, log.rfind('/')), 0700);
  // An owner before this one may have written and sealed it already.
  static_cast<void>(::chmod(log.c_str(), 0600));
  if (auto file = os::AppendFile::Open(log); !file) {
    written = base::Pass(file.error());
  } else {
    const std::string_view separator = file->size() > 0 ? "\n" : "";
    written = file->Append(std::string(separator) + "[odu] " + text + "\n");
  }
  base::Logged("run", written);
  static_cast<void>(::chmod(log.c_str(), 0444));
  const auto status = os::StatusOf(log);
  return status ? status->size : 0;
}

}  // namespace odu::coordinator
