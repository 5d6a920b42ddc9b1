#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "odu/cli/care.h"
#include "odu/cli/history.h"
#include "odu/ledger/stored_ledger.h"
#include "os/fd.h"

/// A state folder that cannot be written, or read, by the user who asks: what an ordinary user is
/// told, so nothing here runs as root.
namespace odu::cli {
namespace {

constexpr uid_t kNobody = 65534;

class BadState : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) {
      // Then we are the ordinary user ourselves.
      return;
    }
    ASSERT_EQ(chmod(ledger_.state().c_str(), 0755), 0);
  }

  struct Said {
    int exit_code = -1;
    std::string out;
    std::string err;
  };
  /// The command as an ordinary user says it; errors are their message and hint.
  Said Call(Exit (*command)(const Caller&), const std::vector<std::string>& words) {
    auto out = os::MakePipe();
    auto err = os::MakePipe();
    const pid_t child = fork();
    if (child == 0) {
      if (geteuid() == 0 && (setresgid(kNobody, kNobody, kNobody) != 0 ||
                             setresuid(kNobody, kNobody, kNobody) != 0)) {
        _exit(125);  // after fork
      }
      face::Console::Ends ends;
      ends.out_fd = out->write_end.get();
      ends.err_fd = err->write_end.get();
      face::Console console(ends);
      const Caller caller{
          *face::ParseCommandLine(words),
          os::Environment({"HOME=" + ledger_.state(), "ODU_STATE_DIR=" + ledger_.state()}), "/",
          console};
      const Exit exit = command(caller);
      if (!exit) {
        console.Err(exit.error().message() + " | " + exit.error().hint());
      }
      _exit(exit ? *exit : exit.error().ExitCode());  // after fork
    }
    Said said;
    out->write_end.Reset();
    err->write_end.Reset();
    said.out = All(out->read_end.get());
    said.err = All(err->read_end.get());
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    said.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return said;
  }
  static std::string All(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(fd, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }
  void GiveToNobody() {
    if (geteuid() != 0) {
      return;
    }
    ASSERT_EQ(chown(ledger_.state().c_str(), kNobody, kNobody), 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(ledger_.state())) {
      ASSERT_EQ(lchown(entry.path().c_str(), kNobody, kNobody), 0);
    }
  }

  ledger::StoredLedger ledger_;
};

TEST_F(BadState, AReadOnlyOneIsStillReadAndTheDoctorSaysWhatToDo) {
  const std::string run_id = ledger_.Run(1000, {{"build"}});
  GiveToNobody();
  ASSERT_EQ(chmod((ledger_.state() + "/runs").c_str(), 0500), 0);
  ASSERT_EQ(chmod(ledger_.state().c_str(), 0500), 0);
  const Said runs = Call(Runs, {"runs", "--all"});
  EXPECT_EQ(runs.exit_code, 0) << runs.err;
  EXPECT_NE(runs.out.find("26d2c2d#1"), std::string::npos) << runs.out;
  EXPECT_NE(runs.err.find("the run folders themselves were read"), std::string::npos) << runs.err;
  EXPECT_EQ(Call(Show, {"show", run_id}).exit_code, 0);
  EXPECT_EQ(Call(Prune, {"prune"}).exit_code, 3);
  const Said doctor = Call(Doctor, {"doctor"});
  EXPECT_EQ(doctor.exit_code, 3);
  EXPECT_NE(doctor.out.find("cannot be written"), std::string::npos) << doctor.out;
  EXPECT_NE(doctor.out.find("ODU_STATE_DIR"), std::string::npos) << doctor.out;
}

TEST_F(BadState, AnotherUsersIsRefusedAndNeverLooksEmpty) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can make another user's folder";
  }
  const std::string run_id = ledger_.Run(1000, {{"build"}});
  ASSERT_EQ(chmod(ledger_.state().c_str(), 0700), 0);
  for (const Said& said :
       {Call(Runs, {"runs", "--all"}), Call(Flakes, {"flakes", "--all"}), Call(Prune, {"prune"})}) {
    EXPECT_EQ(said.exit_code, 3) << said.out;
    EXPECT_EQ(said.out, "");
    EXPECT_NE(said.err.find("Permission denied"), std::string::npos) << said.err;
  }
  EXPECT_NE(Call(Runs, {"runs", "--all"}).err.find("ODU_STATE_DIR"), std::string::npos);
  EXPECT_EQ(Call(Show, {"show", run_id}).exit_code, 3);
  const Said doctor = Call(Doctor, {"doctor"});
  EXPECT_EQ(doctor.exit_code, 3);
  EXPECT_NE(doctor.out.find("another user"), std::string::npos) << doctor.out;
}

}  // namespace
}  // namespace odu::cli
