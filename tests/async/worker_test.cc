#include "async/worker.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "async/task_group.h"
#include "support/loop.h"

namespace async {
namespace {

namespace asio = boost::asio;

TEST(Worker, RunsElsewhereAndAnswersOnTheLoop) {
  support::Loop loop;
  Worker worker;
  std::thread::id ran_on;
  std::thread::id resumed_on;
  TaskGroup group(loop.executor());
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    ran_on = co_await worker.Run([] { return std::this_thread::get_id(); });
    resumed_on = std::this_thread::get_id();
  });
  ASSERT_TRUE(loop.RunUntil([&] { return group.size() == 0; }));
  EXPECT_NE(ran_on, std::this_thread::get_id());
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(Worker, AnExceptionIsThrownAtTheCaller) {
  support::Loop loop;
  Worker worker;
  EXPECT_THROW(loop.Run(worker.Run([] { throw std::runtime_error("boom"); })), std::runtime_error);
}

TEST(Worker, CarriesWhatCanOnlyBeMoved) {
  support::Loop loop;
  Worker worker;
  auto in = std::make_unique<std::string>("text");
  const std::unique_ptr<std::string> out =
      loop.Run(worker.Run([in = std::move(in)]() mutable { return std::move(in); }));
  EXPECT_EQ(*out, "text");
}

TEST(Worker, TheLoopStaysAliveWhileWorkIsAway) {
  support::Loop loop;
  Worker worker(1);
  std::atomic<bool> go = false;
  TaskGroup group(loop.executor());
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    co_await worker.Run([&] {
      while (!go) {
        std::this_thread::yield();
      }
    });
  });
  loop.RunUntilIdle();
  EXPECT_FALSE(loop.context().stopped());
  go = true;
  EXPECT_TRUE(loop.RunUntil([&] { return group.size() == 0; }));
}

TEST(Worker, ItsThreadsTakeNoSignals) {
  support::Loop loop;
  Worker worker(1);
  const bool blocked = loop.Run(worker.Run([] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, SIGCHLD) == 1 && sigismember(&mask, SIGTERM) == 1;
  }));
  EXPECT_TRUE(blocked);
  sigset_t mine;
  pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  EXPECT_EQ(sigismember(&mine, SIGTERM), 0);
}

TEST(Worker, GivenWorkIsFinishedBeforeItGoes) {
  support::Loop loop;
  std::atomic<int> done = 0;
  TaskGroup group(loop.executor());
  {
    Worker worker(1);
    for (int i = 0; i < 10; ++i) {
      group.Spawn("call", [&]() -> asio::awaitable<void> { co_await worker.Run([&] { ++done; }); });
    }
    loop.context().poll();
  }
  EXPECT_EQ(done, 10);
  loop.RunUntilIdle();
}

}  // namespace
}  // namespace async
