#include "odu/face/serving.h"

#include <fmt/format.h>

#include "service/control.h"

namespace odu::face {

using boost::asio::awaitable;

awaitable<base::Result<int>> StopServing(FaceContext& context, std::function<bool()> leaves_lanes) {
  const auto stopped = co_await service::Stop(context.executor, context.clock, context.place);
  if (!stopped) {
    co_return base::Pass(stopped.error());
  }
  context.console.Err(fmt::format("stopped the coordinator (pid {}){}\n", stopped->pid,
                                  leaves_lanes() ? "; its lanes run on" : ""));
  co_return 0;
}

awaitable<base::Result<int>> RestartServing(FaceContext& context) {
  const auto client =
      co_await service::Restart(context.executor, context.clock, context.reaper, context.place);
  if (!client) {
    co_return base::Pass(client.error());
  }
  context.console.Err(fmt::format("the coordinator is pid {} now\n", (*client)->hello().pid));
  co_return 0;
}

awaitable<base::Result<int64_t>> WhoServes(FaceContext& context) {
  const auto client = co_await Reach(context, Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  co_return (*client)->hello().pid;
}

}  // namespace odu::face
