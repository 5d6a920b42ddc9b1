#include "service/control.h"

#include <gtest/gtest.h>

#include <utility>

#include "service_program.h"

namespace service {
namespace {

class ControlTest : public ServiceTest {
 protected:
  base::Result<Stopped> Stop() {
    return loop_.Run(service::Stop(loop_.executor(), clock_, place_));
  }
};

TEST_F(ControlTest, AStoppedServiceHasLetGoOfEverything) {
  const auto client = Ensured();
  ASSERT_TRUE(client.has_value());
  const os::ProcessIdentity owner = OwnerProcess();
  const auto stopped = Stop();
  ASSERT_TRUE(stopped.has_value()) << stopped.error().message();
  EXPECT_EQ(stopped->pid, owner.pid);
  EXPECT_FALSE(stopped->by_signal);
  EXPECT_FALSE(OwnerOf(place_.folder)->held);
  EXPECT_FALSE(os::Exists(place_.socket));
  EXPECT_TRUE(loop_.Run((*client)->Closed()).message().ends_with("asked to stop"));
}

TEST_F(ControlTest, AnotherBuildsServiceStopsAsWell) {
  SetMode("old and busy");
  place_.contract.major = 0;
  ASSERT_TRUE(Ensured().has_value());
  place_.contract.major = 1;
  EXPECT_TRUE(Stop().has_value());
}

TEST_F(ControlTest, WithoutADoorItGetsASignal) {
  ASSERT_TRUE(Ensured().has_value());
  // Kept away by something that is no socket: the service will not touch it.
  ASSERT_TRUE(os::RemoveTree(place_.socket).has_value());
  dir_.Write("door/sock", "x");
  const auto stopped = Stop();
  ASSERT_TRUE(stopped.has_value()) << stopped.error().message();
  EXPECT_TRUE(stopped->by_signal);
  EXPECT_FALSE(OwnerOf(place_.folder)->held);
}

TEST_F(ControlTest, OneOfAnotherStateFolderStopsAsWell) {
  ASSERT_TRUE(Ensured().has_value());
  const os::ProcessIdentity owner = OwnerProcess();
  const std::string its_folder = std::exchange(place_.folder, dir_ / "another");
  const auto stopped = Stop();
  place_.folder = its_folder;
  ASSERT_TRUE(stopped.has_value()) << stopped.error().message();
  EXPECT_EQ(stopped->pid, owner.pid);
  EXPECT_FALSE(os::IsAlive(owner));
  EXPECT_FALSE(OwnerOf(place_.folder)->held);
}

TEST_F(ControlTest, NothingToStopIsGone) {
  EXPECT_EQ(Stop().error().code(), "not_running");
}

TEST_F(ControlTest, OneThatIsStoppedBySignalIsNotWaitedFor) {
  ASSERT_TRUE(Ensured().has_value());
  const os::ProcessIdentity owner = OwnerProcess();
  ASSERT_TRUE(os::SendSignal(owner, SIGSTOP));
  WaitUntil([&] { return os::IsStopped(owner); });
  EXPECT_EQ(Stop().error().code(), "owner_stopped");
}

TEST_F(ControlTest, ARestartIsANewProcess) {
  ASSERT_TRUE(Ensured().has_value());
  const os::ProcessIdentity before = OwnerProcess();
  const auto client = loop_.Run(Restart(loop_.executor(), clock_, reaper_, place_));
  ASSERT_TRUE(client.has_value()) << client.error().message();
  EXPECT_FALSE(os::IsAlive(before));
  EXPECT_EQ((*client)->hello().pid, OwnerProcess().pid);
}

TEST_F(ControlTest, ARestartOfNothingIsAStart) {
  EXPECT_TRUE(loop_.Run(Restart(loop_.executor(), clock_, reaper_, place_)).has_value());
}

}  // namespace
}  // namespace service
