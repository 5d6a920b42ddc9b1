#include "odu/face/reach.h"

#include <fmt/format.h>

#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "base/text.h"
#include "odu/face/display.h"
#include "os/file_lock.h"
#include "surface/shape.h"

namespace odu::face {
namespace {

constexpr async::Duration kLookDeadline = std::chrono::seconds(10);

/// What a look has gathered so far; shared with the subscriptions, which outlive a look given up.
struct Gathering {
  explicit Gathering(const boost::asio::any_io_executor& executor) : changed(executor) {}
  View view;
  size_t missing = 1;
  std::optional<base::Error> error;
  async::Notifier changed;

  void Arrived() {
    missing -= missing > 0 ? 1 : 0;
    changed.Notify();
  }
  void Failed(const base::Error& why) {
    error = why;
    changed.Notify();
  }
};

boost::asio::awaitable<void> UntilComplete(std::shared_ptr<Gathering> gathering) {
  while (gathering->missing > 0 && !gathering->error.has_value()) {
    const bool woken = co_await gathering->changed.Wait();
    if (!woken) {
      co_return;
    }
  }
}

boost::asio::awaitable<void> UntilClosed(surface::Client* client,
                                         std::shared_ptr<Gathering> gathering) {
  const base::Error why = co_await client->Closed();
  gathering->Failed(why);
}

template <class T>
surface::CollectionHandler<T> SnapshotInto(std::map<std::string, T> View::* field,
                                           std::shared_ptr<Gathering> gathering) {
  surface::CollectionHandler<T> handler;
  handler.on_snapshot = [field, gathering](std::map<std::string, T> items, bool) {
    gathering->view.*field = std::move(items);
    gathering->Arrived();
  };
  return handler;
}

/// A coordinator holds the lock in its own state folder for life.
void TellOfOtherState(FaceContext& context) {
  const std::string& folder = context.place.folder;
  const auto locked = os::IsLocked(folder + "/lock");
  if (!locked || *locked || std::exchange(context.told_of_state, true)) {
    return;
  }
  const std::string state = folder.substr(0, folder.rfind("/checkouts/"));
  context.console.Err(
      fmt::format("[odu] this checkout's coordinator keeps its runs in another state folder than "
                  "{}; 'odu serve --stop', and the next one takes this\n",
                  base::Quoted(state)));
}

}  // namespace

boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Reach(FaceContext& context,
                                                                             Start start) {
  base::Result<std::unique_ptr<surface::Client>> client;
  if (start == Start::kNever) {
    client = co_await service::Dial(context.executor, context.clock, context.place);
  } else {
    client =
        co_await service::Ensure(context.executor, context.clock, context.reaper, context.place);
  }
  if (client) {
    TellOfOtherState(context);
  }
  co_return client;
}

boost::asio::awaitable<base::Result<View>> Look(FaceContext& context, surface::Client& client,
                                                LookAt members) {
  using Odu = model::OduSurface;
  const auto gathering = std::make_shared<Gathering>(context.executor);
  const auto on_error = [gathering](const base::Error& error) { gathering->Failed(error); };
  std::vector<int64_t> subscriptions;
  const auto run_seen = std::make_shared<bool>(false);
  subscriptions.push_back(client.Subscribe(
      Odu::kRun,
      std::function<void(const model::Run&)>([gathering, run_seen](const model::Run& run) {
        gathering->view.run = run;
        if (!std::exchange(*run_seen, true)) {
          gathering->Arrived();
        }
      }),
      on_error));
  if (members.coordinator) {
    ++gathering->missing;
    const auto seen = std::make_shared<bool>(false);
    subscriptions.push_back(
        client.Subscribe(Odu::kCoordinator,
                         std::function<void(const model::Coordinator&)>(
                             [gathering, seen](const model::Coordinator& coordinator) {
                               gathering->view.coordinator = coordinator;
                               if (!std::exchange(*seen, true)) {
                                 gathering->Arrived();
                               }
                             }),
                         on_error));
  }
  if (members.nodes) {
    ++gathering->missing;
    subscriptions.push_back(
        client.Subscribe(Odu::kNodes, SnapshotInto(&View::nodes, gathering), on_error));
  }
  if (members.lanes) {
    ++gathering->missing;
    subscriptions.push_back(
        client.Subscribe(Odu::kLanes, SnapshotInto(&View::lanes, gathering), on_error));
  }
  async::TaskGroup tasks(context.executor);
  tasks.Spawn("watch the link", [&client, gathering] { return UntilClosed(&client, gathering); });
  const base::Result<void> complete = co_await async::WithDeadline(
      context.clock, kLookDeadline, UntilComplete(gathering), "the coordinator's state");
  const std::optional<base::Error> failed = gathering->error;
  tasks.Kill();
  co_await tasks.Join();
  for (const int64_t subscription : subscriptions) {
    client.Unsubscribe(subscription);
  }
  if (failed.has_value()) {
    co_return base::Pass(*failed);
  }
  if (!complete) {
    co_return base::Pass(complete.error());
  }
  co_return std::move(gathering->view);
}

bool IsLost(const base::Error& error) {
  return error.code() == "closed" || error.code() == "closing";
}

base::Error NoRun(const model::Run& run, int64_t now_ms) {
  std::string hint = "'odu run' starts one";
  if (run.last_ref.has_value()) {
    hint = fmt::format("the last one was {}", *run.last_ref);
    if (run.last_verdict.has_value()) {
      hint += fmt::format(", {}", surface::EnumWord(*run.last_verdict));
    }
    if (run.last_finished_at.has_value()) {
      hint += fmt::format(", {}", Ago(now_ms - *run.last_finished_at));
    }
    hint += " ('odu runs')";
  }
  return base::Error(base::ErrorKind::kGone, "no_run", "no run in progress in this checkout",
                     std::move(hint));
}

}  // namespace odu::face
