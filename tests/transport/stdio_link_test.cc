#include "transport/stdio_link.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "async/task_group.h"
#include "os/fd.h"
#include "support/loop.h"

namespace transport {
namespace {

/// A far side whose output the test writes by hand.
class StdioLinkTest : public ::testing::Test {
 protected:
  StdioLinkTest() {
    auto out = os::MakePipe();
    auto in = os::MakePipe();
    EXPECT_TRUE(out && in);
    far_out_ = std::move(out->write_end);
    far_in_ = std::move(in->read_end);
    tasks_.Spawn("await", [this, read = std::move(out->read_end),
                           write = std::move(in->write_end)]() mutable {
      return Await(this, std::move(read), std::move(write));
    });
    loop_.RunUntilIdle();
  }
  ~StdioLinkTest() override {
    far_out_.Reset();
    loop_.RunUntilIdle();
  }

  static boost::asio::awaitable<void> Await(StdioLinkTest* self, os::Fd read, os::Fd write) {
    self->opened_ =
        co_await AwaitSentinel(self->loop_.executor(), std::move(read), std::move(write));
  }

  void Say(std::string_view bytes) {
    EXPECT_TRUE(os::WriteAll(far_out_.get(), bytes));
    loop_.RunUntilIdle();
  }

  static boost::asio::awaitable<std::string> Next(surface::Link& link) {
    const base::Result<std::string_view> line = co_await link.Receive();
    co_return line ? std::string(*line) : "<" + line.error().code() + ">";
  }
  std::string Next() { return loop_.Run(Next(*(*opened_)->link)); }

  support::Loop loop_;
  os::Fd far_out_;
  os::Fd far_in_;
  std::optional<base::Result<StdioLink>> opened_;
  async::TaskGroup tasks_{loop_.executor()};
};

TEST_F(StdioLinkTest, TheSentinelOpensTheLinkAndWhatFollowsItIsNotLost) {
  Say("#surface-link 1\nfirst\nsec");
  ASSERT_TRUE(opened_ && *opened_);
  EXPECT_EQ((*opened_)->noise, "");
  EXPECT_EQ(Next(), "first");
  Say("ond\n");
  EXPECT_EQ(Next(), "second");
  far_out_.Reset();
  EXPECT_EQ(Next(), "<closed>");
}

TEST_F(StdioLinkTest, WhatAShellSaysBeforeIsKeptForPeople) {
  Say("Welcome!\n\x1b[31mred\x1b[0m #surface-link\n");
  EXPECT_FALSE(opened_);
  for (const char byte : std::string_view("prompt$ #surface-link 1\r\nx\n")) {
    Say(std::string_view(&byte, 1));
  }
  ASSERT_TRUE(opened_ && *opened_);
  EXPECT_EQ((*opened_)->noise, "Welcome!\n\x1b[31mred\x1b[0m #surface-link\nprompt$ ");
  EXPECT_EQ(Next(), "x");
}

TEST_F(StdioLinkTest, ANewerSentinelIsNotOurs) {
  Say("#surface-link 12\n");
  EXPECT_FALSE(opened_);
}

TEST_F(StdioLinkTest, AnEndBeforeTheSentinelShowsWhatWasSaid) {
  Say("sh: odu-runner: not found\x07\n");
  far_out_.Reset();
  loop_.RunUntilIdle();
  ASSERT_TRUE(opened_ && !*opened_);
  const base::Error& error = opened_->error();
  EXPECT_EQ(error.kind(), base::ErrorKind::kHost);
  EXPECT_EQ(error.code(), "no_sentinel");
  EXPECT_EQ(error.message(),
            "the other side ended before its first message; it printed:\n"
            "sh: odu-runner: not found^G\n");
}

TEST_F(StdioLinkTest, NoiseWithoutEndIsGivenUp) {
  const std::string noise(4096, 'x');
  for (size_t said = 0; said <= kMaxNoiseBytes && !opened_; said += noise.size()) {
    Say(noise);
  }
  ASSERT_TRUE(opened_ && !*opened_);
  EXPECT_EQ(opened_->error().code(), "no_sentinel");
  EXPECT_LT(opened_->error().message().size(), 3000U);
}

TEST(AnnounceStdio, WritesTheSentinelAndThenOnlyMessages) {
  support::Loop loop;
  auto in = os::MakePipe();
  auto out = os::MakePipe();
  ASSERT_TRUE(in && out);
  const auto link =
      AnnounceStdio(loop.executor(), std::move(in->read_end), std::move(out->write_end));
  ASSERT_TRUE(link);
  const base::Result<void> sent = loop.Run((*link)->Send("message\n"));
  ASSERT_TRUE(sent);
  std::string said(100, ' ');
  const auto count = os::ReadSome(out->read_end.get(), said);
  ASSERT_TRUE(count);
  EXPECT_EQ(said.substr(0, *count), "#surface-link 1\nmessage\n");
}

}  // namespace
}  // namespace transport
