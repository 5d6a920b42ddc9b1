#include "odu/face/logs.h"

#include <gtest/gtest.h>

#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

constexpr std::string_view kNasty =
    "\x1b]52;c;aGk=\x07\x1bP+q\x1b\\\x1b]0;t\x07\x1b[31mred\x00\xff\n";

LogsCall CallFor(std::string node) {
  LogsCall call;
  call.node = std::move(node);
  call.follow = true;
  return call;
}

base::Result<int> Follow(ServedCheckout& served, const LogsCall& call, uint64_t size_now = 0) {
  auto client = served.loop.Run(Reach(served.context, Start::kNever));
  EXPECT_TRUE(client.has_value());
  return served.loop.Run(LiveLog(served.context, std::move(*client), SampleView(), call, size_now));
}

TEST(Logs, APipeGetsEveryByteAsItIs) {
  CapturedConsole captured;
  LogWriter writer(captured.console(), false);
  writer.Take(kNasty);
  writer.Take("no newline");
  writer.Flush(true);
  EXPECT_EQ(captured.Out(), std::string(kNasty) + "no newline");
}

TEST(Logs, ATerminalIsShownWhatALogWouldOrder) {
  CapturedConsole captured(true);
  LogWriter writer(captured.console(), false);
  writer.Take(kNasty);
  writer.Flush(true);
  EXPECT_EQ(captured.Out().find('\x1b'), std::string::npos) << captured.Out();
  EXPECT_NE(captured.Out().find("52;c;aGk="), std::string::npos);
  EXPECT_NE(captured.Out().find("red"), std::string::npos);
}

TEST(Logs, RawIsRawOnATerminalToo) {
  CapturedConsole captured(true);
  LogWriter writer(captured.console(), true);
  writer.Take(kNasty);
  writer.Flush(true);
  EXPECT_EQ(captured.Out(), kNasty);
}

TEST(Logs, AnEscapeSequenceCutInTwoIsNotObeyedEither) {
  CapturedConsole captured(true);
  LogWriter writer(captured.console(), false);
  writer.Take("\x1b");
  writer.Flush(false);
  writer.Take("]0;title\x07\n");
  writer.Flush(true);
  EXPECT_EQ(captured.Out().find('\x1b'), std::string::npos);
  EXPECT_NE(captured.Out().find("0;title"), std::string::npos);
}

TEST(Logs, ALineThatNeverEndsIsShownInPieces) {
  CapturedConsole captured(true);
  LogWriter writer(captured.console(), false);
  writer.Take(std::string(200'000, 'x'));
  writer.Flush(false);
  EXPECT_EQ(captured.Out().size(), 200'000U);
}

TEST(Logs, AFileIsPrintedFromAnOffsetOrFromItsEnd) {
  support::TempDir dir;
  const std::string path = dir.Write("log", "0123456789");
  for (const auto& [offset, expected] : std::vector<std::pair<int64_t, std::string>>{
           {0, "0123456789"}, {4, "456789"}, {-3, "789"}, {-100, "0123456789"}, {100, ""}}) {
    CapturedConsole captured;
    LogsCall call = CallFor("x");
    call.offset = offset;
    ASSERT_TRUE(PrintLogFile(captured.console(), path, call).has_value());
    EXPECT_EQ(captured.Out(), expected) << offset;
  }
  CapturedConsole captured;
  EXPECT_EQ(PrintLogFile(captured.console(), dir / "gone", CallFor("x")).error().code(),
            "not_found");
}

TEST(Logs, FollowingEndsWithTheLogAndExitsGreen) {
  ServedCheckout served;
  served.Open();
  auto log = std::make_shared<SampleLog>();
  log->Append("one\n");
  served.logs["build@x86_64-linux"] = log;
  auto client = served.loop.Run(Reach(served.context, Start::kNever));
  std::optional<base::Result<int>> exit;
  async::TaskGroup tasks(served.loop.executor());
  const View view = SampleView();
  tasks.Spawn("logs", [&]() -> boost::asio::awaitable<void> {
    exit = co_await LiveLog(served.context, std::move(*client), view, CallFor("build"), 0);
  });
  ASSERT_TRUE(served.loop.RunUntil([&] { return served.captured.Out() == "one\n"; }));
  EXPECT_FALSE(exit.has_value());
  log->Append("two");
  log->End();
  ASSERT_TRUE(served.loop.RunUntil([&] { return exit.has_value(); }));
  ASSERT_TRUE(exit->has_value());
  EXPECT_EQ(**exit, 0);
  EXPECT_EQ(served.captured.Out(), "one\ntwo");
  ASSERT_EQ(served.opened.size(), 1U);
  EXPECT_EQ(served.opened[0].node, "build@x86_64-linux");
  EXPECT_EQ(served.opened[0].run_id, "01K9TESTRUN00000000000000");
}

TEST(Logs, ANegativeOffsetCountsFromTheSizeNow) {
  ServedCheckout served;
  served.Open();
  auto log = std::make_shared<SampleLog>();
  log->Append("0123456789");
  log->End();
  served.logs["build@x86_64-linux"] = log;
  LogsCall call = CallFor("build@x86_64-linux");
  call.offset = -4;
  EXPECT_EQ(*Follow(served, call, 10), 0);
  EXPECT_EQ(served.captured.Out(), "6789");
}

TEST(Logs, ANameThatMatchesNothingNeverExitsGreen) {
  ServedCheckout served;
  served.Open();
  const auto exit = Follow(served, CallFor("buidl"));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().code(), "unknown_node");
  EXPECT_EQ(exit.error().ExitCode(), 2);
  LogsCall late = CallFor("build");
  late.attempt = 7;
  EXPECT_EQ(Follow(served, late).error().code(), "no_attempt");
}

TEST(Logs, ARefusedStreamIsAnError) {
  ServedCheckout served;
  served.Open();
  const auto exit = Follow(served, CallFor("build"));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().code(), "no_log");
}

}  // namespace
}  // namespace odu::face
