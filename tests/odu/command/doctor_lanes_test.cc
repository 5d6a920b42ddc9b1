#include "odu/command/doctor_lanes.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor_fixture.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/file_lock.h"
#include "os/process.h"

namespace odu::command {
namespace {

using DoctorLanes = DoctorTest;

TEST_F(DoctorLanes, AMarkerIsTakenApart) {
  const std::string run_id = model::NewRunId(1000);
  const auto lane = LaneOfMarker(run_id + ".x86_64-linux.ci::build(a.b).2");
  ASSERT_TRUE(lane.has_value());
  EXPECT_EQ(lane->run_id, run_id);
  EXPECT_EQ(lane->platform, "x86_64-linux");
  for (const std::string& odd :
       {std::string(), run_id, run_id + ".", run_id + ".x86_64-linux", run_id + ".what.build.1",
        std::string("x.x86_64-linux.build.1"), run_id + "..build.1"}) {
    EXPECT_EQ(LaneOfMarker(odd), std::nullopt) << odd;
  }
}

TEST_F(DoctorLanes, WhatADeadLaneLeftRunningIsEnded) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, std::nullopt);
  const std::string lane = ledger::FolderOf(ledger_.state(), run_id).lane("x86_64-linux");
  ASSERT_TRUE(os::MakeDirs(lane).has_value());
  std::optional<os::FileLock> alive = *os::FileLock::TryLock(lane + "/lock");
  const std::string marker =
      "ODU_ATTEMPT_ID=" + model::AttemptMarker(run_id, "x86_64-linux", "build", 1);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const char* argv[] = {"sleep", "1000", nullptr};
    const char* envp[] = {marker.c_str(), nullptr};
    execve("/bin/sleep", const_cast<char**>(argv), const_cast<char**>(envp));
    _exit(127);  // after fork
  }
  close(ends[1]);
  char none = 0;
  ASSERT_EQ(read(ends[0], &none, 1), 0);  // it has become sleep
  close(ends[0]);
  EXPECT_TRUE(Found(CheckLanes).empty());
  alive.reset();
  const auto found = Found(CheckLanes);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].about, "lane");
  EXPECT_NE(found[0].text.find("26d2c2d#1"), std::string::npos) << found[0].text;
  EXPECT_NE(found[0].text.find(std::to_string(child)), std::string::npos) << found[0].text;
  EXPECT_TRUE(Found(CheckLanes, true)[0].fixed);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(Found(CheckLanes).empty());
}

}  // namespace
}  // namespace odu::command
