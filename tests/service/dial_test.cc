#include "service/dial.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "os/unix_socket.h"
#include "service_program.h"
#include "support/cli.h"

namespace service {
namespace {

class DialTest : public ServiceTest {
 protected:
  base::Error Refusal() {
    const auto client = Dialled();
    EXPECT_FALSE(client.has_value());
    return client ? base::Error() : client.error();
  }
};

TEST_F(DialTest, WithoutAServiceNothingIsStarted) {
  const base::Error error = Refusal();
  EXPECT_EQ(error.code(), "not_running");
  EXPECT_EQ(error.kind(), base::ErrorKind::kGone);
  EXPECT_EQ(error.message(), "no tiny service is running");
  EXPECT_EQ(Starts(), 0U);
}

TEST_F(DialTest, ASocketThatADeadOneLeftIsNoService) {
  ASSERT_TRUE(Ensured().has_value());
  os::SendSignal(OwnerProcess(), SIGKILL);
  WaitUntilUnowned();
  EXPECT_TRUE(os::Exists(place_.socket));
  EXPECT_EQ(Refusal().code(), "not_running");
}

TEST_F(DialTest, AStoppedServiceIsToldByItsPid) {
  ASSERT_TRUE(Ensured().has_value());
  const os::ProcessIdentity owner = OwnerProcess();
  ASSERT_TRUE(os::SendSignal(owner, SIGSTOP));
  WaitUntil([&] { return os::IsStopped(owner); });
  const base::Error error = Refusal();
  EXPECT_EQ(error.code(), "owner_stopped");
  EXPECT_EQ(error.message(), "the tiny service (pid " + std::to_string(owner.pid) + ") is stopped");
  ASSERT_TRUE(os::SendSignal(owner, SIGCONT));
  EXPECT_TRUE(Dialled().has_value());
}

TEST_F(DialTest, ADoorThatVanishedIsWaitedFor) {
  ASSERT_TRUE(Ensured().has_value());
  const os::ProcessIdentity owner = OwnerProcess();
  ASSERT_TRUE(os::RemoveTree(dir_ / "door").has_value());
  const auto client = Dialled();
  ASSERT_TRUE(client.has_value()) << client.error().message();
  EXPECT_EQ((*client)->hello().pid, owner.pid);
}

TEST_F(DialTest, WhatIsNoSocketIsRefused) {
  dir_.Write("door/sock", "x");
  EXPECT_EQ(Refusal().code(), "not_a_socket");
}

TEST_F(DialTest, AnotherMajorIsToldInWords) {
  SetMode("old");
  place_.contract.major = 0;
  ASSERT_TRUE(Ensured().has_value());
  place_.contract.major = 1;
  base::Error error = Refusal();
  EXPECT_EQ(error.code(), "contract_mismatch");
  EXPECT_EQ(error.message(),
            "the running tiny service is older (build '1.2.3', contract tiny 0.0; this is build "
            "'9.9.9', contract tiny 1.0)");
  EXPECT_EQ(error.hint(), "restart it, or use the build that started it");
  place_.work_member = "state";
  place_.has_work = [](const base::json::value& state) { return state.at("busy").as_bool(); };
  EXPECT_EQ(Refusal().hint(), "it has no work: restart it");
}

TEST_F(DialTest, AnotherUsersServiceIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root to be two users";
  }
  // Another user listens, without a lock of ours.
  support::CliCall call;
  ASSERT_EQ(chmod(dir_.path().c_str(), 0777), 0);
  auto ready = os::MakePipe().value();
  const pid_t pid = fork();
  if (pid == 0) {
    const bool other = setgid(65534) == 0 && setuid(65534) == 0;
    const auto listening = os::ListenAt(dir_ / "sock");
    ready.write_end.Reset();
    pause();
    _exit(other && listening ? 0 : 1);
  }
  ready.write_end.Reset();
  char byte = 0;
  EXPECT_EQ(os::ReadSome(ready.read_end.get(), std::span(&byte, 1)), 0U);
  place_.socket = dir_ / "sock";
  EXPECT_EQ(Refusal().code(), "foreign_service");
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

}  // namespace
}  // namespace service
