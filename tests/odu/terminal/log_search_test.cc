#include "odu/terminal/log_search.h"

#include <gtest/gtest.h>

#include "odu/face/served_checkout.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

class LogSearchTest : public testing::Test {
 protected:
  LogSearchTest() {
    served_.Open();
    served_.logs["a"] = log_;
    client_ = served_.loop.Run(face::Reach(served_.context, face::Start::kNever)).value();
  }
  ~LogSearchTest() override {
    search_.Stop();
    client_->Close();
  }
  struct Answer {
    std::optional<uint64_t> line;
    bool again = false;
  };
  Answer Find(std::string needle, bool forward, uint64_t from) {
    answer_.reset();
    search_.Start(client_.get(), {"run", "a", 1}, LogPattern::Text(std::move(needle)), forward,
                  from, text_.size());
    EXPECT_TRUE(served_.loop.RunUntil([&] {
      search_.Continue();
      return answer_.has_value();
    }));
    return answer_.value_or(Answer());
  }
  void Fill(const std::string& text) {
    text_ = text;
    log_->Append(text);
  }

  face::ServedCheckout served_;
  std::shared_ptr<face::SampleLog> log_ = std::make_shared<face::SampleLog>();
  std::string text_;
  std::optional<Answer> answer_;
  LogSearch search_{
      [this](std::optional<uint64_t> line, bool again) { answer_ = Answer{line, again}; }, [] {}};
  std::unique_ptr<surface::Client> client_;
};

TEST_F(LogSearchTest, TheNextAndTheLastLineAreFound) {
  Fill("one x\ntwo\nthree x\nfour\nfive x\n");
  EXPECT_EQ(Find("x", true, 0).line, 0U);
  EXPECT_EQ(Find("x", true, 1).line, 10U) << "not the rest of the line it stands on";
  EXPECT_EQ(Find("x", true, 10).line, 10U);
  EXPECT_EQ(Find("x", true, 11).line, 23U);
  EXPECT_EQ(Find("x", false, 23).line, 10U);
  EXPECT_EQ(Find("x", false, 10).line, 0U);
}

TEST_F(LogSearchTest, AtTheEndItBeginsAgainOnce) {
  Fill("one x\ntwo\nthree x\n");
  const Answer forward = Find("x", true, 11);
  EXPECT_EQ(forward.line, 0U);
  EXPECT_TRUE(forward.again);
  const Answer backward = Find("x", false, 0);
  EXPECT_EQ(backward.line, 10U);
  EXPECT_TRUE(backward.again);
  EXPECT_FALSE(Find("nowhere", true, 7).line.has_value());
  EXPECT_FALSE(Find("nowhere", false, 7).line.has_value());
}

TEST_F(LogSearchTest, TheOnlyOneThereIsIsFoundAgain) {
  Fill("one\nonly x\nthree\n");
  const Answer forward = Find("x", true, 5);
  EXPECT_EQ(forward.line, 4U);
  EXPECT_TRUE(forward.again);
  EXPECT_EQ(Find("x", false, 4).line, 4U);
}

TEST_F(LogSearchTest, AWholeLogIsStreamedPast) {
  std::string text = "needle first\n";
  while (text.size() < 5'000'000) {
    text += "a line of a log that is long and dull\n";
  }
  const uint64_t at = text.size();
  text += "needle last\n";
  Fill(text);
  EXPECT_EQ(Find("needle", true, 1).line, at);
  EXPECT_EQ(Find("needle", false, at).line, 0U) << "over several steps backward";
}

TEST_F(LogSearchTest, ARunningLogIsSearchedUpToWhereItIs) {
  Fill("one\ntwo\n");
  EXPECT_FALSE(Find("nothing", true, 0).line.has_value()) << "it does not wait for more";
}

}  // namespace
}  // namespace odu::terminal
