#include "os/replace_process.h"

#include <gtest/gtest.h>

#include "os/signals.h"
#include "support/temp_dir.h"

namespace os {
namespace {

const std::vector<std::string> kEnvironment{"PATH=/usr/bin:/bin", "WORD=it is"};

TEST(ReplaceProcessDeathTest, BecomesTheProgramThereWithItsOwnEnvironmentAndSignals) {
  const support::TempDir dir;
  const auto become = [&dir](const std::string& script) {
    IgnoreBrokenPipes();
    const base::Error error = ReplaceProcess({"sh", "-c", script}, kEnvironment, dir.path());
    ADD_FAILURE() << error.message();
  };
  EXPECT_EXIT(become("[ \"$WORD\" = 'it is' ] && [ \"$(pwd)\" = '" + dir.path() + "' ] && exit 7"),
              testing::ExitedWithCode(7), "");
  // Ignored in this process, and not in that one.
  EXPECT_EXIT(become("kill -PIPE $$; exit 1"), testing::KilledBySignal(SIGPIPE), "");
}

TEST(ReplaceProcess, WhatCannotBeIsSaid) {
  EXPECT_EQ(ReplaceProcess({"no-such-program"}, kEnvironment, "/").code(), "program_not_found");
  const support::TempDir dir;
  EXPECT_EQ(ReplaceProcess({"/bin/sh"}, kEnvironment, dir / "nowhere").code(), "no_such_directory");
}

}  // namespace
}  // namespace os
