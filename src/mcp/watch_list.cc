#include "mcp/watch_list.h"

#include <algorithm>
#include <utility>

namespace mcp {

WatchList::WatchList(Server& server, Teller teller)
    : server_(server),
      teller_(std::move(teller)),
      changed_(std::make_shared<async::Notifier>(server.executor())) {}

base::Result<void> WatchList::Add(const std::string& uri) {
  if (watched_.contains(uri)) {
    return {};
  }
  if (watched_.size() >= kMost) {
    return base::Fail(base::ErrorKind::kLimit, "too_many_subscriptions",
                      "this client watches too many resources already");
  }
  if (server_.resources() == nullptr) {
    return base::Pass(UnknownResource(uri));
  }
  auto watch = server_.resources()->Subscribe(uri, [this, uri] {
    const auto found = watched_.find(uri);
    if (found != watched_.end() && !std::exchange(found->second.changed, true)) {
      changed_->Notify();
    }
  });
  if (!watch) {
    return base::Pass(watch.error());
  }
  watched_[uri].watch = std::move(*watch);
  return {};
}

void WatchList::WatchTheList() {
  if (list_ == nullptr) {
    list_ = std::make_unique<Server::ListListener>(server_, [this] {
      list_changed_ = true;
      changed_->Notify();
    });
  }
}

std::optional<async::Duration> WatchList::TellDue() {
  const bool news = list_changed_ || std::ranges::any_of(watched_, [](const auto& item) {
                      return item.second.changed;
                    });
  if (!news) {
    return std::nullopt;
  }
  if (!teller_.has_room()) {
    return kEvery;
  }
  if (std::exchange(list_changed_, false)) {
    teller_.list_changed();
  }
  const async::Duration now = server_.clock().Now();
  std::optional<async::Duration> next;
  for (auto& [uri, watched] : watched_) {
    if (!watched.changed) {
      continue;
    }
    if (watched.not_before <= now) {
      watched.changed = false;
      watched.not_before = now + kEvery;
      teller_.updated(uri);
    } else {
      next = std::min(next.value_or(async::Duration::max()), watched.not_before - now);
    }
  }
  return next;
}

boost::asio::awaitable<void> WatchList::Run() {
  for (;;) {
    const std::optional<async::Duration> next = TellDue();
    if (next.has_value()) {
      const bool passed = co_await server_.clock().Sleep(*next);
      if (!passed) {
        co_return;
      }
      continue;
    }
    const bool woken = co_await changed_->Wait();
    if (!woken) {
      co_return;
    }
  }
}

}  // namespace mcp
