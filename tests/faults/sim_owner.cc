#include "faults/sim_owner.h"

#include <utility>

#include "faults/sim_stop.h"
#include "odu/coordinator/lane_carrier.h"

namespace odu::faults {

boost::asio::awaitable<base::Result<os::ProgramResult>> NoGit::Run(git::Command command) {
  static_cast<void>(command);
  co_return base::Fail(base::ErrorKind::kHost, "git_missing", "git: there is none here");
}

std::unique_ptr<SimOwner> SimOwner::Born(async::Duration now, const SimPlace& place, uint64_t epoch,
                                         std::function<bool(uint64_t epoch)> owned,
                                         Carrier carrier) {
  const auto folder = ledger::CheckoutFolderOf(place.state, place.checkout_id);
  auto receipts = ledger::Receipts::Open(folder.receipts());
  if (!receipts) {
    return nullptr;
  }
  return std::unique_ptr<SimOwner>(
      new SimOwner(now, place, epoch, std::move(owned), std::move(carrier), std::move(*receipts)));
}

SimOwner::SimOwner(async::Duration now, const SimPlace& place, uint64_t epoch,
                   std::function<bool(uint64_t epoch)> owned, Carrier carrier,
                   ledger::Receipts receipts)
    : process(now),
      reaper_(process.loop.executor()),
      tasks_(process.loop.executor()),
      world_{process.loop.executor(),
             process.clock,
             reaper_,
             worker_,
             git_,
             tasks_,
             service::Home{place.state, place.cache},
             place.toplevel,
             place.checkout_id,
             ledger::CheckoutFolderOf(place.state, place.checkout_id),
             epoch,
             "/nowhere/odu-runner",
             "sim",
             coordinator::TimeScale(),
             std::make_shared<coordinator::GrowthWatch>(process.loop.executor())},
      coordinator_(world_, "sim", {}),
      desk_(world_, coordinator_, std::move(receipts)),
      server_(process.loop.executor(), surface::DescribeSurface<model::OduSurface>(), "sim") {
  world_.owned = [epoch, owned = std::move(owned)] { return owned(epoch); };
  world_.carrier = [this, carrier = std::move(carrier)](const ledger::RunLane& lane,
                                                        coordinator::SetupStory* story) {
    return carrier(*this, lane, story);
  };
  desk_.Bind(server_);
  server_.OnSessions([this](size_t sessions) { coordinator_.OnSessions(sessions); });
  tasks_.Spawn("begin", [this] { return Begin(); });
}

boost::asio::awaitable<void> SimOwner::Begin() {
  const auto request = co_await coordinator_.Begin();
  if (request) {
    desk_.Adopted(*request);
  }
  ready_ = true;
}

void SimOwner::Serve(std::unique_ptr<surface::Link> link) {
  tasks_.Spawn("session", [this, taken = std::move(link)]() mutable {
    return server_.Serve(std::move(taken));
  });
}

void SimOwner::End(const std::function<void()>& turn) {
  RunToEnd(process, coordinator_.Leave(), turn);
  server_.CloseAll("over");
  StopTasks(process, tasks_, turn);
}

}  // namespace odu::faults
