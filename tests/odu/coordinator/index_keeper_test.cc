#include "odu/coordinator/index_keeper.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"
#include "odu/ledger/index_open.h"

namespace odu::coordinator {
namespace {

std::string MakeRun(const World& world) {
  ledger::RunHeader header;
  header.run_id = model::NewRunId(1000);
  header.sha = "26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00";
  header.ref = "26d2c2d#1";
  header.checkout_id = world.checkout_id;
  EXPECT_TRUE(ledger::CreateRun(world.home.state, header, {}).has_value());
  return header.run_id;
}

TEST(IndexKeeper, ARunIsInTheIndexAfterwards) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const std::string run_id = MakeRun(served.world);
  Board board;
  served.loop.Run(KeepIndex(served.world, board));
  ASSERT_TRUE(os::Exists(ledger::IndexFile(served.world.home.state)));
  auto opened = ledger::OpenIndex(served.world.home.state);
  EXPECT_TRUE(opened->index.Run(run_id)->has_value());
}

TEST(IndexKeeper, AnIndexThatCannotBeKeptHarmsNobody) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  MakeRun(served.world);
  // A folder in its place: nothing that a rename replaces.
  ASSERT_TRUE(os::MakeDirs(ledger::IndexFile(served.world.home.state) + "/x").has_value());
  Board board;
  served.loop.Run(KeepIndex(served.world, board));
  EXPECT_TRUE(os::Exists(ledger::IndexFile(served.world.home.state) + "/x"));
}

TEST(IndexKeeper, OldRunsAreSweptAndFreshOnesStay) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto make = [&](int64_t time) {
    ledger::RunHeader header;
    header.run_id = model::NewRunId(time);
    header.sha = "26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00";
    header.checkout_id = served.world.checkout_id;
    header.started_at = time;
    const auto folder = ledger::CreateRun(served.world.home.state, header, {});
    std::string text;
    ledger::EncodeLine(text, time, ledger::JournalBody(ledger::RequestLine()));
    ledger::EncodeLine(text, time, ledger::JournalBody(ledger::ClosedLine()));
    EXPECT_TRUE(os::WriteFileAtomic(folder->journal(), text).has_value());
    return folder->path;
  };
  const std::string old = make(1000);
  const std::string fresh = make(served.world.clock.WallMs());
  served.loop.Run(SweepOldRuns(served.world));
  EXPECT_FALSE(os::Exists(old));
  EXPECT_TRUE(os::Exists(fresh));
}

}  // namespace
}  // namespace odu::coordinator
