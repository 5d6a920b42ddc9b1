#include "odu/lane/left_behind.h"

#include <gtest/gtest.h>

#include "os/child.h"
#include "support/loop.h"

namespace odu::lane {
namespace {

pid_t SpawnMarked(std::string script, const std::string& id) {
  const std::vector<std::string> argv{"/bin/bash", "-c", std::move(script)};
  const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "ODU_ATTEMPT_ID=" + id};
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  return os::Spawn(spec).value();
}

TEST(LeftBehind, EndsWhatCarriesTheMarkerAndNothingElse) {
  const std::string lane = "LEFT" + std::to_string(getpid()) + ".x86_64-linux.";
  const pid_t mild = SpawnMarked("exec sleep 1000", lane + "a.1");
  const pid_t stubborn = SpawnMarked("trap '' TERM; while :; do sleep 0.01; done", lane + "b.1");
  const pid_t stranger = SpawnMarked("exec sleep 1000", "OTHER" + lane + "a.1");
  support::Loop loop;
  async::SystemClock clock;
  const size_t ended = loop.Run(EndLeftBehind(clock, lane, std::chrono::milliseconds(300)));
  EXPECT_GE(ended, 2U);
  EXPECT_EQ(os::WaitForChild(mild).value(), os::WaitStatus(os::Signalled{SIGTERM}));
  EXPECT_TRUE(std::holds_alternative<os::Signalled>(os::WaitForChild(stubborn).value()));
  EXPECT_EQ(::kill(stranger, 0), 0);
  ::kill(stranger, SIGKILL);
  EXPECT_EQ(os::WaitForChild(stranger).value(), os::WaitStatus(os::Signalled{SIGKILL}));
}

TEST(LeftBehind, NothingThereIsNothingToDo) {
  support::Loop loop;
  async::SystemClock clock;
  EXPECT_EQ(loop.Run(EndLeftBehind(clock, "no-such-run.", std::chrono::hours(1))), 0U);
}

}  // namespace
}  // namespace odu::lane
