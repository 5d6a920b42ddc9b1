#include "odu/agent/heartbeat.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/fake_clock.h"
#include "support/loop.h"

namespace odu::agent {
namespace {

class Kept final : public mcp::Outlet {
 public:
  void Answer(std::string) override {}
  void Notify(std::string message) override { told.push_back(std::move(message)); }
  void Forgo() override {}
  size_t Backlog() const override { return 0; }
  std::vector<std::string> told;
};

TEST(Heartbeat, ACallerThatAskedIsToldEveryTenSecondsUntilItIsOver) {
  support::Loop loop;
  support::FakeClock clock;
  const auto kept = std::make_shared<Kept>();
  mcp::Incoming request;
  request.id = mcp::RpcId(int64_t{1});
  request.params["_meta"] = base::json::object{{"progressToken", 7}};
  mcp::Call call(request, mcp::kNewestLegacy, kept);
  {
    const Heartbeat heartbeat(loop.executor(), clock, call, 240, [] { return "on it"; });
    loop.RunUntilIdle();
    loop.Advance(clock, std::chrono::seconds(25));
    ASSERT_EQ(kept->told.size(), 2u);
    EXPECT_NE(kept->told[1].find(R"("progress":20,"total":240,"message":"on it")"),
              std::string::npos);
  }
  loop.Advance(clock, std::chrono::seconds(25));
  EXPECT_EQ(kept->told.size(), 2u);
  EXPECT_EQ(clock.sleepers(), 0u);
}

TEST(Heartbeat, OneWhoDidNotAskIsToldNothing) {
  support::Loop loop;
  support::FakeClock clock;
  const auto kept = std::make_shared<Kept>();
  mcp::Incoming request;
  request.id = mcp::RpcId(int64_t{1});
  mcp::Call call(request, mcp::kNewestLegacy, kept);
  const Heartbeat heartbeat(loop.executor(), clock, call, 0, [] { return "on it"; });
  loop.RunUntilIdle();
  EXPECT_EQ(clock.sleepers(), 0u);
}

}  // namespace
}  // namespace odu::agent
