#include "odu/coordinator/journal_keeper.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "odu/coordinator/durability.h"

namespace odu::coordinator {
namespace {

using boost::asio::awaitable;

constexpr async::Duration kSyncEvery = std::chrono::milliseconds(500);
constexpr async::Duration kRetryAfter = std::chrono::seconds(1);

}  // namespace

JournalKeeper::JournalKeeper(World& world, Board& board, std::string ref, ledger::Journal journal,
                             async::TaskGroup& group, std::function<void()> on_written)
    : world_(world),
      board_(board),
      ref_(std::move(ref)),
      journal_(std::move(journal)),
      group_(group),
      on_written_(std::move(on_written)),
      written_(world.executor) {}

template <class Line>
int64_t JournalKeeper::AppendLine(const Line& line) {
  const int64_t now = world_.clock.WallMs();
  if (Disowned()) {
    return now;
  }
  if (auto kept = journal_.Append(now, line); !kept) {
    Tell(kept.error());
  }
  return now;
}

int64_t JournalKeeper::Append(const ledger::JournalBody& body) {
  return AppendLine(body);
}

int64_t JournalKeeper::Append(const model::Node& node) {
  return AppendLine(node);
}

bool JournalKeeper::Disowned() {
  if (!disowned_ && !world_.Owns()) {
    disowned_ = true;
    base::LogError("run", "{}: the checkout has another owner: nothing more is written", ref_);
  }
  return disowned_;
}

bool JournalKeeper::Flush() {
  if (Disowned()) {
    return false;
  }
  if (auto flushed = journal_.Flush(); !flushed) {
    Tell(flushed.error());
    if (!retrying_) {
      retrying_ = group_.Spawn("retry journal", [this] { return Retry(); });
    }
    return false;
  }
  told_ = false;
  written_.Notify();
  return true;
}

awaitable<void> JournalKeeper::Retry() {
  do {
    co_await world_.clock.Sleep(kRetryAfter);
    if (Disowned()) {
      co_return;
    }
  } while (!journal_.Flush());
  retrying_ = false;
  told_ = false;
  written_.Notify();
  on_written_();
}

awaitable<void> JournalKeeper::SyncAtLast() {
  bool tried = false;
  if (!IsDurable(world_)) {
    static_cast<void>(Flush());
    co_return;
  }
  while (!Disowned()) {
    const auto synced = co_await journal_.Sync(world_.worker);
    if (synced) {
      told_ = false;
      co_return;
    }
    Tell(synced.error());
    if (tried && hurried_) {
      co_return;
    }
    tried = true;
    co_await world_.clock.Sleep(kRetryAfter);
  }
}

awaitable<void> JournalKeeper::Sync() {
  if (Disowned()) {
    co_return;
  }
  const auto synced = co_await journal_.Sync(world_.worker);
  if (!synced) {
    Tell(synced.error());
  }
}

awaitable<void> JournalKeeper::SyncNowAndThen() {
  if (!IsDurable(world_)) {
    co_return;
  }
  while (true) {
    static_cast<void>(co_await written_.Wait());
    co_await world_.clock.Sleep(kSyncEvery);
    if (Disowned()) {
      co_return;
    }
    const auto synced = co_await journal_.Sync(world_.worker);
    if (!synced) {
      Tell(synced.error());
      co_await world_.clock.Sleep(kRetryAfter);
      written_.Notify();
    }
  }
}

void JournalKeeper::Tell(const base::Error& error) {
  if (told_) {
    return;
  }
  told_ = true;
  board_.Notify(model::NoticeLevel::kError, "run",
                error.message() + "; trying again until it can be written down");
  base::LogError("run", "{}: {}", ref_, error.message());
}

}  // namespace odu::coordinator
