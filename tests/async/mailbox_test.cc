#include "async/mailbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "async/task_group.h"
#include "support/loop.h"

namespace async {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> Drain(Mailbox<int>& box, std::vector<int>& out, bool& ended) {
  for (;;) {
    const std::optional<int> item = co_await box.Receive();
    if (!item) {
      break;
    }
    out.push_back(*item);
  }
  ended = true;
}

TEST(Mailbox, ItemsArriveInOrder) {
  support::Loop loop;
  Mailbox<int> box(loop.executor(), 8);
  TaskGroup group(loop.executor());
  std::vector<int> out;
  bool ended = false;
  group.Spawn("drain", [&] { return Drain(box, out, ended); });
  loop.RunUntilIdle();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(box.Push(i));
  }
  loop.RunUntilIdle();
  EXPECT_EQ(out, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_FALSE(ended);
}

TEST(Mailbox, AtTheBoundPushRefusesAndKeepsWhatIsInside) {
  support::Loop loop;
  Mailbox<int> box(loop.executor(), 2);
  EXPECT_TRUE(box.Push(1));
  EXPECT_TRUE(box.Push(2));
  EXPECT_FALSE(box.Push(3));
  EXPECT_EQ(box.size(), 2U);
  EXPECT_EQ(box.TryReceive(), 1);
  EXPECT_TRUE(box.Push(4));
  EXPECT_EQ(box.TryReceive(), 2);
  EXPECT_EQ(box.TryReceive(), 4);
  EXPECT_EQ(box.TryReceive(), std::nullopt);
}

TEST(Mailbox, ClosingLetsTheReceiverEmptyItFirst) {
  support::Loop loop;
  Mailbox<int> box(loop.executor(), 8);
  TaskGroup group(loop.executor());
  std::vector<int> out;
  bool ended = false;
  box.Push(1);
  box.Push(2);
  box.Close();
  EXPECT_FALSE(box.Push(3));
  group.Spawn("drain", [&] { return Drain(box, out, ended); });
  loop.RunUntilIdle();
  EXPECT_EQ(out, (std::vector<int>{1, 2}));
  EXPECT_TRUE(ended);
}

TEST(Mailbox, ClosingWakesAReceiverThatWaits) {
  support::Loop loop;
  Mailbox<int> box(loop.executor(), 8);
  TaskGroup group(loop.executor());
  std::vector<int> out;
  bool ended = false;
  group.Spawn("drain", [&] { return Drain(box, out, ended); });
  loop.RunUntilIdle();
  box.Close();
  loop.RunUntilIdle();
  EXPECT_TRUE(ended);
}

TEST(Mailbox, CarriesWhatCanOnlyBeMoved) {
  support::Loop loop;
  Mailbox<std::unique_ptr<int>> box(loop.executor(), 1);
  box.Push(std::make_unique<int>(7));
  std::optional<std::unique_ptr<int>> item = loop.Run(box.Receive());
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(**item, 7);
}

}  // namespace
}  // namespace async
