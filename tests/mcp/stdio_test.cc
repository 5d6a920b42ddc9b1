#include "mcp/stdio.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "async/task_group.h"
#include "base/json.h"
#include "mcp/sample_tools.h"
#include "os/signals.h"
#include "support/loop.h"

namespace mcp {
namespace {

using boost::asio::awaitable;

/// A server over a pair of pipes, as a host has it.
class StdioTest : public testing::Test {
 protected:
  StdioTest()
      : server(loop.executor(), clock, ServerInfo{"s", "", "1", "", "", "", false, 9}),
        stop(loop.executor()),
        tasks(loop.executor()) {
    AddSampleTools(server);
    os::Pipe in = std::move(*os::MakePipe());
    os::Pipe out = std::move(*os::MakePipe());
    to = std::move(in.write_end);
    from = std::move(out.read_end);
    EXPECT_TRUE(os::SetNonBlocking(from.get(), true));
    tasks.Spawn("serve", [this, fd_in = std::make_shared<os::Fd>(std::move(in.read_end)),
                          fd_out = std::make_shared<os::Fd>(std::move(out.write_end))] {
      return Serve(this, std::move(*fd_in), std::move(*fd_out));
    });
  }
  /// It has ended before what it serves goes.
  ~StdioTest() override {
    to.Reset();
    stop.Notify();
    EXPECT_TRUE(UntilEnded());
    loop.RunUntilIdle();
  }
  static awaitable<void> Serve(StdioTest* test, os::Fd in, os::Fd out) {
    auto until_stopped = [test]() -> awaitable<void> { co_await test->stop.Wait(); };
    const auto end =
        co_await ServeStdio(test->server, std::move(in), std::move(out), std::move(until_stopped));
    test->ended = end ? "ok" : end.error().code();
  }
  void Say(std::string_view text) { ASSERT_TRUE(os::WriteAll(to.get(), text)); }
  /// More than a pipe holds: the loop reads meanwhile.
  void SayMuch(const std::string& text) {
    ASSERT_TRUE(os::SetNonBlocking(to.get(), true));
    size_t written = 0;
    ASSERT_TRUE(loop.RunUntil([&] {
      const ssize_t count = ::write(to.get(), text.data() + written, text.size() - written);
      written += count > 0 ? static_cast<size_t>(count) : 0;
      return written == text.size();
    }));
    loop.RunUntilIdle();
    ASSERT_TRUE(os::SetNonBlocking(to.get(), false));
  }
  /// What is said until it has so many lines.
  std::string Hear(size_t lines) {
    std::string said;
    EXPECT_TRUE(loop.RunUntil([&] {
      std::array<char, 65536> buffer;
      const auto read = os::TryRead(from.get(), buffer);
      said.append(buffer.data(), read.end == os::ReadEnd::kData ? read.bytes : 0);
      return static_cast<size_t>(std::count(said.begin(), said.end(), '\n')) >= lines;
    }));
    return said;
  }
  bool UntilEnded() {
    return loop.RunUntil([this] { return !ended.empty(); });
  }

  support::Loop loop;
  async::SystemClock clock;
  Server server;
  async::Notifier stop;
  os::Fd to;
  os::Fd from;
  std::string ended;
  async::TaskGroup tasks;
};

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
constexpr std::string_view kPong = R"({"jsonrpc":"2.0","id":1,"result":{}})"
                                   "\n";

TEST_F(StdioTest, ALineIsAMessageHoweverItIsCut) {
  for (const char byte : std::string(kPing) + "\r\n") {
    Say(std::string_view(&byte, 1));
    loop.RunUntilIdle();
  }
  EXPECT_EQ(Hear(1), kPong);
}

TEST_F(StdioTest, TheEndOfTheInputEndsItAfterTheLastAnswer) {
  Say(std::string(kPing) + "\n");
  to.Reset();
  ASSERT_TRUE(UntilEnded());
  EXPECT_EQ(ended, "ok");
  EXPECT_EQ(Hear(1), kPong);
}

TEST_F(StdioTest, GarbageAndHalfLinesHurtNobody) {
  Say("\x01\xff{{{\n[1,2\n\"\n{}\n");
  const std::string said = Hear(4);
  EXPECT_NE(said.find("-32700"), std::string::npos);
  Say(std::string(kPing) + "\n" + "{\"jsonrpc\":\"2.0\",\"id\":3,");
  EXPECT_EQ(Hear(1), kPong);
  to.Reset();
  EXPECT_TRUE(UntilEnded());
  EXPECT_EQ(ended, "ok");
}

TEST_F(StdioTest, ALineWithoutAnEndIsPassedOver) {
  SayMuch(std::string(size_t{20} << 20, 'x'));
  Say("\n" + std::string(kPing) + "\n");
  const std::string said = Hear(2);
  EXPECT_NE(said.find("longer than 16 MiB"), std::string::npos);
  EXPECT_TRUE(said.ends_with(kPong)) << said;
}

TEST_F(StdioTest, AStopEndsItAtOnceThoughTheInputIsOpen) {
  Say(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})"
      "\n"
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hold"}})"
      "\n");
  EXPECT_NE(Hear(1).find("protocolVersion"), std::string::npos);
  stop.Notify();
  ASSERT_TRUE(UntilEnded());
  EXPECT_EQ(ended, "ok");
}

TEST_F(StdioTest, NobodyReadingEndsIt) {
  os::IgnoreBrokenPipes();
  from.Reset();
  Say(std::string(kPing) + "\n");
  ASSERT_TRUE(UntilEnded());
  EXPECT_EQ(ended, "closed");
}

TEST_F(StdioTest, AClientThatNeverReadsIsReadNoMoreAndCostsABoundedMemory) {
  const std::string text(size_t{100} << 10, 'y');
  Say(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})"
      "\n");
  ASSERT_TRUE(os::SetNonBlocking(to.get(), true));
  size_t taken = 0;
  std::string line;
  // Until it takes nothing more: answers are twice the question.
  int refusals = 0;
  for (int i = 2; i < 1000 && refusals < 20; ++i) {
    line = R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
           R"(,"method":"tools/call","params":{"name":"echo","arguments":{"text":")" + text +
           R"("}}})"
           "\n";
    size_t at = 0;
    while (at < line.size() && refusals < 20) {
      const ssize_t count = ::write(to.get(), line.data() + at, line.size() - at);
      if (count > 0) {
        at += static_cast<size_t>(count);
        taken += static_cast<size_t>(count);
        refusals = 0;
      } else {
        ++refusals;
      }
      loop.RunUntilIdle();
    }
  }
  EXPECT_EQ(refusals, 20);
  EXPECT_LT(taken, size_t{8} << 20);
}

}  // namespace
}  // namespace mcp
