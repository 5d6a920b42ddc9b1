#include "odu/coordinator/journal_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "odu/coordinator/served_checkout.h"
#include "support/no_file_grows.h"

namespace odu::coordinator {
namespace {

/// A journal of one line, kept.
struct Kept {
  Kept()
      : path(checkout.state / "journal.ndjson"),
        group(served.loop.executor()),
        keeper(served.world, board, "26d2c2d#1",
               ledger::Journal::Create(path, 1, ledger::RequestLine()).value(), group,
               [this] { written = true; }) {}
  ~Kept() { served.loop.Run(group.Stop(served.clock, std::chrono::seconds(5))); }

  void Append(uint64_t epoch) {
    ledger::OwnerLine owner;
    owner.epoch = epoch;
    keeper.Append(ledger::JournalBody(owner));
  }
  size_t Lines() const {
    const std::string text = os::ReadFile(path, size_t{1} << 20).value();
    return static_cast<size_t>(std::ranges::count(text, '\n'));
  }

  TestCheckout checkout;
  ServedCheckout served{checkout};
  std::string path;
  Board board;
  bool written = false;
  async::TaskGroup group;
  JournalKeeper keeper;
};

TEST(JournalKeeper, LinesThatAFullDiskHeldBackComeByThemselves) {
  Kept kept;
  {
    const support::NoFileGrows full;
    kept.Append(1);
    EXPECT_FALSE(kept.keeper.Flush());
    kept.Append(2);
    EXPECT_FALSE(kept.keeper.Flush());
    EXPECT_FALSE(kept.written);
  }
  EXPECT_EQ(kept.Lines(), 1);
  // Nothing is written meanwhile.
  EXPECT_TRUE(kept.served.Until([&] { return kept.written; }));
  EXPECT_EQ(kept.Lines(), 3);
}

TEST(JournalKeeper, TheLastLineIsWaitedForUnlessSomebodyIsInAHurry) {
  Kept kept;
  kept.Append(1);
  kept.served.loop.Run(kept.keeper.SyncAtLast());
  EXPECT_EQ(kept.Lines(), 2);
  kept.keeper.Hurry();
  {
    const support::NoFileGrows full;
    kept.Append(2);
    kept.served.loop.Run(kept.keeper.SyncAtLast());
  }
  EXPECT_EQ(kept.Lines(), 2);
}

}  // namespace
}  // namespace odu::coordinator
