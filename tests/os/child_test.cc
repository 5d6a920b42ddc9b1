#include "os/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "os/environment.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace os {
namespace {

using Strings = std::vector<std::string>;

/// Everything a child writes, and how it ended.
struct Heard {
  std::string output;
  WaitStatus status;
};

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ReadOutcome outcome = TryRead(fd, buffer);
    if (outcome.end == ReadEnd::kData) {
      text.append(buffer.data(), outcome.bytes);
    } else if (outcome.end == ReadEnd::kWouldBlock) {
      pollfd wait{fd, POLLIN, 0};
      poll(&wait, 1, -1);
    } else {
      return text;
    }
  }
}

Heard Hear(SpawnSpec spec) {
  const Strings own = Environment::Current().entries();
  if (spec.environment.empty()) {
    spec.environment = own;
  }
  base::Result<PipedChild> child = SpawnPiped(spec);
  EXPECT_TRUE(child.has_value()) << (child ? "" : child.error().message());
  if (!child) {
    return {};
  }
  Heard heard;
  heard.output = ReadAll(child->output.get());
  heard.status = WaitForChild(child->pid).value();
  return heard;
}

Heard HearShell(const std::string& script) {
  const Strings argv{"/bin/sh", "-c", script};
  SpawnSpec spec;
  spec.argv = argv;
  return Hear(spec);
}

std::string CodeOf(const Strings& argv, const char* directory = nullptr,
                   const Strings& environment = {"PATH=/usr/bin:/bin"}) {
  SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.directory = directory;
  const base::Result<pid_t> pid = Spawn(spec);
  if (pid) {
    EXPECT_TRUE(WaitForChild(*pid).has_value());
    return "started";
  }
  return pid.error().code();
}

TEST(Child, StdoutAndStderrAreOnePipeInOrder) {
  const Heard heard = HearShell("echo one; echo two >&2; echo three");
  EXPECT_EQ(heard.output, "one\ntwo\nthree\n");
  EXPECT_EQ(heard.status, WaitStatus(Exited{0}));
}

TEST(Child, ItsOutputMayBeReopenedByName) {
  EXPECT_EQ(HearShell("echo hi > /dev/stderr").output, "hi\n");
}

TEST(Child, ExitCodeAndSignalAreToldApart) {
  EXPECT_EQ(HearShell("exit 3").status, WaitStatus(Exited{3}));
  EXPECT_EQ(HearShell("kill -9 $$").status, WaitStatus(Signalled{SIGKILL}));
  EXPECT_EQ(HearShell("exit 137").status, WaitStatus(Exited{137}));
  EXPECT_EQ(Describe(Exited{3}), "exit 3");
  EXPECT_EQ(Describe(Signalled{9}), "signal 9");
}

TEST(Child, StdinIsEmptyByDefault) {
  EXPECT_EQ(HearShell("cat; echo end").output, "end\n");
}

TEST(Child, LeadsItsOwnGroup) {
  EXPECT_EQ(HearShell("test $(ps -o pgid= -p $$) -eq $$ && echo yes").output, "yes\n");
}

TEST(Child, MayLeadItsOwnSession) {
  const Strings argv{"/bin/sh", "-c", "test $(ps -o sid= -p $$) -eq $$ && echo yes"};
  SpawnSpec spec;
  spec.argv = argv;
  spec.own_session = true;
  EXPECT_EQ(Hear(spec).output, "yes\n");
}

TEST(Child, GetsNoneOfOurOtherDescriptors) {
  const Pipe other = MakePipe().value();
  const uint64_t inode = StatusOf(other.read_end.get())->inode;
  const Heard heard = HearShell("ls -l /proc/self/fd");
  EXPECT_TRUE(heard.output.contains("pipe:[")) << "its own output";
  EXPECT_FALSE(heard.output.contains(std::to_string(inode))) << heard.output;
}

TEST(Child, GetsNothingThatSomebodyLeftOpenToUs) {
  const Pipe other = MakePipe().value();
  ASSERT_TRUE(SetInheritable(other.write_end.get(), true));
  const uint64_t inode = StatusOf(other.write_end.get())->inode;
  const Heard heard = HearShell("ls -l /proc/self/fd");
  EXPECT_FALSE(heard.output.contains(std::to_string(inode))) << heard.output;
}

TEST(Child, SignalsAreAtTheirDefaults) {
  const auto before = signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &old);
  // Signals 1 to 31 (tr clears the bit of 32): those above may be ignored by who started the tests.
  const Heard heard = HearShell(
      "sed -nE 's/^(Sig(Blk|Ign)):.*([0-9a-f]{8})$/\\1 \\3/p' /proc/self/status | tr 89abcdef "
      "01234567");
  sigprocmask(SIG_SETMASK, &old, nullptr);
  signal(SIGPIPE, before);
  EXPECT_EQ(heard.output, "SigBlk 00000000\nSigIgn 00000000\n");
}

