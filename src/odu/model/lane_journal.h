#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "odu/model/lane_contract.h"

/// `journal.ndjson` of a lane folder: what a lane has decided, readable when the lane is dead. One
/// JSON object a line, told apart by its only key:
///
///   {"configured":{…}}   once, before anything else of substance
///   {"attempt":{…}}      an attempt as it was published; the last line of a key counts
///   {"ended":{…}}        the lane's own end; without it the lane was killed or still lives
namespace odu::model {

struct LaneConfigured {
  std::string run_id;
  std::string run_ref;
  std::string platform;
  uint64_t epoch = 0;
  std::string boot_id;
  LaneSource source;
  /// sha256 of the plan, the source and the run: what makes a second configure the same.
  std::string fingerprint;
  int64_t at = 0;  ///< epoch milliseconds
  bool operator==(const LaneConfigured&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaneConfigured, (),
                      (run_id, run_ref, platform, epoch, boot_id, source, fingerprint, at))

struct LaneEnded {
  std::string why;  ///< "released", "terminated", "orphaned"
  int64_t at = 0;
  bool operator==(const LaneEnded&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaneEnded, (), (why, at))

/// One line, newline included, from the JSON text of its value.
std::string LaneJournalLine(std::string_view key, std::string_view json);

/// A journal read back.
struct LaneHistory {
  std::optional<LaneConfigured> configured;
  std::map<std::string, Attempt> attempts;  ///< by AttemptKey, as last written
  std::optional<LaneEnded> ended;
  /// Bytes up to the end of the last whole line; what follows is torn.
  uint64_t whole_bytes = 0;
  /// A line before the last could not be read: what came before it counts.
  bool damaged = false;
};

/// Reads the text of a journal. A torn last line is no damage; lines of a kind that this build does
/// not know are passed over.
LaneHistory ReadLaneJournal(std::string_view text);

}  // namespace odu::model
