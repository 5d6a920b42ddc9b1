#include "provision/host_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/process.h"
#include "provision/local_sshd.h"

namespace provision {
namespace {

class HostProcessTest : public testing::Test {
 protected:
  base::Result<std::unique_ptr<HostProcess>> Start(const std::string& script,
                                                   HostProcess::LineHandler on_line = {}) {
    HostProcess::Spec spec;
    spec.argv = {"/bin/sh", "-c", script};
    spec.environment = os::Environment::Current().entries();
    return HostProcess::Start(world.world, spec, std::move(on_line));
  }

  TestWorld world{"ssh", "/nowhere"};
};

TEST_F(HostProcessTest, ItsEndAndItsLastWordsAreKnown) {
  std::vector<std::string> lines;
  auto process = Start("echo one >&2; printf 'two\\r\\nthree' >&2; exit 3",
                       [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(world.loop.Run((*process)->Wait()), os::WaitStatus(os::Exited{3}));
  EXPECT_EQ((*process)->words(), "one\ntwo\r\nthree");
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(HostProcessTest, WordsAreBoundedAndTheLastOnesCount) {
  size_t longest = 0;
  auto process = Start("head -c 300000 /dev/zero | tr '\\0' x >&2; echo last >&2",
                       [&](std::string_view line) { longest = std::max(longest, line.size()); });
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(world.loop.Run((*process)->Wait()).has_value());
  EXPECT_EQ((*process)->words().size(), size_t{16} << 10);
  EXPECT_TRUE((*process)->words().ends_with("xlast\n"));
  EXPECT_LE(longest, size_t{9} << 10);
}

TEST_F(HostProcessTest, ItHasNoTerminalAndItsStdinIsAPipe) {
  auto process = Start("[ -p /dev/stdin ] && ! (: < /dev/tty) 2>/dev/null && exit 5");
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(world.loop.Run((*process)->Wait()), os::WaitStatus(os::Exited{5}));
}

TEST_F(HostProcessTest, DroppingItEndsItsWholeGroup) {
  auto process = Start("sleep 1000 & echo $! >&2; wait");
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(world.loop.RunUntil([&] { return (*process)->words().ends_with("\n"); }));
  const pid_t child = std::stoi((*process)->words());
  const auto identity = os::IdentityOf(child);
  ASSERT_TRUE(identity.has_value());
  process->reset();
  EXPECT_TRUE(world.loop.RunUntil([&] {
    world.reaper.Poll();
    return !os::IsAlive(*identity);
  }));
}

TEST_F(HostProcessTest, SomebodyWhoHoldsStderrDoesNotHoldUs) {
  auto process = Start("sleep 1000 & echo $! >&2; exit 0");
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(world.loop.Run((*process)->Wait()), os::WaitStatus(os::Exited{0}));
  kill(std::stoi((*process)->words()), SIGKILL);
}

TEST_F(HostProcessTest, WhatCannotBeStartedIsAFailure) {
  HostProcess::Spec spec;
  spec.argv = {"/no/such/program"};
  const auto process = HostProcess::Start(world.world, spec);
  ASSERT_FALSE(process.has_value());
  EXPECT_EQ(process.error().code(), "program_not_found");
}

}  // namespace
}  // namespace provision
