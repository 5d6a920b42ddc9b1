#include "odu/ledger/journal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

// 10,000 nodes, each run twice, are about 12 MB.
constexpr size_t kJournalLimit = size_t{1} << 30;
/// Some hundred lines: how a run ended is written although its logs have filled the disk.
constexpr size_t kRoomBytes = size_t{64} << 10;

}  // namespace

JournalEnd ScanJournal(std::string_view text, const std::function<void(JournalLine&&)>& on_line) {
  JournalEnd end;
  size_t number = 0;
  const auto damaged = [&](std::string_view why) {
    end.damaged = fmt::format("line {}: {}", number, why);
  };
  while (end.sound_bytes < text.size()) {
    const std::string_view rest = text.substr(end.sound_bytes);
    const size_t length = rest.find('\n');
    if (length == std::string_view::npos) {
      end.torn = true;
      break;
    }
    ++number;
    auto line = DecodeLine(rest.substr(0, length));
    if (!line) {
      damaged(line.error().message());
      break;
    }
    if (end.closed) {
      damaged("something follows the last line");
      break;
    }
    const bool is_request = std::holds_alternative<RequestLine>(line->body);
    if (is_request != (number == 1)) {
      damaged(is_request ? "a second request" : "the first line is not the request");
      break;
    }
    end.has_request = end.has_request || is_request;
    end.closed = std::holds_alternative<ClosedLine>(line->body);
    if (std::holds_alternative<UnknownLine>(line->body)) {
      ++end.unknown;
    }
    end.sound_bytes += length + 1;
    if (on_line) {
      on_line(std::move(*line));
    }
  }
  return end;
}

base::Result<JournalEnd> ReadJournal(const std::string& path,
                                     const std::function<void(JournalLine&&)>& on_line) {
  auto text = os::ReadFile(path, kJournalLimit);
  if (!text) {
    return base::Pass(text.error());
  }
  return ScanJournal(*text, on_line);
}

Journal::Journal(os::AppendFile file) : file_(std::move(file)) {
  file_.KeepRoom(kRoomBytes);
}

base::Result<Journal> Journal::Create(const std::string& path, int64_t at,
                                      const RequestLine& request) {
  if (os::Exists(path)) {
    return base::Fail(base::ErrorKind::kBusy, "journal_exists",
                      fmt::format("{} exists already", base::Quoted(path)));
  }
  auto file = os::AppendFile::Open(path);
  if (!file) {
    return base::Pass(file.error());
  }
  Journal journal(std::move(*file));
  if (auto appended = journal.Append(at, request); !appended) {
    return base::Pass(appended.error());
  }
  if (auto flushed = journal.Flush(); !flushed) {
    return base::Pass(flushed.error());
  }
  // A journal whose name is lost with the power is a run that never was, however well it is synced.
  if (auto named = os::SyncDirectory(path.substr(0, path.rfind('/'))); !named) {
    return base::Pass(named.error());
  }
  return journal;
}

base::Result<Journal> Journal::Adopt(const std::string& path) {
  auto text = os::ReadFile(path, kJournalLimit);
  if (!text) {
    return base::Pass(text.error());
  }
  const JournalEnd end = ScanJournal(*text, {});
  if (end.closed && end.damaged.empty()) {
    return base::Fail(base::ErrorKind::kRefused, "run_closed",
                      fmt::format("{} is finished: nothing can be added", base::Quoted(path)));
  }
  if (!end.damaged.empty()) {
    const std::string_view rest = std::string_view(*text).substr(end.sound_bytes);
    if (auto kept = os::WriteFileAtomic(path + ".damaged", rest); !kept) {
      return base::Pass(kept.error());
    }
  }
  // A file of its own: whatever an earlier owner that was only stopped still writes when it wakes
  // goes into one that has no name any more.
  os::WriteOptions options;
  options.sync = true;
  const std::string_view sound = std::string_view(*text).substr(0, end.sound_bytes);
  if (auto copied = os::WriteFileAtomic(path, sound, options); !copied) {
    return base::Pass(copied.error());
  }
  auto file = os::AppendFile::Open(path);
  if (!file) {
    return base::Pass(file.error());
  }
  return Journal(std::move(*file));
}

base::Result<void> Journal::Append(int64_t at, const JournalBody& body) {
  line_.clear();
  EncodeLine(line_, at, body);
  closed_ = std::holds_alternative<ClosedLine>(body);
  return file_.AppendBuffered(line_);
}

base::Result<void> Journal::Append(int64_t at, const model::Node& node) {
  line_.clear();
  EncodeLine(line_, at, node);
  return file_.AppendBuffered(line_);
}

base::Result<void> Journal::Flush() {
  auto flushed = file_.Flush();
  if (flushed && closed_) {
    file_.KeepRoom(0);
  }
  return flushed;
}

boost::asio::awaitable<base::Result<void>> Journal::Sync(async::Worker& worker) {
  if (auto flushed = Flush(); !flushed) {
    co_return flushed;
  }
  const uint64_t mark = file_.size();
  if (synced_bytes_ == mark) {
    co_return base::Result<void>();
  }
  const int fd = file_.fd();
  auto sync = [fd] { return fdatasync(fd) == 0 ? 0 : errno; };
  const int error_number = co_await worker.Run(sync);
  if (error_number != 0) {
    co_return base::Pass(base::SystemError("the run's journal", error_number));
  }
  synced_bytes_ = std::max(synced_bytes_, mark);
  co_return base::Result<void>();
}

}  // namespace odu::ledger
