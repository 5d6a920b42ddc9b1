#include "service/ensure.h"

#include <gtest/gtest.h>

#include "os/unix_socket.h"
#include "service_program.h"

namespace service {
namespace {

/// Not a test: what the other tests start.
TEST(ServiceProgram, DISABLED_Run) {
  _exit(RunStartProgram());
}

class EnsureTest : public ServiceTest {};

TEST_F(EnsureTest, StartsTheServiceOnceAndThenDialsIt) {
  const auto first = Ensured();
  ASSERT_TRUE(first.has_value()) << first.error().message();
  EXPECT_EQ((*first)->hello().pid, OwnerProcess().pid);
  const auto second = Ensured();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ((*second)->hello().pid, (*first)->hello().pid);
  EXPECT_EQ(Starts(), 1U);
}

TEST_F(EnsureTest, ManyAtOnceEndWithOneService) {
  std::vector<base::Result<std::unique_ptr<surface::Client>>> clients;
  async::TaskGroup tasks(loop_.executor());
  for (int i = 0; i < 12; ++i) {
    tasks.Spawn("ensure", [&]() -> boost::asio::awaitable<void> {
      clients.push_back(co_await Ensure(loop_.executor(), clock_, reaper_, place_));
    });
  }
  ASSERT_TRUE(loop_.RunUntil([&] { return tasks.size() == 0; }));
  for (const auto& client : clients) {
    ASSERT_TRUE(client.has_value()) << client.error().message();
    EXPECT_EQ((*client)->hello().pid, OwnerProcess().pid);
  }
  EXPECT_EQ(Starts(), 1U);
}

TEST_F(EnsureTest, TheServiceOutlivesItsStarterInASessionOfItsOwn) {
  ASSERT_TRUE(Ensured().has_value());
  const auto status = os::StatusOfProcess(OwnerProcess().pid);
  ASSERT_TRUE(status.has_value());
  EXPECT_NE(status->parent, getpid());
  EXPECT_NE(status->group, getpgrp());
  EXPECT_NE(getsid(status->identity.pid), getsid(0));
}

TEST_F(EnsureTest, AfterAKillTheNextOneHasAHigherEpoch) {
  ASSERT_TRUE(Ensured().has_value());
  os::SendSignal(OwnerProcess(), SIGKILL);
  WaitUntilUnowned();
  const auto client = Ensured();
  ASSERT_TRUE(client.has_value()) << client.error().message();
  EXPECT_EQ(Starts(), 2U);
  EXPECT_EQ(os::ReadFile(place_.folder + "/epoch", 100), "2\n");
}

TEST_F(EnsureTest, WhoComesWhileTheServiceEndsGetsTheNextOne) {
  ASSERT_TRUE(Ensured().has_value());
  for (size_t i = 1; i <= 10; ++i) {
    const os::ProcessIdentity ending = OwnerProcess();
    ASSERT_TRUE(os::SendSignal(ending, SIGTERM));
    auto client = Ensured();
    ASSERT_TRUE(client.has_value()) << client.error().message();
    // It may have answered before it heard the signal; then it says that it closes.
    if ((*client)->hello().pid == ending.pid) {
      loop_.Run((*client)->Closed());
      client = Ensured();
      ASSERT_TRUE(client.has_value()) << client.error().message();
    }
    EXPECT_NE((*client)->hello().pid, ending.pid);
    EXPECT_EQ(Starts(), i + 1);
  }
}

TEST_F(EnsureTest, WhatTheStartProgramSaidIsTheError) {
  SetMode("fails");
  const auto client = Ensured();
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().code(), "start_failed");
  EXPECT_EQ(client.error().message(), "the disk is on fire");
  EXPECT_EQ(client.error().hint(), "call the fire brigade");
  EXPECT_EQ(client.error().ExitCode(), 3);
}

TEST_F(EnsureTest, AServicesOwnRefusalReachesTheCaller) {
  dir_.Write("door", "a file in the way");
  const auto client = Ensured();
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().message(), "'" + (dir_ / "door") + "' is not a directory");
  EXPECT_EQ(client.error().hint(), "move it out of the way: the socket goes there");
}

