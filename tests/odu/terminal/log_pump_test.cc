#include "odu/terminal/log_pump.h"

#include <gtest/gtest.h>

#include "odu/face/served_checkout.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

constexpr int kRows = 20;

/// A pump on a served log, driven as the dashboard does.
class LogPumpTest : public testing::Test {
 protected:
  LogPumpTest() {
    UseTestTerminal();
    served_.Open();
    served_.logs["a"] = log_;
    client_ = served_.loop.Run(face::Reach(served_.context, face::Start::kNever)).value();
  }
  ~LogPumpTest() override {
    pump_.Close();
    client_->Close();
  }

  void Append(std::string_view bytes) {
    size_ += bytes.size();
    log_->Append(bytes);
  }
  void Show() {
    pump_.Show(client_.get(), {"run", "a", 1});
    pump_.Adjust(kRows);
  }
  template <class F>
  bool Until(F done) {
    return served_.loop.RunUntil([&] {
      pump_.Adjust(kRows);
      return done();
    });
  }
  std::string Last() const {
    return document_.size() == 0 ? "" : document_.line(document_.size() - 1).Text();
  }
  /// Numbered lines of 10 bytes.
  static std::string Numbered(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text += fmt::format("{:09}\n", i);
    }
    return text;
  }

  face::ServedCheckout served_;
  std::shared_ptr<face::SampleLog> log_ = std::make_shared<face::SampleLog>();
  uint64_t size_ = 0;
  LogDocument document_;
  LogPane pane_;
  LogPump pump_{served_.clock, document_, pane_,
                [this](const LogTarget&) { return std::optional(size_); }, [] {}};
  std::unique_ptr<surface::Client> client_;
};

TEST_F(LogPumpTest, AGrowingLogIsFollowed) {
  Append("first\n");
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "first"; }));
  Append("second\n");
  ASSERT_TRUE(Until([&] { return Last() == "second"; }));
  EXPECT_EQ(pane_.size, 13U);
}

TEST_F(LogPumpTest, OfALongLogOnlyTheEndIsRead) {
  Append(Numbered(1'000'000));
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "000999999"; }));
  ASSERT_EQ(served_.opened.size(), 1U);
  EXPECT_GT(served_.opened[0].offset, 9'900'000U);
  EXPECT_GT(document_.begin(), 9'900'000U);
}

TEST_F(LogPumpTest, ItsStartIsReadWhenAskedForAndNotMuchMore) {
  Append(Numbered(1'000'000));
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "000999999"; }));
  pane_.follow = false;
  pane_.top = 0;
  pump_.ToStart();
  ASSERT_TRUE(Until([&] { return document_.size() > 600; }));
  EXPECT_EQ(document_.line(0).Text(), "000000000");
  served_.loop.RunUntilIdle();
  EXPECT_LT(document_.end(), 2'000'000U);
  pane_.follow = true;
  pump_.ToEnd();
  ASSERT_TRUE(Until([&] { return Last() == "000999999"; }));
}

TEST_F(LogPumpTest, WhatStandsBeforeComesWithTheLineInItsPlace) {
  Append(Numbered(100'000));
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "000099999"; }));
  pane_.follow = false;
  pane_.top = 0;
  const uint64_t first = document_.line(0).offset;
  pump_.Before();
  ASSERT_TRUE(Until([&] { return document_.begin() < first && !pump_.unsettled(); }));
  EXPECT_EQ(document_.line(pane_.top + kRows).offset, first);
}

TEST_F(LogPumpTest, AFoundLineComesIntoView) {
  Append(Numbered(1'000'000));
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "000999999"; }));
  pump_.ToLine(5'000'000, kRows);
  ASSERT_TRUE(Until([&] { return !pump_.unsettled() && document_.end() > 5'000'000; }));
  EXPECT_FALSE(pane_.follow);
  EXPECT_EQ(document_.line(pane_.top + kRows / 3).offset, 5'000'000U);
}

TEST_F(LogPumpTest, AFloodIsSkippedThroughWhileItsEndIsShown) {
  Append("begin\n");
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "begin"; }));
  Append(Numbered(1'000'000));
  ASSERT_TRUE(Until([&] { return Last() == "000999999"; }));
  EXPECT_GT(document_.begin(), 9'000'000U) << "nobody could have read it";
}

TEST_F(LogPumpTest, APinnedLogLosesNoLineHoweverMuchComes) {
  Append(Numbered(100'000));
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "000099999"; }));
  pane_.follow = false;
  pane_.top = 0;
  pump_.ToStart();
  size_t seen = 0;
  ASSERT_TRUE(Until([&] {
    // A reader who turns pages.
    while (pane_.top + kRows < document_.size()) {
      if (document_.line(pane_.top).Text() != fmt::format("{:09}", seen)) {
        ADD_FAILURE() << document_.line(pane_.top).Text() << " instead of " << seen;
        return true;
      }
      ++pane_.top;
      ++seen;
    }
    return seen >= 20'000;
  }));
}

TEST_F(LogPumpTest, AnEmptyLogAndOneThatIsNotThereSaySo) {
  log_->End();
  Show();
  ASSERT_TRUE(Until([&] { return pane_.note == "the log is empty"; }));
  pump_.Show(client_.get(), {"run", "b", 1});
  ASSERT_TRUE(Until([&] { return pane_.note == "no log of b"; }));
}

TEST_F(LogPumpTest, AnotherLinkGoesOnWhereTheLastOneStopped) {
  Append("one\n");
  Show();
  ASSERT_TRUE(Until([&] { return Last() == "one"; }));
  client_->Close();
  pump_.Show(nullptr, {"run", "a", 1});
  Append("two\n");
  auto next = served_.loop.Run(face::Reach(served_.context, face::Start::kNever)).value();
  pump_.Show(next.get(), {"run", "a", 1});
  ASSERT_TRUE(Until([&] { return Last() == "two"; }));
  EXPECT_EQ(document_.size(), 2U);
  EXPECT_EQ(served_.opened.back().offset, 4U);
  pump_.Close();
  client_ = std::move(next);
}

}  // namespace
}  // namespace odu::terminal
