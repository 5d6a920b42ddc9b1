#include "odu/coordinator/lane_start.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

TEST(LaneStart, ALaneThatCannotBeNamedIsToldToHaveNeverCome) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  ledger::RunHeader header;
  header.run_id = "01J0000000000000000000000A";
  ledger::RunFolder folder;
  folder.path = checkout.state / "run";
  LaneStart start;
  start.lane.platform = "i686-linux";
  start.lane.host = "-l root";
  start.lane.remote = true;
  std::vector<LaneEnd> ends;
  LaneHandlers handlers;
  handlers.on_end = [&](const LaneEnd& end) { ends.push_back(end); };
  async::TaskGroup group(served.loop.executor());
  const StartedLane lane =
      StartLane(served.world, header, folder, group, std::move(start), std::move(handlers));
  EXPECT_EQ(lane.link, nullptr);
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].kind, LaneEnd::Kind::kNeverCame);
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace odu::coordinator
