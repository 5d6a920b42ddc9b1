#include "odu/coordinator/leftovers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "os/child.h"
#include "os/reaper.h"
#include "support/loop.h"

namespace odu::coordinator {
namespace {

class LeftoversTest : public testing::Test {
 protected:
  pid_t Start(const std::string& id, const std::string& script) {
    const std::vector<std::string> argv{"/bin/sh", "-c", script};
    const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "ODU_ATTEMPT_ID=" + id};
    os::SpawnSpec spec;
    spec.argv = argv;
    spec.environment = environment;
    const auto pid = os::Spawn(spec);
    EXPECT_TRUE(pid);
    reaper_.OnExit(*pid, [this](os::WaitStatus) { ++ended_; });
    return *pid;
  }

  const std::string mine_ = "TEST" + std::to_string(getpid()) + ".x86_64-linux.";
  support::Loop loop_;
  async::SystemClock clock_;
  async::Worker worker_;
  os::Reaper reaper_{loop_.executor()};
  int ended_ = 0;
};

TEST_F(LeftoversTest, EndsWhatCarriesTheMarkerAndNothingElse) {
  Start(mine_ + "a.1", "sleep 300");
  Start(mine_ + "b.1", "trap '' TERM; while :; do sleep 0.05; done");
  const pid_t other = Start("OTHER" + mine_ + "a.1", "sleep 300");
  const size_t found =
      loop_.Run(EndLeftovers(clock_, worker_, mine_, std::chrono::milliseconds(200)));
  EXPECT_GE(found, 2);
  EXPECT_TRUE(loop_.RunUntil([this] { return ended_ == 2; }));
  os::SignalGroup(other, SIGKILL);
  EXPECT_TRUE(loop_.RunUntil([this] { return ended_ == 3; }));
}

TEST_F(LeftoversTest, NothingLeftIsNoWork) {
  EXPECT_EQ(loop_.Run(EndLeftovers(clock_, worker_, mine_, std::chrono::seconds(10))), 0);
}

}  // namespace
}  // namespace odu::coordinator
