#include "service/detach.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "os/file_system.h"
#include "os/process.h"
#include "support/temp_dir.h"

namespace service {
namespace {

TEST(RotatedLog, IsAppendedToUntilItIsLong) {
  support::TempDir dir;
  const std::string path = dir / "service.log";
  for (int i = 0; i < 2; ++i) {
    const auto log = OpenRotatedLog(path, 10);
    ASSERT_TRUE(log.has_value());
    ASSERT_TRUE(os::WriteAll(log->get(), "123456").has_value());
  }
  EXPECT_EQ(dir.Read("service.log"), "123456123456");
  ASSERT_TRUE(OpenRotatedLog(path, 10).has_value());
  EXPECT_EQ(dir.Read("service.log"), "");
  EXPECT_EQ(dir.Read("service.log.1"), "123456123456");
  EXPECT_EQ(os::StatusOf(path)->mode, 0600U);
}

TEST(RotatedLog, ASymlinkIsNotFollowed) {
  support::TempDir dir;
  dir.Write("precious", "mine");
  ASSERT_EQ(symlink("precious", (dir / "service.log").c_str()), 0);
  const auto log = OpenRotatedLog(dir / "service.log");
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code(), "symlink");
}

TEST(MinimalEnvironment, KeepsWhatAServiceNeedsAndWhatItIsTold) {
  const os::Environment from({"HOME=/h", "PATH=/bin", "LC_ALL=C", "XDG_RUNTIME_DIR=/r",
                              "GITHUB_TOKEN=secret", "ODU_STATE_DIR=/s", "PATHX=1"});
  constexpr std::array<std::string_view, 1> kKeep{"ODU_*"};
  EXPECT_EQ(MinimalEnvironment(from, kKeep).entries(),
            (std::vector<std::string>{"HOME=/h", "PATH=/bin", "LC_ALL=C", "XDG_RUNTIME_DIR=/r",
                                      "ODU_STATE_DIR=/s"}));
}

TEST(MinimalEnvironment, ThereIsAlwaysAPath) {
  EXPECT_EQ(MinimalEnvironment(os::Environment({"PATH="}), {}).Get("PATH"),
            "/usr/local/bin:/usr/bin:/bin");
}

TEST(Detach, TheServiceLogsToItsFileAndStandsAlone) {
  support::TempDir dir;
  auto started = Detach(dir / "service.log");
  if (started && started->is_daemon) {
    (void)os::WriteAll(STDERR_FILENO, "hello");
    started->report.Ready();
    _exit(0);
  }
  ASSERT_TRUE(started.has_value()) << started.error().message();
  EXPECT_EQ(dir.Read("service.log"), "hello");
}

TEST(Detach, ALogThatCannotBeOpenedIsTold) {
  support::TempDir dir;
  const auto started = Detach(dir / "nope/service.log");
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().code(), "not_found");
}

}  // namespace
}  // namespace service
