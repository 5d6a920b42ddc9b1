#include "odu/terminal/log_view.h"

#include <gtest/gtest.h>

#include "odu/face/served_checkout.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

class LogViewTest : public testing::Test {
 protected:
  LogViewTest() {
    served_.Open();
    client_ = served_.loop.Run(face::Reach(served_.context, face::Start::kNever)).value();
    served_.logs["ci::lint@x86_64-linux"] = log_;
  }
  ~LogViewTest() override {
    view_.Close();
    client_->Close();
  }
  template <class F>
  bool Until(F done) {
    return served_.loop.RunUntil([&] {
      view_.Show(client_.get(), Rect{0, 0, 20, 10});
      return done();
    });
  }

  face::ServedCheckout served_;
  std::shared_ptr<face::SampleLog> log_ = std::make_shared<face::SampleLog>();
  State state_ = SampleState();
  std::unique_ptr<surface::Client> client_;
  LogView view_{served_.clock, state_, {}, [] {}};
};

TEST_F(LogViewTest, TheLogIsThatOfTheFocus) {
  log_->Append("one\ntwo\n");
  ASSERT_TRUE(Until([&] { return view_.lines().size() == 2; }));
  state_.focus = "test@aarch64-darwin";
  ASSERT_TRUE(Until([&] { return state_.log.note == "it has not begun"; }));
  EXPECT_EQ(view_.lines().size(), 0U);
}

TEST_F(LogViewTest, WrappingKeepsTheLineThatIsLookedAt) {
  for (int i = 0; i < 100; ++i) {
    log_->Append("a line that is longer than the pane " + std::to_string(i) + "\n");
  }
  ASSERT_TRUE(Until([&] { return view_.lines().size() == 100; }));
  state_.log.follow = false;
  state_.log.top = 50;
  state_.log.wrap = true;
  ASSERT_TRUE(Until([&] { return view_.lines().columns() == 20; }));
  EXPECT_EQ(view_.lines().line(state_.log.top).Text(), "a line that is longe");
  EXPECT_EQ(view_.lines().line(state_.log.top + 1).Text(), "r than the pane 50");
}

TEST_F(LogViewTest, ASearchBringsItsLineIntoView) {
  for (int i = 0; i < 300; ++i) {
    log_->Append("line " + std::to_string(i) + "\n");
  }
  ASSERT_TRUE(Until([&] { return view_.lines().size() == 300; }));
  Effect effect = EffectOf(Effect::Kind::kSearch);
  effect.pattern = LogPattern::Text("line 42");
  view_.Do(effect, client_.get());
  ASSERT_TRUE(Until([&] { return state_.log.match.has_value(); }));
  EXPECT_FALSE(state_.log.follow);
  EXPECT_EQ(view_.lines().line(state_.log.top + 3).Text(), "line 42");
  effect.pattern = LogPattern::Errors();
  view_.Do(effect, client_.get());
  ASSERT_TRUE(Until([&] { return state_.toast.has_value(); }));
  EXPECT_EQ(state_.toast->text, "no line reads like an error");
}

}  // namespace
}  // namespace odu::terminal
