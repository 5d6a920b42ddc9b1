#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "async/worker.h"
#include "base/error.h"
#include "odu/ledger/journal_line.h"
#include "os/append_file.h"

namespace odu::ledger {

/// What reading a journal found besides its lines.
struct JournalEnd {
  /// Bytes of whole, sound lines from the start: a writer goes on there.
  uint64_t sound_bytes = 0;
  bool has_request = false;  ///< the first line is there
  bool closed = false;       ///< the last line is there: the run is finished
  bool torn = false;         ///< an unfinished line stands at the end: a writer died in it
  /// Where and why reading stopped before the end; empty when it did not. What stands before
  /// counts.
  std::string damaged;
  size_t unknown = 0;  ///< lines of types that this build does not know
};

/// Reads the text of a journal, line by line; never fails: what is wrong is in the result.
JournalEnd ScanJournal(std::string_view text, const std::function<void(JournalLine&&)>& on_line);

/// The same over a file. A missing one is kGone "not_found".
base::Result<JournalEnd> ReadJournal(const std::string& path,
                                     const std::function<void(JournalLine&&)>& on_line);

/// The one writer of a run's journal: the coordinator that owns the checkout. Lines are collected
/// and written once a turn of the event loop by Flush(); the write comes before what it tells is
/// published.
class Journal {
 public:
  /// A new journal with its first line, written. kBusy "journal_exists".
  static base::Result<Journal> Create(const std::string& path, int64_t at,
                                      const RequestLine& request);

  /// Goes on with one that another coordinator began. A torn end is cut off; what follows damage is
  /// kept beside it as `<path>.damaged` and cut off. kRefused "run_closed" when it is finished.
  static base::Result<Journal> Adopt(const std::string& path);

  Journal(Journal&&) noexcept = default;
  Journal& operator=(Journal&&) noexcept = default;

  /// Keeps the line for the next Flush(). After a failure of that nothing is lost: it is tried
  /// again.
  base::Result<void> Append(int64_t at, const JournalBody& body);
  base::Result<void> Append(int64_t at, const model::Node& node);
  /// Writes what was kept: it survives this process now.
  base::Result<void> Flush();

  /// Flush, then fdatasync on a worker: it survives the machine when this returns. What is appended
  /// meanwhile is not part of it. Always before "settled" is told to anybody. The journal must stay
  /// where it is until it returns.
  boost::asio::awaitable<base::Result<void>> Sync(async::Worker& worker);
  /// Everything written is on the disk.
  bool synced() const { return synced_bytes_ == file_.size() && file_.buffered() == 0; }

 private:
  explicit Journal(os::AppendFile file);

  os::AppendFile file_;
  uint64_t synced_bytes_ = 0;
  bool closed_ = false;
  std::string line_;
};

}  // namespace odu::ledger
