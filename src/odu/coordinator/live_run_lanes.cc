#include <utility>

#include "base/log.h"
#include "base/logged.h"
#include "odu/coordinator/last_words.h"
#include "odu/coordinator/live_run.h"
#include "odu/ledger/log_store.h"
#include "odu/model/lane_folder.h"

// The lanes of a run: how each begins, what is shown of it, and what is left to do when one ends.
namespace odu::coordinator {

using boost::asio::awaitable;
using model::Node;
using model::NoticeLevel;

void LiveRun::BeginLane(LaneStart start) {
  auto state = std::make_unique<LaneState>();
  LaneState& lane = *state;
  lane.lane = start.lane;
  lane.shown.lane.platform = start.lane.platform;
  lane.shown.lane.host = start.lane.host;
  lane.shown.came = start.adopt;
  lane.shown.cancels = start.cancels;
  lane.shown.runner = start.runner;
  lanes_.push_back(std::move(state));
  const std::string platform = start.lane.platform;
  if (start.over) {
    // Its end was written down, and what it left unfinished before that.
    LaneNews news;
    news.state = "ended";
    ShowLane(lane, news);
    lane.heard = true;
    fan_in_.SetLaneSettled(platform, true);
    return;
  }
  LaneHandlers handlers;
  handlers.on_news = [this, &lane](const LaneNews& news) { ShowLane(lane, news); };
  handlers.on_cell = [this, platform](const model::LaneCell& cell) {
    fan_in_.SetLaneSettled(platform, cell.phase == model::LanePhase::kSettled ||
                                         cell.phase == model::LanePhase::kReleased);
    CheckSettled();
  };
  handlers.on_attempt = [this, platform](const model::Attempt& attempt) {
    OnAttempt(platform, attempt, true);
  };
  handlers.on_batch = [this, &lane] {
    lane.heard = true;
    Publish();
    bell_.Ring();
  };
  handlers.on_cancels = [this, &lane](const std::vector<model::LaneNodesRequest>& cancels) {
    lane.shown.TakeCancels(cancels);
    if (live()) {
      WriteLane(lane, false);
      static_cast<void>(journal_.Flush());
    }
    base::Logged("lane", board_.lanes.Put(lane.platform(), lane.shown.lane));
  };
  handlers.on_end = [this, &lane](const LaneEnd& end) {
    if (stage_ == Stage::kClosing || stage_ == Stage::kClosed || !world_.Owns()) {
      return;  // everything of it is written down already, or is another owner's
    }
    LaneEnd shown = end;
    shown.why = secrets_.Masked(end.why);
    group_.Spawn("bury lane", [this, &lane, shown] { return BuryLane(lane, shown); });
  };
  StartedLane started =
      StartLane(world_, header_, folder_, group_, std::move(start), std::move(handlers));
  lane.remote = std::move(started.remote);
  lane.link = std::move(started.link);
}

void LiveRun::ShowLane(LaneState& lane, const LaneNews& news) {
  lane.shown.Take(news, secrets_.Masked(news.detail), world_.clock.WallMs());
  const bool writing = stage_ != Stage::kClosing && stage_ != Stage::kClosed;
  if (writing && news.state == "connected") {
    WriteLane(lane, false);
    static_cast<void>(journal_.Flush());
  }
  base::Logged("lane", board_.lanes.Put(lane.platform(), lane.shown.lane));
}

void LiveRun::WriteLane(const LaneState& lane, bool ended) {
  journal_.Append(ledger::JournalBody(lane.shown.Line(ended)));
}

awaitable<void> LiveRun::BuryLane(LaneState& lane, LaneEnd end) {
  const std::string platform = lane.platform();
  size_t left = 0;
  const auto last = co_await LastOf(world_, fan_in_, model::LaneFolder(folder_.lane(platform)),
                                    platform, end, lane.remote.get(), left);
  if (!world_.Owns()) {
    co_return;
  }
  for (const model::Attempt& attempt : last) {
    OnAttempt(platform, attempt, true);
  }
  const std::string epitaph = end.why == end.reason ? end.reason : end.reason + ": " + end.why;
  const auto status = end.kind == LaneEnd::Kind::kGivenUp ? model::NodeStatus::kCancelled
                                                          : model::NodeStatus::kErrored;
  const auto unfinished = fan_in_.LaneDied(platform, end.reason, world_.clock.WallMs(), status);
  for (const size_t index : unfinished) {
    const Node& node = fan_in_.nodes()[index];
    fan_in_.SetLogBytes(index, WriteEpitaph(logs_.PathOf(node, node.attempt), epitaph));
    Touch(index);
  }
  lane.heard = true;
  if (unfinished.empty() && left == 0 && EndedByItself(model::LaneFolder(folder_.lane(platform)))) {
    // An earlier owner had released it.
    LaneNews news;
    news.state = "ended";
    ShowLane(lane, news);
  } else {
    board_.Notify(
        NoticeLevel::kError, "lane " + platform,
        left == 0 ? end.why : end.why + "; ended " + std::to_string(left) + " of its processes");
  }
  // Last, so that an owner who dies in between leaves the burial to the next one.
  WriteChanged();
  WriteLane(lane, true);
  Publish();
  CheckSettled();
}

}  // namespace odu::coordinator
