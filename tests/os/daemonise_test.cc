#include "os/daemonise.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "os/process.h"
#include "support/temp_dir.h"

namespace os {
namespace {

TEST(Daemonise, TheStarterHearsTheDaemonAndTheDaemonStandsAlone) {
  const support::TempDir dir;
  const Fd log = OpenFile(dir / "log", O_WRONLY | O_CREAT).value();
  DaemonOptions options;
  options.stderr_fd = log.get();
  base::Result<Daemonised> result = Daemonise(options);
  if (result && result->is_daemon) {
    const bool alone = getsid(0) != getpid() && getpgrp() != getpid() && umask(0) == 077 &&
                       CurrentDirectory().value() == "/" && !isatty(STDIN_FILENO);
    (void)WriteAll(STDERR_FILENO, alone ? "alone" : "not alone");
    (void)WriteAll(STDOUT_FILENO, "nobody reads this");
    result->report.Ready("listening");
    result->report.Ready("twice");
    pause();
    _exit(0);
  }
  ASSERT_TRUE(result.has_value()) << result.error().message();
  EXPECT_EQ(result->text, "listening");
  EXPECT_EQ(dir.Read("log"), "alone");
  const base::Result<ProcessStatus> daemon = StatusOfProcess(result->daemon_pid);
  ASSERT_TRUE(daemon.has_value());
  EXPECT_NE(daemon->parent, getpid());
  EXPECT_NE(daemon->group, getpgrp());
  EXPECT_TRUE(SendSignal(daemon->identity, SIGKILL));
}

TEST(Daemonise, HoldsNothingThatItsStarterWasGiven) {
  Pipe given = MakePipe().value();
  ASSERT_TRUE(SetInheritable(given.write_end.get(), true));
  base::Result<Daemonised> result = Daemonise(DaemonOptions());
  if (result && result->is_daemon) {
    result->report.Ready("here");
    pause();
    _exit(0);
  }
  ASSERT_TRUE(result.has_value()) << result.error().message();
  given.write_end.Reset();
  char byte = 0;
  EXPECT_EQ(read(given.read_end.get(), &byte, 1), 0) << "the daemon holds the pipe open";
  EXPECT_EQ(kill(result->daemon_pid, SIGKILL), 0);
}

TEST(Daemonise, TheDaemonsFailureIsTheStarters) {
  base::Result<Daemonised> result = Daemonise(DaemonOptions());
  if (result && result->is_daemon) {
    result->report.Failed(
        base::Error(base::ErrorKind::kBusy, "locked", "somebody serves already", "look there"));
    _exit(0);
  }
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error(),
            base::Error(base::ErrorKind::kBusy, "locked", "somebody serves already", "look there"));
}

TEST(Daemonise, ASilentDeathIsNamed) {
  base::Result<Daemonised> result = Daemonise(DaemonOptions());
  if (result && result->is_daemon) {
    _exit(0);
  }
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "daemon_died");
}

TEST(Daemonise, ADirectoryThatIsNotThereIsToldByTheStarter) {
  DaemonOptions options;
  options.directory = "/does/not/exist";
  base::Result<Daemonised> result = Daemonise(options);
  if (result && result->is_daemon) {
    _exit(0);
  }
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().message().contains("'/does/not/exist'"));
}

TEST(Daemonise, LeavesNoChildBehindInTheStarter) {
  base::Result<Daemonised> result = Daemonise(DaemonOptions());
  if (result && result->is_daemon) {
    result->report.Ready();
    _exit(0);
  }
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "no zombie";
}

}  // namespace
}  // namespace os
