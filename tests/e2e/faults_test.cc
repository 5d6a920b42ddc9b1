#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/sha256.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/checkout_fixture.h"

/// Processes that are killed or stopped in the middle of a run.
namespace odu {
namespace {

using support::CliCall;
using support::CliResult;
using support::Eventually;
using support::Program;

class Faults : public support::CheckoutFixture {
 protected:
  /// Three steps in a row, each notes that it ran and then waits for its mark, and one beside them.
  std::string Steps() const {
    const auto step = [this](const std::string& name, const std::string& needs) {
      return name + ":" + needs + "\n  @echo " + name + " >> " + Mark("witness") + "; echo " +
             name + " begins; until [ -e " + Mark("go-" + name) + " ]; do sleep 0.02; done; echo " +
             name + " ends\n";
    };
    return Justfile("[metadata(\"ci\")]\nci: three beside\n" + step("one", "") +
                    step("two", " one") + step("three", " two") + step("beside", ""));
  }
  void LetAllGo() const {
    for (const std::string name : {"one", "two", "three", "beside"}) {
      PutMark("go-" + name);
    }
  }
  std::string Witness() const {
    std::string text = ReadMark("witness");
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    std::sort(lines.begin(), lines.end());
    text.clear();
    for (const std::string& line : lines) {
      text += line + " ";
    }
    return text;
  }
  void ExpectAllRanOnce(const std::string& sha) const {
    EXPECT_EQ(Witness(), "beside one three two ");
    for (const std::string name : {"one", "two", "three", "beside"}) {
      const std::string whole = name + " begins\n" + name + " ends\n";
      EXPECT_EQ(Odu({"logs", name}), (CliResult{0, whole, ""}));
      EXPECT_EQ(os::ReadFile(CiLog(sha, name), 1000).value(), whole);
    }
  }
};

TEST_F(Faults, AKilledFaceLeavesTheRunAlone) {
  const std::string sha = Steps();
  const auto face = Start(RunWords());
  ASSERT_TRUE(UntilNode("one", "running"));
  face->Signal(SIGKILL);
  EXPECT_EQ(face->Wait().exit_code, 128 + SIGKILL);
  LetAllGo();
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  EXPECT_EQ(waited.stderr_text, "");
  ExpectAllRanOnce(sha);
}

TEST_F(Faults, AClosedTerminalLeavesTheRunAlone) {
  const std::string sha = Steps();
  const auto face = Start(RunWords(), Program::Place::kTerminal);
  ASSERT_TRUE(UntilNode("one", "running"));
  face->CloseTerminal();
  EXPECT_NE(face->Wait().exit_code, 0);
  LetAllGo();
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  ExpectAllRanOnce(sha);
}

TEST_F(Faults, AKilledCoordinatorIsReplacedAndNothingRunsTwice) {
  const std::string sha = Steps();
  const auto face = Start(RunWords());
  ASSERT_TRUE(UntilNode("one", "running"));
  const pid_t lane = LanePid();
  face->Signal(SIGKILL);
  face->Wait();
  const pid_t first = CoordinatorPid();
  ASSERT_EQ(kill(first, SIGKILL), 0);
  ASSERT_TRUE(Eventually([&] { return CoordinatorPid() == 0; }));
  // Something happens while nobody looks.
  PutMark("go-one");
  ASSERT_TRUE(Eventually([&] { return Witness() == "beside one two "; }));
  EXPECT_TRUE(UntilNode("one", "ok"));
  EXPECT_TRUE(UntilNode("two", "running"));
  EXPECT_NE(CoordinatorPid(), first);
  EXPECT_EQ(LanePid(), lane);
  LetAllGo();
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  ExpectAllRanOnce(sha);
  EXPECT_EQ(RunFolders().size(), 1U);
}

TEST_F(Faults, AFaceThatFollowsOutlivesItsCoordinator) {
  const std::string sha = Steps();
  const auto face = Start(RunWords());
  const auto logs = Start({"status"});  // also starts nobody
  EXPECT_EQ(logs->Wait().exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  const auto follower = Start({"logs", "-f", "one"});
  ASSERT_TRUE(Eventually([&] { return follower->Out() == "one begins\n"; }));
  ASSERT_EQ(kill(CoordinatorPid(), SIGKILL), 0);
  LetAllGo();
  const CliResult said = face->Wait();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_NE(said.stderr_text.find("5 ok · 0 failed · 0 errored · 0 skipped — OK"),
            std::string::npos)
      << said;
  EXPECT_EQ(follower->Wait().stdout_text, "one begins\none ends\n");
  ExpectAllRanOnce(sha);
}

TEST_F(Faults, ACoordinatorKilledAgainAndAgainChangesNothing) {
  const std::string sha = Steps();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  for (const std::string name : {"one", "two", "three"}) {
    ASSERT_TRUE(UntilNode(name, "running")) << name;
    ASSERT_EQ(kill(CoordinatorPid(), SIGKILL), 0);
    PutMark("go-" + name);
  }
  PutMark("go-beside");
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  ExpectAllRanOnce(sha);
}

TEST_F(Faults, AKilledLaneIsErroredAndItsRecipesEnd) {
  const std::string sha = Steps();
  const auto face = Start(RunWords());
  ASSERT_TRUE(UntilNode("one", "running"));
  ASSERT_TRUE(UntilNode("beside", "running"));
  ASSERT_TRUE(Eventually([&] {
    return Witness() == "beside one " && Odu({"logs", "one"}).stdout_text == "one begins\n";
  }));
  ASSERT_EQ(kill(LanePid(), SIGKILL), 0);
  const CliResult said = face->Wait();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_NE(said.stderr_text.find("— FAILED"), std::string::npos) << said;
  EXPECT_EQ(StatusOfNode("one"), "errored");
  EXPECT_EQ(ReasonOfNode("one"), "lane died");
  EXPECT_EQ(StatusOfNode("beside"), "errored");
  EXPECT_NE(StatusOfNode("two"), "ok");
  EXPECT_NE(StatusOfNode("two"), "pending");
  EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
  EXPECT_EQ(Odu({"logs", "one"}).stdout_text, "one begins\n\n[odu] lane died\n");
  EXPECT_EQ(Witness(), "beside one ");
  // And it can be run again, in a lane of its own.
  LetAllGo();
  const CliResult again = Odu({"rerun", "one", "beside"});
  EXPECT_EQ(again.exit_code, 0) << again;
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
}

TEST_F(Faults, CoordinatorAndLaneKilledTogetherAreHonest) {
  Steps();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  const pid_t lane = LanePid();
  ASSERT_EQ(kill(CoordinatorPid(), SIGKILL), 0);
  ASSERT_EQ(kill(lane, SIGKILL), 0);
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 1) << waited;
  EXPECT_EQ(StatusOfNode("one"), "errored");
  EXPECT_EQ(ReasonOfNode("one"), "lane died");
  EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
}

// A reboot cannot be had in a test. What it leaves can: no process of the run, and a lane's record
// that names another boot and a number which by now is somebody else's.
TEST_F(Faults, AfterARebootUnfinishedNodesAreErroredAndNobodyElseIsHurt) {
  Steps();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  ASSERT_TRUE(Eventually([&] { return Witness() == "beside one "; }));
  const pid_t lane = LanePid();
  ASSERT_EQ(kill(CoordinatorPid(), SIGKILL), 0);
  // All at once: a lane that lives on for a moment has seen its recipe die and says so.
  ASSERT_EQ(kill(lane, SIGSTOP), 0);
  for (const pid_t pid : RecipeProcesses()) {
    EXPECT_TRUE(kill(pid, SIGKILL) == 0 || errno == ESRCH);  // one may just have ended
  }
  ASSERT_EQ(kill(lane, SIGKILL), 0);
  ASSERT_TRUE(Eventually([&] { return kill(lane, 0) != 0; }));
  CliCall stranger = Call({});
  stranger.argv = {"/bin/sleep", "1000"};
  Program somebody(root_.path(), stranger, Program::Place::kFiles);
  const std::string path = NewestRun() + "/lanes/" + Here() + "/lane.json";
  const auto read = os::ReadFile(path, 10'000);
  ASSERT_TRUE(read) << read.error().message();
  const std::string& record = *read;
  const std::string boot = os::BootId().value();
  ASSERT_NE(record.find(boot), std::string::npos) << record;
  const std::string number = "\"pid\":" + std::to_string(lane);
  ASSERT_NE(record.find(number), std::string::npos) << record;
  std::string old = record;
  old.replace(old.find(boot), boot.size(), "00000000-0000-4000-8000-000000000000");
  old.replace(old.find(number), number.size(), "\"pid\":" + std::to_string(somebody.pid()));
  ASSERT_TRUE(os::WriteFileAtomic(path, old));
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 1) << waited;
  EXPECT_EQ(StatusOfNode("one"), "errored");
  EXPECT_EQ(ReasonOfNode("one"), "lane died");
  EXPECT_EQ(StatusOfNode("three"), "errored");
  EXPECT_EQ(Witness(), "beside one ");
  EXPECT_EQ(kill(somebody.pid(), 0), 0) << "a process that has the lane's old number was killed";
  somebody.Signal(SIGKILL);
  somebody.Wait();
}

TEST_F(Faults, ARunWhoseOwnerDiedWhileItWasWrittenDownNeverWas) {
  Justfile("[metadata(\"ci\")]\nci: a\na:\n  @echo a\n");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  // What is there when the owner dies between the header and the journal.
  const std::string run = NewestRun();
  for (const std::string name : {"/journal.ndjson", "/summary.json", "/lanes"}) {
    static_cast<void>(os::RemoveTree(run + name).value());
  }
  static_cast<void>(os::WriteFileAtomic(run + "/env", "SECRET=1").value());
  const CliResult status = Odu({"status", "-o", "json"});
  EXPECT_EQ(status.exit_code, 0) << status;
  EXPECT_NE(status.stdout_text.find("\"run\":null"), std::string::npos) << status;
  EXPECT_FALSE(os::Exists(run)) << "the caller's environment stays";
  EXPECT_EQ(Odu({"runs", "-o", "json"}), (CliResult{0, "", ""}));
  EXPECT_EQ(Run().exit_code, 0);
}

TEST_F(Faults, AStoppedCoordinatorIsNamed) {
  const std::string sha = Steps();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  const pid_t coordinator = CoordinatorPid();
  ASSERT_EQ(kill(coordinator, SIGSTOP), 0);
  for (const auto& words :
       {std::vector<std::string>{"status"}, RunWords(), {"serve"}, {"wait", "--settle"}}) {
    const CliResult said = Odu(words);
    EXPECT_EQ(said.exit_code, 3) << said;
    // `wait` answers with one line of JSON, also when it fails.
    const bool is_wait = words.front() == "wait";
    EXPECT_EQ(is_wait ? said.stderr_text : said.stdout_text, "");
    const std::string& answer = is_wait ? said.stdout_text : said.stderr_text;
    EXPECT_NE(answer.find("(pid " + std::to_string(coordinator) + ") is stopped"),
              std::string::npos)
        << said;
    EXPECT_NE(answer.find("kill -CONT " + std::to_string(coordinator)), std::string::npos) << said;
  }
  LetAllGo();
  // The lane needs nobody.
  EXPECT_TRUE(Eventually([&] { return Witness() == "beside one three two "; }));
  ASSERT_EQ(kill(coordinator, SIGCONT), 0);
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  ExpectAllRanOnce(sha);
}

TEST_F(Faults, AStoppedLaneHoldsItsRunAndGoesOn) {
  const std::string sha = Steps();
  const auto face = Start(RunWords());
  ASSERT_TRUE(UntilNode("one", "running"));
  const pid_t lane = LanePid();
  ASSERT_EQ(kill(lane, SIGSTOP), 0);
  LetAllGo();
  EXPECT_EQ(StatusOfNode("two"), "pending");
  EXPECT_EQ(Odu({"attach", "-o", "nonsense"}).exit_code, 2);
  ASSERT_EQ(kill(lane, SIGCONT), 0);
  const CliResult said = face->Wait();
  EXPECT_EQ(said.exit_code, 0) << said;
  ExpectAllRanOnce(sha);
}

TEST_F(Faults, AStoppedLaneIsNamedAndRefusesWhatItWouldDoLater) {
  Steps();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  const pid_t lane = LanePid();
  ASSERT_EQ(kill(lane, SIGSTOP), 0);
  const std::string how = "'kill -CONT " + std::to_string(lane) + "'";
  EXPECT_TRUE(Eventually([&] {
    const std::string status = Odu({"status"}).stdout_text;
    return status.find("stopped") != std::string::npos && status.find(how) != std::string::npos;
  }));
  const CliResult refused = Odu({"cancel"});
  EXPECT_EQ(refused.exit_code, 3) << refused;
  EXPECT_NE(refused.stderr_text.find(how), std::string::npos) << refused;
  EXPECT_NE(refused.stderr_text.find("--at-once"), std::string::npos) << refused;
  ASSERT_EQ(kill(lane, SIGCONT), 0);
  EXPECT_TRUE(
      Eventually([&] { return Odu({"status"}).stdout_text.find("stopped") == std::string::npos; }));
  EXPECT_EQ(StatusOfNode("one"), "running") << "the refused cancel was carried out after all";
  LetAllGo();
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
}

TEST_F(Faults, AStoppedLaneIsEndedByACancelAtOnce) {
  Steps();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  ASSERT_EQ(kill(LanePid(), SIGSTOP), 0);
  const CliResult said = Odu({"cancel", "--at-once"});
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 1);
  EXPECT_EQ(StatusOfNode("one"), "errored");
  EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
}

TEST_F(Faults, AStoppedFaceHoldsNobodyUp) {
  Justfile("[metadata(\"ci\")]\nci: noisy\nnoisy:\n  @until [ -e " + Mark("go") +
           " ]; do sleep 0.02; done; head -c 30000000 /dev/zero | tr '\\0' x\n");
  const auto face = Start(RunWords());
  ASSERT_TRUE(UntilNode("noisy", "running"));
  const auto attached = Start({"attach"}, Program::Place::kTerminal);
  const auto follower = Start({"logs", "-f", "noisy"});
  ASSERT_TRUE(Eventually([&] { return !attached->Out().empty(); }));
  attached->Signal(SIGSTOP);
  follower->Signal(SIGSTOP);
  PutMark("go");
  const CliResult said = face->Wait();
  EXPECT_EQ(said.exit_code, 0) << said;
  attached->Signal(SIGCONT);
  follower->Signal(SIGCONT);
  attached->Signal(SIGTERM);  // a full screen stays until it is left
  EXPECT_EQ(attached->Wait().exit_code, 0);
  EXPECT_EQ(follower->Wait().stdout_text.size(), 30000000U);
}

}  // namespace
}  // namespace odu
