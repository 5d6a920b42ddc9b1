#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "async/notifier.h"
#include "async/task_group.h"
#include "odu/coordinator/board.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/journal.h"

namespace odu::coordinator {

/// Writes a run's journal through times when the disk takes nothing. Lines are never lost while
/// this lives: what could not be written is tried again each second, and people are told once.
/// Once the checkout has another owner nothing is written any more: the journal is that one's.
class JournalKeeper {
 public:
  /// `group` runs what comes later and is stopped before this ends; `on_written` is called when
  /// lines that were held back have been written.
  JournalKeeper(World& world, Board& board, std::string ref, ledger::Journal journal,
                async::TaskGroup& group, std::function<void()> on_written);

  /// Keeps a line for the next Flush; returns the time it bears.
  int64_t Append(const ledger::JournalBody& body);
  int64_t Append(const model::Node& node);
  /// False when the lines are held back.
  bool Flush();
  /// Written and synced when it returns; each second anew until it works. Once it has been told to
  /// hurry it gives up after a second try.
  boost::asio::awaitable<void> SyncAtLast();
  void Hurry() { hurried_ = true; }
  /// One try.
  boost::asio::awaitable<void> Sync();
  /// Syncs what is written, soon after it was; spawn it once.
  boost::asio::awaitable<void> SyncNowAndThen();

 private:
  template <class Line>
  int64_t AppendLine(const Line& line);
  void Tell(const base::Error& error);
  /// The checkout has another owner.
  bool Disowned();
  boost::asio::awaitable<void> Retry();

  World& world_;
  Board& board_;
  std::string ref_;
  ledger::Journal journal_;
  async::TaskGroup& group_;
  std::function<void()> on_written_;
  async::Notifier written_;
  bool retrying_ = false;
  bool told_ = false;  ///< that the disk takes nothing; until it does again
  bool hurried_ = false;
  bool disowned_ = false;  ///< for good
};

}  // namespace odu::coordinator
