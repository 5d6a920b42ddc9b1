#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "odu/model/lane_contract.h"
#include "odu/model/node.h"
#include "odu/model/odu_contract.h"
#include "odu/model/verdict.h"

/// What a run's journal holds. Each line is `{"t":<type>,"at":<epoch ms>,"v":{…}}`.
///
///   request   the first line: what was asked for (never with the caller's environment)
///   owner     a coordinator took the run over, with its epoch
///   lane      a lane changed its state; `ended` is the last of that lane
///   log       an attempt's log is whole and here: its bytes and their sha256
///   node      a node changed; the whole node, so that the newest line of a node is its state
///   settled   every node is terminal: the verdict; revision 0 is the first, a rerun makes more
///   closed    the last line: nothing follows it. A journal without it is an unfinished run
namespace odu::ledger {

struct RequestLine {
  model::RunStartRequest request;
};
BOOST_DESCRIBE_STRUCT(RequestLine, (), (request))

struct OwnerLine {
  uint64_t epoch = 0;
  int64_t pid = 0;
  std::string build;
  bool operator==(const OwnerLine&) const = default;
};
BOOST_DESCRIBE_STRUCT(OwnerLine, (), (epoch, pid, build))

struct LaneLine {
  std::string platform;
  std::string host;
  std::string state;  ///< as model::Lane::state
  std::string detail;
  bool ended = false;
  bool came = true;  ///< it has had its plan
  /// Cancels that were taken while it was out of touch, and that it has not been told.
  std::vector<model::LaneNodesRequest> cancels;
  /// The sha256 of the `odu-runner` that it was made with on another machine; empty = not known.
  std::string runner;
  bool operator==(const LaneLine&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"platform"};
};
BOOST_DESCRIBE_STRUCT(LaneLine, (), (platform, host, state, detail, ended, came, cancels, runner))

struct LogLine {
  std::string node;  ///< `<instance>@<platform>`
  int32_t attempt = 1;
  uint64_t bytes = 0;
  std::string sha256;
  bool operator==(const LogLine&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"node"};
};
BOOST_DESCRIBE_STRUCT(LogLine, (), (node, attempt, bytes, sha256))

struct SettledLine {
  model::Verdict verdict = model::Verdict::kIncomplete;
  int32_t revision = 0;
  bool tree_changed = false;
  std::optional<std::string> content_id;  ///< in place: at settle
  std::vector<std::string> flaky;         ///< ok now, and red before on the same commit
  bool operator==(const SettledLine&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"verdict"};
};
BOOST_DESCRIBE_STRUCT(SettledLine, (), (verdict, revision, tree_changed, content_id, flaky))

struct ClosedLine {
  model::Verdict verdict = model::Verdict::kIncomplete;
  std::string reason;  ///< for people: "green", "superseded by 26d2c2d#3", "open time over"
  bool operator==(const ClosedLine&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"verdict"};
};
BOOST_DESCRIBE_STRUCT(ClosedLine, (), (verdict, reason))

/// A line whose type a newer odu invented.
struct UnknownLine {
  std::string type;
};

using JournalBody = std::variant<RequestLine, OwnerLine, LaneLine, LogLine, model::Node,
                                 SettledLine, ClosedLine, UnknownLine>;
struct JournalLine {
  int64_t at = 0;  ///< epoch milliseconds
  JournalBody body = UnknownLine{};
};

/// Appends the line with its newline. A request's environment is left out. BUG for an UnknownLine.
void EncodeLine(std::string& out, int64_t at, const JournalBody& body);
/// The same without making a copy for a variant: for the frequent one.
void EncodeLine(std::string& out, int64_t at, const model::Node& node);

/// Reads one line without its newline; fails for what no odu wrote.
base::Result<JournalLine> DecodeLine(std::string_view line);

}  // namespace odu::ledger
