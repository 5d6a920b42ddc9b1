// How a session speaks to its client: what a real server sends over a link that the test reads.
#include "surface/session.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/loop.h"
#include "support/sample_server.h"
#include "support/scripted_link.h"

namespace surface {
namespace {

using std::chrono::milliseconds;
using support::ScriptedLink;

class SessionTest : public ::testing::Test {
 protected:
  ~SessionTest() override {
    script_->Hang();
    loop_.Advance(clock_, milliseconds(10));
  }

  void Serve() {
    sample_.Serve(std::make_unique<ScriptedLink>(script_));
    script_->Say(R"({"jsonrpc":"2.0","id":1,"method":"surface.subscribe",)"
                 R"("params":{"member":"gauge"}})");
    loop_.Advance(clock_, milliseconds(10));
    script_->sent.clear();
  }

  void Count(int64_t count) {
    support::Gauge gauge;
    gauge.count = count;
    sample_.gauge.Set(gauge);
    loop_.RunUntilIdle();
  }

  size_t SentNews() const {
    size_t count = 0;
    for (size_t at = script_->sent.find("surface.next"); at != std::string::npos;
         at = script_->sent.find("surface.next", at + 1)) {
      ++count;
    }
    return count;
  }

  support::Loop loop_;
  support::FakeClock clock_;
  support::SampleServer sample_{loop_.executor()};
  std::shared_ptr<ScriptedLink::Script> script_ =
      std::make_shared<ScriptedLink::Script>(loop_.executor());
};

TEST_F(SessionTest, EveryChangeGoesOutAtOnceUnlessToldToGather) {
  Serve();
  for (int64_t count = 1; count <= 5; ++count) {
    Count(count);
  }
  EXPECT_EQ(SentNews(), 5U);
}

TEST_F(SessionTest, AfterASmallMessageWhatChangesInTheGapIsToldOnce) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Count(1);
  EXPECT_EQ(SentNews(), 1U) << "the first change waits for nothing";
  for (int64_t count = 2; count <= 5; ++count) {
    Count(count);
  }
  EXPECT_EQ(SentNews(), 1U);
  loop_.Advance(clock_, milliseconds(2));
  EXPECT_EQ(SentNews(), 2U);
  EXPECT_NE(script_->sent.find("\"count\":5"), std::string::npos);
  EXPECT_EQ(script_->sent.find("\"count\":4"), std::string::npos);
}

}  // namespace
}  // namespace surface
