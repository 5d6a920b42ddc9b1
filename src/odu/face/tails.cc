#include "odu/face/tails.h"

#include <memory>
#include <utility>
#include <vector>

#include "async/deadline.h"
#include "async/notifier.h"
#include "odu/face/summary.h"

namespace odu::face {
namespace {

constexpr async::Duration kTailDeadline = std::chrono::seconds(3);

struct Tails {
  explicit Tails(const boost::asio::any_io_executor& executor) : changed(executor) {}
  struct Tail {
    std::string bytes;
    bool cut_before = false;
    bool ended = false;
  };
  std::map<std::string, Tail> by_node;
  size_t open = 0;
  async::Notifier changed;
};

boost::asio::awaitable<void> UntilEnded(std::shared_ptr<Tails> tails) {
  while (tails->open > 0) {
    const bool woken = co_await tails->changed.Wait();
    if (!woken) {
      co_return;
    }
  }
}

int64_t Read(surface::Client& client, const View& view, const model::Node& node,
             const std::shared_ptr<Tails>& tails) {
  model::NodeLogInput input;
  input.run_id = view.run.run_id.value_or("");
  input.node = node.name;
  input.attempt = node.attempt;
  input.offset = node.log_bytes > kTailBytes ? node.log_bytes - kTailBytes : 0;
  tails->by_node[node.name].cut_before = input.offset > 0;
  ++tails->open;
  surface::StreamHandler handler;
  handler.on_bytes = [tails, name = node.name](uint64_t, std::string_view bytes) {
    tails->by_node[name].bytes += bytes;
  };
  handler.on_end = [tails, name = node.name](const base::Result<uint64_t>&) {
    tails->by_node[name].ended = true;
    --tails->open;
    tails->changed.Notify();
  };
  return client.Subscribe(model::OduSurface::kNodeLog, input, std::move(handler));
}

}  // namespace

boost::asio::awaitable<std::map<std::string, std::string>> FetchTails(FaceContext& context,
                                                                      surface::Client& client,
                                                                      const View& view) {
  const auto tails = std::make_shared<Tails>(context.executor);
  std::vector<int64_t> subscriptions;
  for (const model::Node* node : Ordered(view)) {
    if (model::IsRed(node->status) && subscriptions.size() < kShownTails) {
      subscriptions.push_back(Read(client, view, *node, tails));
    }
  }
  std::map<std::string, std::string> texts;
  if (subscriptions.empty()) {
    co_return texts;
  }
  const base::Result<void> all = co_await async::WithDeadline(
      context.clock, kTailDeadline, UntilEnded(tails), "the logs of red nodes");
  for (const int64_t subscription : subscriptions) {
    client.Unsubscribe(subscription);
  }
  for (const auto& [name, tail] : tails->by_node) {
    if (all || tail.ended) {
      texts[name] = TailOf(tail.bytes, kTailLines, tail.cut_before, context.console.colour());
    }
  }
  co_return texts;
}

}  // namespace odu::face