TEST_F(EnsureTest, AServiceThatEndsRightAwayIsNotStartedForEver) {
  SetMode("dies");
  const auto client = Ensured();
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().code(), "start_failed");
  EXPECT_EQ(client.error().message(),
            "the tiny service ended each time right after it had started");
}

TEST_F(EnsureTest, AMissingStartProgramIsNamed) {
  place_.start = {"/nonexistent/program"};
  const auto client = Ensured();
  ASSERT_FALSE(client.has_value());
  EXPECT_TRUE(client.error().message().starts_with("starting the tiny service: "))
      << client.error().message();
}

TEST_F(EnsureTest, AnotherBuildsServiceWithoutWorkIsReplaced) {
  SetMode("old");
  place_.contract.major = 0;
  ASSERT_TRUE(Ensured().has_value());
  const os::ProcessIdentity old = OwnerProcess();
  place_.contract.major = 1;
  place_.work_member = "state";
  place_.has_work = [](const base::json::value& state) { return state.at("busy").as_bool(); };
  SetMode("");
  const auto client = Ensured();
  ASSERT_TRUE(client.has_value()) << client.error().message();
  EXPECT_FALSE(os::IsAlive(old));
  EXPECT_EQ(Starts(), 2U);
}

TEST_F(EnsureTest, AnotherBuildsServiceAtWorkIsLeftAlone) {
  SetMode("old and busy");
  place_.contract.major = 0;
  ASSERT_TRUE(Ensured().has_value());
  place_.contract.major = 1;
  place_.work_member = "state";
  place_.has_work = [](const base::json::value& state) { return state.at("busy").as_bool(); };
  const auto client = Ensured();
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().hint(),
            "it is at work: use the build that started it, or wait for its end");
  EXPECT_TRUE(os::IsAlive(OwnerProcess()));
}

TEST_F(EnsureTest, AUserManagersScopeIsUsedAndDoneWithoutWhenItRefuses) {
  // A manager that listens, and a systemd-run that refuses.
  ASSERT_TRUE(os::MakeDirs(dir_ / "run/systemd").has_value());
  const auto manager = os::ListenAt(dir_ / "run/systemd/private");
  dir_.Write(
      "bin/systemd-run",
      "#!/bin/sh\necho \"$*\" > " + (dir_ / "asked") + "\necho Failed to connect >&2\nexit 1\n",
      0755);
  place_.environment.Set("XDG_RUNTIME_DIR", dir_ / "run");
  place_.environment.Set("PATH", (dir_ / "bin") + ":/usr/bin:/bin");
  const auto client = Ensured();
  ASSERT_TRUE(client.has_value()) << client.error().message();
  EXPECT_TRUE(dir_.Read("asked").starts_with("--user --scope --quiet --collect -- "));
}

TEST(ScopePrefix, NeedsAManagerThatListens) {
  support::TempDir dir;
  ASSERT_TRUE(os::MakeDirs(dir / "systemd").has_value());
  dir.Write("bin/systemd-run", "", 0755);
  const os::Environment environment({"XDG_RUNTIME_DIR=" + dir.path(), "PATH=" + (dir / "bin")});
  EXPECT_TRUE(ScopePrefix(os::Environment()).empty());
  EXPECT_TRUE(ScopePrefix(environment).empty());
  {
    const auto manager = os::ListenAt(dir / "systemd/private");
    EXPECT_EQ(ScopePrefix(environment).front(), "systemd-run");
  }
  EXPECT_TRUE(os::Exists(dir / "systemd/private"));
  EXPECT_TRUE(ScopePrefix(environment).empty());
}

}  // namespace
}  // namespace service
