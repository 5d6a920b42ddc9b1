#include "odu/coordinator/lane_start.h"

#include <algorithm>
#include <utility>

#include "odu/coordinator/last_words.h"
#include "odu/coordinator/leftovers.h"
#include "odu/coordinator/local_carrier.h"

namespace odu::coordinator {
namespace {

/// How long processes of a killed lane get between TERM and KILL.
constexpr async::Duration kLeftoverGrace = std::chrono::seconds(10);

}  // namespace

StartedLane StartLane(World& world, const ledger::RunHeader& header,
                      const ledger::RunFolder& folder, async::TaskGroup& group, LaneStart start,
                      LaneHandlers handlers) {
  StartedLane lane;
  const std::string platform = start.lane.platform;
  if (start.lane.remote) {
    lane.remote = std::make_unique<RemoteLane>(world, header, start.lane, folder);
    lane.remote->MadeWith(std::move(start.runner));
    auto link = lane.remote->MakeLink(std::move(start.configure), start.adopt, handlers);
    if (!link) {
      LaneEnd end;
      end.kind = LaneEnd::Kind::kNeverCame;
      end.reason = "host";
      end.why = link.error().message();
      handlers.on_end(std::move(end));
      return lane;
    }
    lane.link = std::move(*link);
    lane.link->Requeue(std::move(start.cancels));
  } else {
    std::unique_ptr<LaneCarrier> carrier;
    if (world.carrier) {
      carrier = world.carrier(start.lane, nullptr);
    } else {
      carrier =
          std::make_unique<LocalCarrier>(world.executor, world.clock, world.reaper, world.runner,
                                         model::LaneFolder(folder.lane(platform)));
    }
    lane.link = std::make_unique<LaneLink>(LaneWorld{world.executor, world.clock},
                                           std::move(carrier), std::move(start.configure),
                                           start.adopt, LaneTimes(), std::move(handlers));
  }
  group.Spawn("lane " + platform, [link = lane.link.get()] { return link->Run(); });
  if (lane.remote) {
    lane.remote->Begin(group);
  } else {
    group.Spawn("watch " + platform, [link = lane.link.get()] { return link->Watch(); });
  }
  return lane;
}

boost::asio::awaitable<std::vector<model::Attempt>> LastOf(World& world, const FanIn& fan_in,
                                                           const model::LaneFolder& folder,
                                                           std::string platform, LaneEnd end,
                                                           RemoteLane* remote, size_t& left) {
  if (remote == nullptr) {
    const std::string marker = model::LaneMarker(fan_in.run_id(), platform);
    left = co_await EndLeftovers(world.clock, world.worker, marker, world.scale(kLeftoverGrace));
    auto read = [folder] {
      auto words = LastWordsOf(folder);
      DoubtLogs(folder, words);
      return words;
    };
    auto words = co_await world.worker.Run(std::move(read));
    co_return words;
  }
  left = 0;
  const auto attempt_of = [&](const std::string& instance) -> std::optional<int32_t> {
    const auto index = fan_in.Find(platform, instance);
    if (index && model::IsTerminal(fan_in.nodes()[*index].status)) {
      return std::nullopt;
    }
    return index ? std::max(1, fan_in.AwaitedAttempt(*index)) : 1;
  };
  co_return remote->LastAttempts(end, attempt_of);
}

}  // namespace odu::coordinator
