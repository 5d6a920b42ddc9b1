#include "odu/coordinator/last_words.h"

#include <utility>

#include "odu/model/lane_journal.h"
#include "os/append_file.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

constexpr size_t kMaxJournalBytes = size_t{256} << 20;

}  // namespace

std::vector<model::Attempt> LastWordsOf(const model::LaneFolder& folder) {
  std::vector<model::Attempt> attempts;
  const auto text = os::ReadFile(folder.journal(), kMaxJournalBytes);
  if (text) {
    model::LaneHistory history = model::ReadLaneJournal(*text);
    for (auto& [key, attempt] : history.attempts) {
      attempts.push_back(std::move(attempt));
    }
  }
  return attempts;
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