TEST(Child, TheEnvironmentIsTheGivenOneAndExtrasReplace) {
  const Strings argv{"/usr/bin/env"};
  const Strings base{"A=1", "B=2", "BB=3"};
  const Strings extra{"B=two", "C="};
  SpawnSpec spec;
  spec.argv = argv;
  spec.environment = base;
  spec.extra_environment = extra;
  EXPECT_EQ(Hear(spec).output, "A=1\nBB=3\nB=two\nC=\n");
}

TEST(Child, ThePathIsTheChildsOwn) {
  const support::TempDir dir;
  dir.Write("bin/tool", "#!/bin/sh\necho found\n", 0755);
  const Strings argv{"tool"};
  const Strings environment{"PATH=/nowhere:" + (dir / "bin")};
  SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  EXPECT_EQ(Hear(spec).output, "found\n");
}

TEST(Child, ARelativePathEntryMeansTheDirectoryItStartsIn) {
  const support::TempDir dir;
  dir.Write("bin/tool", "#!/bin/sh\necho found\n", 0755);
  const Strings argv{"tool"};
  const Strings environment{"PATH=bin"};
  SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.directory = dir.path().c_str();
  EXPECT_EQ(Hear(spec).output, "found\n");
}

TEST(Child, StartsInTheDirectoryWithTheUmask) {
  const support::TempDir dir;
  const Strings argv{"/bin/sh", "-c", "pwd; umask"};
  SpawnSpec spec;
  spec.argv = argv;
  spec.directory = dir.path().c_str();
  spec.umask = 027;
  const mode_t before = umask(022);
  EXPECT_EQ(Hear(spec).output, dir.path() + "\n0027\n");
  EXPECT_EQ(umask(before), 022U) << "ours is as it was";
}

TEST(Child, EachWayNotToStartHasItsName) {
  const support::TempDir dir;
  dir.Write("plain", "text", 0644);
  dir.Write("no-interpreter", "#!/does/not/exist\n", 0755);
  dir.Write("no-format", "\x7f garbage", 0755);
  EXPECT_EQ(CodeOf({"does-not-exist"}), "program_not_found");
  EXPECT_EQ(CodeOf({dir / "missing"}), "program_not_found");
  EXPECT_EQ(CodeOf({dir / "plain"}), "not_executable");
  EXPECT_EQ(CodeOf({"plain"}, nullptr, {"PATH=" + dir.path()}), "not_executable");
  EXPECT_EQ(CodeOf({dir / "no-interpreter"}), "not_executable");
  EXPECT_EQ(CodeOf({dir / "no-format"}), "not_executable");
  EXPECT_EQ(CodeOf({dir.path()}), "not_executable");
  EXPECT_EQ(CodeOf({"true"}, (dir / "missing").c_str()), "no_such_directory");
  EXPECT_EQ(CodeOf({"true"}, (dir / "plain").c_str()), "no_such_directory");
  EXPECT_EQ(CodeOf({"true", std::string(size_t{4} << 20, 'x')}), "argument_list_too_long");
  EXPECT_EQ(CodeOf({}), "program_not_found");
  EXPECT_EQ(CodeOf({""}), "program_not_found");
  EXPECT_EQ(CodeOf({"true"}), "started");
}

TEST(Child, GivenDescriptorsBecomeItsStreams) {
  const support::TempDir dir;
  dir.Write("in", "hello");
  const Fd in = OpenFile(dir / "in", O_RDONLY).value();
  const Fd out = OpenFile(dir / "out", O_WRONLY | O_CREAT).value();
  const Strings argv{"/bin/cat"};
  SpawnSpec spec;
  spec.argv = argv;
  spec.stdin_fd = in.get();
  spec.stdout_fd = out.get();
  const pid_t pid = Spawn(spec).value();
  EXPECT_EQ(WaitForChild(pid).value(), WaitStatus(Exited{0}));
  EXPECT_EQ(dir.Read("out"), "hello");
}

TEST(Child, ASignalReachesTheWholeGroup) {
  const Strings argv{"/bin/sh", "-c", "sleep 100 & echo up; wait"};
  SpawnSpec spec;
  spec.argv = argv;
  PipedChild child = SpawnPiped(spec).value();
  pollfd wait{child.output.get(), POLLIN, 0};
  poll(&wait, 1, -1);
  EXPECT_TRUE(SignalGroup(child.pid, SIGKILL));
  EXPECT_EQ(WaitForChild(child.pid).value(), WaitStatus(Signalled{SIGKILL}));
  EXPECT_EQ(ReadAll(child.output.get()), "up\n") << "the end of the pipe: nobody is left";
}

TEST(Child, AGroupWithoutMembersCannotBeSignalled) {
  const Strings argv{"/bin/true"};
  SpawnSpec spec;
  spec.argv = argv;
  const pid_t pid = Spawn(spec).value();
  ASSERT_TRUE(WaitForChild(pid).has_value());
  EXPECT_FALSE(SignalGroup(pid, SIGKILL));
  EXPECT_FALSE(SignalGroup(0, 0)) << "0 would be our own group";
  EXPECT_FALSE(SignalGroup(-1, 0));
}

}  // namespace
}  // namespace os
