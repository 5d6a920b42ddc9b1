#include "odu/coordinator/lane_shown.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace odu::coordinator {
namespace {

/// A detail is part of one line: a hint on a line of its own follows after a semicolon.
std::string OnOneLine(std::string text) {
  constexpr std::string_view kHint = "\n  ";
  for (size_t at = text.find(kHint); at != std::string::npos; at = text.find(kHint, at)) {
    text.replace(at, kHint.size(), "; ");
  }
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

void LaneShown::Take(const LaneNews& news, std::string masked_detail, int64_t now_ms) {
  if (news.since != 0) {
    lane.since = news.since;
  } else if (lane.state != news.state) {
    lane.since = now_ms;
  }
  lane.state = news.state;
  lane.bytes = news.bytes;
  lane.total_bytes = news.total_bytes;
  came = came || news.state == "connected";
  if (!news.runner.empty()) {
    runner = news.runner;
  }
  detail = OnOneLine(std::move(masked_detail));
  Describe();
}

void LaneShown::TakeCancels(std::vector<model::LaneNodesRequest> waiting) {
  cancels = std::move(waiting);
  Describe();
}

void LaneShown::Describe() {
  lane.detail = detail;
  // What came to an end says so itself.
  if (cancels.empty() || lane.state == "failed" || lane.state == "ended") {
    return;
  }
  const bool whole = std::ranges::any_of(
      cancels, [](const model::LaneNodesRequest& cancel) { return cancel.nodes.empty(); });
  lane.detail += lane.detail.empty() ? "" : "; ";
  lane.detail += whole ? "cancelled when it answers" : "some nodes are cancelled when it answers";
}

ledger::LaneLine LaneShown::Line(bool ended) const {
  ledger::LaneLine line;
  line.platform = lane.platform;
  line.host = lane.host;
  line.state = lane.state;
  line.detail = lane.detail;
  line.ended = ended;
  line.came = came;
  line.cancels = cancels;
  line.runner = runner;
  return line;
}

}  // namespace odu::coordinator
