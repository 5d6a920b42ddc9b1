#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/worker.h"
#include "base/error.h"
#include "odu/ledger/run_folder.h"
#include "os/append_file.h"

/// What a run owes its forge: `gate.ndjson` in the run's folder, and `posted.ndjson` once nothing
/// is owed any more and the run is over. It outlives the run's journal: a debt may be paid days
/// later. Each line is `{"t":<type>,"at":<epoch ms>,"v":{…}}`:
///
///   to        the first line: which repository of which forge
///   owed      a status that has to be posted; written before any try. A later one of the same
///             context takes its place
///   posted    the forge has confirmed it
///   dropped   it is owed no more, and why; a try of it may be on its way
///   withdrawn the same of what was never tried
///   checked   the forge was read after a try whose end nobody knows, and shows what was confirmed
///   stray     an older run's try whose end nobody knows; it may arrive over what is confirmed
///
/// One without its first line is of a run that did not get as far: what its nodes are is owed.
namespace odu::ledger {

struct GateTarget {
  std::string host;
  std::string owner;
  std::string repository;
  std::string api;
  std::string sha;
  std::string url_base;  ///< what target URLs begin with; empty = none
  bool operator==(const GateTarget&) const = default;
  static constexpr std::array<std::string_view, 5> kRequired{"host", "owner", "repository", "api",
                                                             "sha"};
};
BOOST_DESCRIBE_STRUCT(GateTarget, (), (host, owner, repository, api, sha, url_base))

/// The value of all lines but `to`.
struct GateStatus {
  std::string context;
  std::string state;
  std::string description;
  std::string target_url;
  int64_t id = 0;   ///< of `posted`: the forge's
  std::string why;  ///< of `dropped`
  bool operator==(const GateStatus&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"context"};

  bool Says(const GateStatus& other) const {
    return state == other.state && description == other.description;
  }
};
BOOST_DESCRIBE_STRUCT(GateStatus, (), (context, state, description, target_url, id, why))

/// A context as the lines tell it.
struct GateContext {
  std::optional<GateStatus> owed;
  int64_t owed_at = 0;
  std::optional<GateStatus> posted;
  /// Owed once and never confirmed: a try of it may still be on its way.
  std::vector<GateStatus> strays;
  /// What the forge called those that it confirmed.
  std::vector<int64_t> ids;
};

struct GateRecord {
  std::optional<GateTarget> target;
  std::map<std::string, GateContext, std::less<>> contexts;
  uint64_t sound_bytes = 0;
  bool over = false;  ///< it was read from `posted.ndjson`

  /// The contexts that are owed something, by name.
  std::vector<std::string> Unposted() const;
};

/// Reads the text of one; what is torn or damaged ends it. Pure.
GateRecord ScanGate(std::string_view text);

/// Of either file. kGone "not_found" when the run never posted anything.
base::Result<GateRecord> ReadGate(const RunFolder& folder);
/// The run may still owe something: one look at a name.
bool MayOwe(const RunFolder& folder);
/// Makes that so, from before the first line can be written.
base::Result<void> MarkOwing(const RunFolder& folder);
/// What it owes now; empty also when that cannot be read.
std::vector<std::string> UnpostedOf(const RunFolder& folder);

/// The one writer: the coordinator that owns the checkout.
class GateJournal {
 public:
  /// Opens or makes it, cutting off a torn end; `record()` is what stood there. One that was over
  /// is opened again.
  static base::Result<GateJournal> Open(const RunFolder& folder);

  GateJournal(GateJournal&&) noexcept = default;
  GateJournal& operator=(GateJournal&&) noexcept = default;

  const GateRecord& record() const { return record_; }

  /// Written when it returns: it survives this process.
  base::Result<void> Begin(int64_t at, const GateTarget& target);
  /// A line that the disk does not take is kept, and comes before all others with Flush().
  base::Result<void> Write(int64_t at, std::string_view type, const GateStatus& status);
  base::Result<void> Flush() { return file_.Flush(); }
  /// On the disk when it returns.
  boost::asio::awaitable<base::Result<void>> Sync(async::Worker& worker);
  /// Nothing is owed and the run is over: gives the file its last name.
  base::Result<void> Finish();

 private:
  GateJournal(os::AppendFile file, RunFolder folder, GateRecord record);

  os::AppendFile file_;
  RunFolder folder_;
  GateRecord record_;
};

}  // namespace odu::ledger
