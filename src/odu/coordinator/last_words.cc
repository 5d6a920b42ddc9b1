#include "odu/coordinator/last_words.h"

#include <algorithm>
#include <utility>

#include "odu/model/ids.h"
#include "odu/model/lane_journal.h"
#include "os/append_file.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

constexpr size_t kMaxJournalBytes = size_t{256} << 20;

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

base::Result<uint64_t> WriteEpitaph(const std::string& log, const std::string& text) {
  if (auto made = os::MakeDirs(log.substr(0, log.rfind('/')), 0700); !made) {
    return base::Pass(made.error());
  }
  auto file = os::AppendFile::Open(log);
  if (!file) {
    return base::Pass(file.error());
  }
  const std::string_view separator = file->size() > 0 ? "\n" : "";
  if (auto written = file->Append(std::string(separator) + "[odu] " + text + "\n"); !written) {
    return base::Pass(written.error());
  }
  return file->size();
}

}  // namespace odu::coordinator
