#include "odu/coordinator/index_keeper.h"

#include <string>

#include "base/log.h"
#include "odu/coordinator/durability.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/retention.h"

namespace odu::coordinator {

boost::asio::awaitable<void> KeepIndex(World& world, Board& board) {
  if (!IsDurable(world)) {
    co_return;
  }
  auto refresh = [state = world.home.state]() -> std::string {
    const auto opened = ledger::OpenIndex(state);
    return opened ? opened->trouble : opened.error().message();
  };
  const std::string trouble = co_await world.worker.Run(std::move(refresh));
  if (!trouble.empty()) {
    base::LogWarning("index", "{}", trouble);
    board.Notify(model::NoticeLevel::kWarning, "index", trouble + "; the run itself is kept");
  }
}

boost::asio::awaitable<void> SweepOldRuns(World& world) {
  auto prune = [state = world.home.state, now = world.clock.WallMs()] {
    return ledger::PruneDaily(state, now);
  };
  const auto pruned = co_await world.worker.Run(std::move(prune));
  if (!pruned) {
    base::LogWarning("prune", "{}", pruned.error().message());
    co_return;
  }
  if (!pruned->removed.empty()) {
    base::LogInfo("prune", "removed {} old runs", pruned->removed.size());
  }
  for (const std::string& kept : pruned->kept) {
    base::LogWarning("prune", "{}", kept);
  }
}

}  // namespace odu::coordinator
