// What only memory has; the law of all links is in link_law_test.cc.
#include "transport/memory_link.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "support/loop.h"

namespace transport {
namespace {

TEST(MemoryLink, ASendBeyondFourMebibytesWaitsForTheReader) {
  support::Loop loop;
  auto [near, far] = MakeMemoryLinks(loop.executor());
  async::TaskGroup tasks(loop.executor());
  const std::string line = std::string((size_t{1} << 20) - 1, 'x') + "\n";
  int sent = 0;
  tasks.Spawn("send", [&, link = near.get()]() -> boost::asio::awaitable<void> {
    for (int i = 0; i < 6; ++i) {
      const base::Result<void> result = co_await link->Send(line);
      sent += result ? 1 : 0;
    }
  });
  loop.RunUntilIdle();
  EXPECT_EQ(sent, 4);
  int received = 0;
  tasks.Spawn("receive", [&, link = far.get()]() -> boost::asio::awaitable<void> {
    for (int i = 0; i < 6; ++i) {
      const base::Result<std::string_view> got = co_await link->Receive();
      received += got && got->size() == line.size() - 1 ? 1 : 0;
    }
  });
  loop.RunUntilIdle();
  EXPECT_EQ(sent, 6);
  EXPECT_EQ(received, 6);
}

TEST(MemoryLink, ABatchLargerThanTheBoundPassesAlone) {
  support::Loop loop;
  auto [near, far] = MakeMemoryLinks(loop.executor());
  const std::string batch = std::string(size_t{6} << 20, 'x') + "\n";
  const base::Result<void> sent = loop.Run(near->Send(batch));
  EXPECT_TRUE(sent);
  const base::Result<std::string_view> got = loop.Run(far->Receive());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->size() + 1, batch.size());
}

TEST(MemoryLink, WhatWasSentBeforeTheCloseStillArrives) {
  support::Loop loop;
  auto [near, far] = MakeMemoryLinks(loop.executor());
  const base::Result<void> sent = loop.Run(near->Send("one\ntwo\n"));
  ASSERT_TRUE(sent);
  near.reset();
  EXPECT_EQ(*loop.Run(far->Receive()), "one");
  EXPECT_EQ(*loop.Run(far->Receive()), "two");
  EXPECT_FALSE(loop.Run(far->Receive()));
}

}  // namespace
}  // namespace transport
