#include "odu/lane/setup_program.h"

#include <gtest/gtest.h>

#include <optional>

#include "odu/lane/lane_world.h"

namespace odu::lane {
namespace {

class OneProgram {
 public:
  void Start(std::string script) {
    call.marker = "RUN" + std::to_string(getpid()) + ".x86_64-linux._ci-setup.1";
    call.argv = {"/bin/bash", "-c", std::move(script)};
    call.environment = {"PATH=/usr/bin:/bin", "ODU_ATTEMPT_ID=" + call.marker};
    call.directory = world.dir.path();
    auto started = SetupProgram::Start(
        context, call, [this](std::string_view bytes) { said += bytes; },
        [this](os::WaitStatus status) { end = status; });
    ASSERT_TRUE(started) << started.error().message();
    program = std::move(*started);
  }
  [[nodiscard]] bool Ends() {
    return world.loop.RunUntil([this] { return end.has_value(); });
  }

  LaneWorld world;
  RecipeContext context{world.tasks, world.reaper, world.supervisor, world.worker, {}};
  SetupProgramCall call;
  std::shared_ptr<SetupProgram> program;
  std::string said;
  std::optional<os::WaitStatus> end;
};

TEST(SetupProgram, ShowsWhatIsSaidWhileItIsSaid) {
  OneProgram it;
  it.Start("echo one; echo two >&2; while ! test -e go; do sleep 0.01; done; printf end; exit 3");
  ASSERT_TRUE(it.world.loop.RunUntil([&] { return it.said == "one\ntwo\n"; }));
  EXPECT_FALSE(it.end);
  it.world.dir.Write("go", "");
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.said, "one\ntwo\nend");
  EXPECT_EQ(*it.end, os::WaitStatus(os::Exited{3}));
}

TEST(SetupProgram, WhatItLeavesBehindIsEndedFirst) {
  OneProgram it;
  it.Start("setsid sleep 1000 & echo left");
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.said, "left\n");
  EXPECT_TRUE(LaneWorld::LeftBehind().empty());
}

TEST(SetupProgram, IsEndedWhenItIsToldAndKilledWhenItResists) {
  OneProgram it;
  it.Start("trap '' TERM; echo up; while :; do sleep 0.05; done");
  ASSERT_TRUE(it.world.loop.RunUntil([&] { return it.said == "up\n"; }));
  it.program->Stop(false);
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(*it.end, os::WaitStatus(os::Signalled{SIGKILL}));
}

TEST(SetupProgram, AbandonedItIsEndedAndSaysNothing) {
  OneProgram it;
  it.Start("echo up; sleep 1000");
  ASSERT_TRUE(it.world.loop.RunUntil([&] { return it.said == "up\n"; }));
  it.program->Abandon();
  it.program.reset();
  ASSERT_TRUE(it.world.loop.RunUntil([] { return LaneWorld::LeftBehind().empty(); }));
  it.world.loop.RunUntilIdle();
  EXPECT_FALSE(it.end);
}

TEST(SetupProgram, OneThatCannotBeStartedIsAFailure) {
  OneProgram it;
  it.call.argv = {"no-such-program-anywhere"};
  it.call.environment = {"PATH=/usr/bin:/bin"};
  it.call.directory = it.world.dir.path();
  EXPECT_FALSE(SetupProgram::Start(it.context, it.call, nullptr, nullptr));
}

}  // namespace
}  // namespace odu::lane
