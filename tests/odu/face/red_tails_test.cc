#include "odu/face/red_tails.h"

#include <gtest/gtest.h>

#include "odu/face/summary.h"
#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

using Names = std::vector<std::string>;

/// Red nodes with logs, and who reads them.
class RedTailsTest : public testing::Test {
 protected:
  RedTailsTest() {
    served_.Open();
    client_ = std::move(served_.loop.Run(Reach(served_.context, Start::kNever)).value());
  }
  ~RedTailsTest() override { client_->Close(); }

  std::string Red(const std::string& recipe, const std::string& log, bool ended = true) {
    const model::Node node = SampleNode(recipe, model::NodeStatus::kFailed, 0, 0, 10);
    Add(view_, node);
    served_.logs[node.name] = std::make_shared<SampleLog>();
    served_.logs[node.name]->Append(log);
    if (ended) {
      served_.logs[node.name]->End();
    }
    return node.name;
  }
  void Want(const Names& names) { tails_.Want(*client_, view_, names); }
  bool UntilShown(const std::vector<LogTail>& wanted) {
    return served_.loop.RunUntil([&] { return tails_.Shown() == wanted; });
  }

  ServedCheckout served_;
  std::unique_ptr<surface::Client> client_;
  View view_ = SampleView();
  int changes_ = 0;
  RedTails tails_{false, [this] { ++changes_; }};
};

TEST_F(RedTailsTest, SeveralAreReadAtOnceAndShownInTheOrderAskedFor) {
  const std::string a = Red("a", "a1\na2\n");
  const std::string b = Red("b", "b1\n");
  Want({b, a, "nobody@x86_64-linux"});
  EXPECT_TRUE(UntilShown({{b, "b1"}, {a, "a1\na2"}}));
  EXPECT_EQ(changes_, 2);
  Want({a, b});
  EXPECT_EQ(tails_.Shown(), (std::vector<LogTail>{{a, "a1\na2"}, {b, "b1"}}));
  EXPECT_EQ(served_.opened.size(), 2) << "what was read is not read again";
}

TEST_F(RedTailsTest, WhatIsNoLongerWantedIsForgotten) {
  const std::string a = Red("a", "a1\n", false);
  const std::string b = Red("b", "b1\n");
  Want({a});
  Want({b});
  EXPECT_TRUE(UntilShown({{b, "b1"}}));
  served_.logs[a]->End();
  Want({});
  EXPECT_TRUE(tails_.Shown().empty());
}

TEST_F(RedTailsTest, AnotherAttemptIsReadAnew) {
  const std::string a = Red("a", "first\n");
  Want({a});
  EXPECT_TRUE(UntilShown({{a, "first"}}));
  served_.logs[a] = std::make_shared<SampleLog>();
  served_.logs[a]->Append("second\n");
  served_.logs[a]->End();
  view_.nodes.at(a).attempt = 2;
  Want({a});
  EXPECT_TRUE(UntilShown({{a, "second"}}));
  EXPECT_EQ(served_.opened.back().attempt, 2);
}

TEST_F(RedTailsTest, OfALongLogOnlyTheEndIsAskedFor) {
  std::string log;
  for (int i = 0; i < 10'000; ++i) {
    log += "line " + std::to_string(i) + '\n';
  }
  const std::string a = Red("a", log);
  view_.nodes.at(a).log_bytes = log.size();
  Want({a});
  EXPECT_TRUE(served_.loop.RunUntil([&] { return changes_ == 1; }));
  EXPECT_TRUE(tails_.Shown().front().text.ends_with("line 9998\nline 9999"));
  EXPECT_EQ(served_.opened.back().offset, log.size() - kTailBytes);
}

}  // namespace
}  // namespace odu::face
