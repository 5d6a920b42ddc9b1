#include "odu/lane/journal_writer.h"

#include <fcntl.h>

#include <memory>
#include <utility>

#include "base/log.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace odu::lane {

namespace {

/// A journal of 100,000 nodes with reruns stays far below.
constexpr size_t kJournalLimit = size_t{512} << 20;
/// Its logs may fill the disk: how their nodes ended is written all the same.
constexpr size_t kRoomBytes = size_t{64} << 10;

}  // namespace

base::Result<JournalWriter> JournalWriter::Open(const std::string& path,
                                                model::LaneHistory& history) {
  auto text = os::ReadFile(path, kJournalLimit);
  if (!text && text.error().code() != "not_found") {
    return base::Pass(text.error());
  }
  auto file = os::AppendFile::Open(path);
  if (!file) {
    return base::Pass(file.error());
  }
  if (text) {
    history = model::ReadLaneJournal(*text);
    if (history.whole_bytes < text->size() && !history.damaged) {
      if (auto cut = file->TruncateTo(history.whole_bytes); !cut) {
        return base::Pass(cut.error());
      }
    }
  }
  auto sync_fd = os::OpenFile(path, O_RDWR);
  if (!sync_fd) {
    return base::Pass(sync_fd.error());
  }
  file->KeepRoom(kRoomBytes);
  return JournalWriter(std::move(*file), std::make_shared<os::Fd>(std::move(*sync_fd)));
}

void JournalWriter::Add(std::string_view key, std::string_view json) {
  lines_ += model::LaneJournalLine(key, json);
}

void JournalWriter::Flush() {
  if (lines_.empty() && !failing_) {
    return;
  }
  // AppendFile keeps what it could not write and goes on from there.
  auto written = file_.AppendBuffered(std::exchange(lines_, {}));
  if (written) {
    written = file_.Flush();
  }
  if (!written && !failing_) {
    base::LogError("lane", "{}; kept in memory", written.error().In("journal").message());
  }
  failing_ = !written;
}

}  // namespace odu::lane
