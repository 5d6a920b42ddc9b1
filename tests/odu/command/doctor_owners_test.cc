#include "odu/command/doctor_owners.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor_fixture.h"
#include "os/fd.h"
#include "os/process.h"
#include "os/unix_socket.h"
#include "service/gate.h"
#include "support/git_repo.h"

namespace odu::command {
namespace {

using DoctorOwners = DoctorTest;

TEST_F(DoctorOwners, AStoppedCoordinatorIsNamedByItsPidAndEnded) {
  const std::string folder =
      ledger::CheckoutFolderOf(ledger_.state(), ledger::StoredLedger::kCheckout).path;
  ASSERT_TRUE(os::MakeDirs(folder).has_value());
  const auto ready = os::MakePipe();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto gate = service::Gate::Enter(folder);
    const bool held = gate.has_value() && gate->WriteHolder().has_value();
    const char word = held ? 'y' : 'n';
    static_cast<void>(write(ready->write_end.get(), &word, 1));
    for (;;) {
      pause();
    }
  }
  char word = 0;
  ASSERT_EQ(read(ready->read_end.get(), &word, 1), 1);
  ASSERT_EQ(word, 'y');
  EXPECT_TRUE(Found(CheckOwners).empty());
  ASSERT_EQ(kill(child, SIGSTOP), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  const auto found = Found(CheckOwners);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].about, "owner");
  EXPECT_NE(found[0].text.find("pid " + std::to_string(child)), std::string::npos);
  EXPECT_TRUE(Found(CheckOwners, true)[0].fixed);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_TRUE(Found(CheckOwners).empty());
}

TEST_F(DoctorOwners, ADoorThatLeadsNowhereIsRemoved) {
  support::GitRepo repo;
  const os::Environment environment(
      {"HOME=" + ledger_.state(), "ODU_STATE_DIR=" + ledger_.state()});
  checkout_ = *FindCheckout(repo.path(), environment);
  EXPECT_TRUE(Found(CheckOwners).empty());
  ASSERT_TRUE(os::MakeDirs(repo.path() + "/.ci").has_value());
  {
    const auto bound = os::ListenAt(checkout_->socket);
    ASSERT_TRUE(bound.has_value()) << bound.error().message();
  }
  ASSERT_TRUE(os::Exists(checkout_->socket));
  ExpectFixed(CheckOwners, "socket");
  ASSERT_TRUE(os::WriteFileAtomic(checkout_->socket, "mine").has_value());
  const auto found = Found(CheckOwners, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].fixed);
  EXPECT_TRUE(os::Exists(checkout_->socket));
}

TEST_F(DoctorOwners, AnUnfinishedRunWhoseCheckoutIsGoneIsClosedAsIncomplete) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, std::nullopt);
  ExpectFixed(CheckOwners, "run");
  const auto record = ledger::ReadRun(ledger::FolderOf(ledger_.state(), run_id));
  ASSERT_TRUE(record->closed.has_value());
  EXPECT_EQ(record->closed->verdict, model::Verdict::kIncomplete);
  EXPECT_FALSE(os::Exists(ledger::FolderOf(ledger_.state(), run_id).environment()));
}

TEST_F(DoctorOwners, ARunThatSomebodyLooksAfterIsLeftAlone) {
  ledger_.Run(1000, {{"build"}}, std::nullopt);
  const auto lock = os::FileLock::TryLock(
      ledger::CheckoutFolderOf(ledger_.state(), ledger::StoredLedger::kCheckout).path + "/lock");
  EXPECT_TRUE(Found(CheckOwners, true).empty());
}

}  // namespace
}  // namespace odu::command
