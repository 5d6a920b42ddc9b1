#include "odu/terminal/tty.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <stdexcept>

#include "async/task_group.h"

namespace odu::terminal {
namespace {

constexpr std::string_view kRestore = "as it was";
constexpr size_t kFrame = size_t{1} << 20;

struct Outcome {
  int status = 0;
  std::string written;
};

/// Runs `act` as the foreground of a terminal of its own; nothing is read of what it writes before
/// it says so with a byte to the descriptor that it is given.
Outcome OnTerminal(const std::function<int(int ready)>& act) {
  std::array<int, 2> ready{};
  EXPECT_EQ(pipe(ready.data()), 0);
  int master = -1;
  const pid_t pid = forkpty(&master, nullptr, nullptr, nullptr);
  if (pid == 0) {
    close(ready[0]);
    _exit(act(ready[1]));
  }
  close(ready[1]);
  char byte = 0;
  static_cast<void>(!read(ready[0], &byte, 1));
  close(ready[0]);
  Outcome outcome;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = read(master, buffer.data(), buffer.size());
    if (count <= 0) {
      break;
    }
    outcome.written.append(buffer.data(), static_cast<size_t>(count));
  }
  close(master);
  EXPECT_EQ(waitpid(pid, &outcome.status, 0), pid);
  return outcome;
}

tcflag_t LocalModes() {
  termios mode{};
  tcgetattr(STDOUT_FILENO, &mode);
  return mode.c_lflag;
}

boost::asio::awaitable<void> WriteFrame(Tty& tty) {
  const bool there = co_await tty.Write(std::string(kFrame, 'x'));
  static_cast<void>(there);
}

TEST(Tty, IsTakenAndGivenBackAsItWas) {
  const Outcome outcome = OnTerminal([](int) {
    boost::asio::io_context loop(1);
    auto tty = Tty::Open(loop.get_executor(), STDOUT_FILENO);
    if (!tty) {
      return 1;
    }
    const tcflag_t before = LocalModes();
    (*tty)->Take(std::string(kRestore));
    const bool raw = (LocalModes() & (ICANON | ECHO | ISIG)) == 0;
    (*tty)->Release();
    return raw && LocalModes() == before && !(*tty)->taken() ? 0 : 2;
  });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.written, kRestore);
}

TEST(Tty, IsGivenBackByACrash) {
  const Outcome outcome = OnTerminal([](int) {
    boost::asio::io_context loop(1);
    auto tty = Tty::Open(loop.get_executor(), STDOUT_FILENO);
    (*tty)->Take(std::string(kRestore));
    abort();
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(outcome.status));
  EXPECT_TRUE(outcome.written.starts_with(kRestore)) << outcome.written;
}

TEST(Tty, IsGivenBackWhenAnExceptionPasses) {
  const Outcome outcome = OnTerminal([](int) {
    boost::asio::io_context loop(1);
    try {
      auto tty = Tty::Open(loop.get_executor(), STDOUT_FILENO);
      (*tty)->Take(std::string(kRestore));
      throw std::runtime_error("while drawing");
    } catch (const std::runtime_error&) {
      return 0;
    }
    return 1;
  });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.written, kRestore);
}

TEST(Tty, AFrameThatIsOnItsWayEndsWhereTheTerminalIsGivenBack) {
  const Outcome outcome = OnTerminal([](int ready) {
    boost::asio::io_context loop(1);
    auto tty = Tty::Open(loop.get_executor(), STDOUT_FILENO);
    (*tty)->Take(std::string(kRestore));
    async::TaskGroup tasks(loop.get_executor());
    tasks.Spawn("frame", [&tty] { return WriteFrame(**tty); });
    loop.poll();  // until nobody reads any more
    static_cast<void>(!write(ready, "", 1));
    (*tty)->Release();
    loop.poll();
    return tasks.size() == 0 ? 0 : 1;
  });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_LT(outcome.written.size(), kFrame);
  EXPECT_TRUE(outcome.written.ends_with(kRestore)) << outcome.written.size();
}

TEST(Tty, SomethingElseIsNoTerminal) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  EXPECT_FALSE(Tty::IsOurs(ends[1]));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace odu::terminal
