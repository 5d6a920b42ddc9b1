#include "os/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <vector>

#include "async/task_group.h"
#include "os/fd.h"
#include "support/loop.h"

namespace os {
namespace {

TEST(Signals, ArriveAtTheCoroutineInsteadOfEndingUs) {
  support::Loop loop;
  SignalSource source(loop.executor(), {SIGUSR1, SIGUSR2});
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_EQ(loop.Run(source.Next()), SIGUSR2) << "also one that came before anybody waited";
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(loop.Run(source.Next()), SIGUSR1);
}

TEST(Signals, ACancelledWaiterGetsNone) {
  support::Loop loop;
  SignalSource source(loop.executor(), {SIGUSR1});
  async::TaskGroup group(loop.executor());
  std::optional<int> got = 1;
  group.Spawn("wait", [&]() -> boost::asio::awaitable<void> { got = co_await source.Next(); });
  loop.RunUntilIdle();
  group.RequestStop();
  loop.RunUntilIdle();
  EXPECT_EQ(got, std::nullopt);
}

TEST(Signals, ABrokenPipeIsAnErrorNotAnEnd) {
  IgnoreBrokenPipes();
  Pipe pipe = MakePipe().value();
  pipe.read_end.Reset();
  EXPECT_FALSE(WriteAll(pipe.write_end.get(), "x").has_value());
}

}  // namespace
}  // namespace os
