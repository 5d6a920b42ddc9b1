#include "hosts/test_network.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "os/child.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace hosts {
namespace {

support::CliResult Ssh(const std::vector<std::string>& words) {
  std::vector<std::string> argv = {"ssh", "-o", "BatchMode=yes"};
  argv.insert(argv.end(), words.begin(), words.end());
  return support::RunCli({.argv = argv});
}

/// Tries a host that does not answer.
support::CliResult SshInVain(const std::string& name) {
  return Ssh({"-o", "ConnectTimeout=1", name, "true"});
}

/// Empty for what is not there: a process may end while it is looked at.
std::string ReadAll(const std::string& path) {
  return os::ReadFile(path, size_t{1} << 20).value_or("");
}

/// ssh that runs on beside the test; its output comes through a pipe.
class Session {
 public:
  explicit Session(const std::vector<std::string>& words) {
    auto pipe = os::MakePipe();
    const std::vector<std::string> environment = os::Environment::Current().entries();
    std::vector<std::string> argv = {"ssh", "-o", "BatchMode=yes"};
    argv.insert(argv.end(), words.begin(), words.end());
    os::SpawnSpec spec;
    spec.argv = argv;
    spec.environment = environment;
    spec.stdout_fd = pipe->write_end.get();
    spec.stderr_fd = os::kInherit;
    pid_ = os::Spawn(spec).value();
    output_ = std::move(pipe->read_end);
  }
  ~Session() {
    os::SignalGroup(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  /// The next line, or what came of it within `ms`.
  std::string Line(int ms = 20'000) {
    std::string line;
    for (;;) {
      pollfd waiting{output_.get(), POLLIN, 0};
      char byte = 0;
      if (poll(&waiting, 1, ms) <= 0 || read(output_.get(), &byte, 1) != 1 || byte == '\n') {
        return line;
      }
      line += byte;
    }
  }

 private:
  pid_t pid_ = 0;
  os::Fd output_;
};

// A line each 50 ms, for a while.
constexpr const char* kTicks =
    "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo $i; sleep 0.05; done";

TEST(TestNetwork, SshReachesEachHostByItsName) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  network.Add("ant");
  network.Add("bee", {.shell = "/bin/dash"});
  for (const char* name : {"ant", "bee"}) {
    const support::CliResult said =
        Ssh({name, "hostname; id -un; pwd; echo $SHELL; echo oops >&2"});
    EXPECT_EQ(said, (support::CliResult{0,
                                        std::string(name) + "\nci\n/home/ci\n" +
                                            (name[0] == 'a' ? "/bin/bash\n" : "/bin/dash\n"),
                                        "oops\n"}));
  }
  EXPECT_EQ(Ssh({"root@ant", "id -u"}), (support::CliResult{0, "0\n", ""}));
  EXPECT_EQ(Ssh({"-J", "ant", "bee", "hostname"}), (support::CliResult{0, "bee\n", ""}));
}

TEST(TestNetwork, AHostHasFilesProcessesAndABootOfItsOwn) {
  SKIP_WITHOUT_HOSTS();
  const support::TempDir here;
  here.Write("mine", "x");
  TestNetwork network;
  TestHost& ant = network.Add("ant", {.without = {"git", "just"}});
  TestHost& bee = network.Add("bee", {.nix = true});
  EXPECT_NE(ant.Run({"ls", here.path()}).exit_code, 0);
  for (const std::string empty : {"/var/tmp", "/home/ci", ODU_SOURCE_DIR}) {
    EXPECT_EQ(ant.Run({"ls", "-A", empty}).stdout_text, "") << empty;
  }
  EXPECT_EQ(ant.Run({"sh", "-c", "command -v git just nix nix-store"}).stdout_text, "");
  EXPECT_EQ(bee.Run({"sh", "-c", "command -v git"}).stdout_text, "/usr/bin/git\n");
  EXPECT_TRUE(std::filesystem::is_directory(bee.root() + "/nix"));
  EXPECT_EQ(ant.Run({"sh", "-c", "echo made > file && cat file"}).stdout_text, "made\n");
  EXPECT_EQ(ReadAll(ant.root() + "/home/ci/file"), "made\n");
  EXPECT_NE(bee.Run({"cat", "file"}).exit_code, 0);

  const std::string boot = ReadAll("/proc/sys/kernel/random/boot_id");
  const std::string there = ant.Run({"cat", "/proc/sys/kernel/random/boot_id"}).stdout_text;
  EXPECT_NE(there, boot);
  EXPECT_NE(there, bee.Run({"cat", "/proc/sys/kernel/random/boot_id"}).stdout_text);
  EXPECT_EQ(ant.Run({"sh", "-c", "ls -d /proc/[0-9]* | wc -l"}).exit_code, 0);
  EXPECT_EQ(ant.Run({"cat", "/proc/1/comm"}).stdout_text, "bash\n");

  ant.Reboot();
  EXPECT_NE(ant.Run({"cat", "/proc/sys/kernel/random/boot_id"}).stdout_text, there);
  EXPECT_EQ(Ssh({"ant", "cat file"}), (support::CliResult{0, "made\n", ""}));
}

TEST(TestNetwork, AnOrphanIsReapedByItsHost) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  EXPECT_EQ(
      Ssh({"ant", "(setsid sh -c 'echo $$ > pid; exec sleep 0.1' &) >/dev/null 2>&1"}).exit_code,
      0);
  EXPECT_EQ(ant.Run({"sh", "-c",
                     "until [ -s pid ]; do sleep 0.05; done; i=0; while [ -e /proc/$(cat pid) ] "
                     "&& [ $i -lt 200 ]; do i=$((i+1)); sleep 0.05; done; "
                     "[ ! -e /proc/$(cat pid) ]"})
                .exit_code,
            0);
}

TEST(TestNetwork, AHomeCanBeFullReadOnlyOrNoexec) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& full = network.Add("full", {.home_bytes = 65536});
  TestHost& fixed = network.Add("fixed", {.home_flags = "ro"});
  TestHost& inert = network.Add("inert", {.home_flags = "noexec"});
  EXPECT_NE(full.Run({"dd", "if=/dev/zero", "of=file", "bs=1k", "count=128"}).exit_code, 0);
  EXPECT_NE(fixed.Run({"touch", "file"}).exit_code, 0);
  EXPECT_EQ(
      inert.Run({"sh", "-c", "printf '#!/bin/sh\\necho ran\\n' > f; chmod +x f; ./f || echo not"})
          .stdout_text,
      "not\n");
}

TEST(TestNetwork, AHostMayBeOfAnotherProcessor) {
  SKIP_WITHOUT_HOSTS();
  const char* runner = ODU_SOURCE_DIR "/build/bin/odu-runner-aarch64-linux";
  if (access(runner, R_OK) != 0 || access("/usr/lib/binfmt.d/qemu-aarch64.conf", R_OK) != 0) {
    GTEST_SKIP() << "script/build makes the program, script/bootstrap --tests brings qemu";
  }
  TestNetwork network;
  network.Add("pi", {.arm = true});
  TestHost& ant = network.Add("ant");
  for (const char* name : {"pi", "ant"}) {
    EXPECT_EQ(support::RunCli({.argv = {"scp", "-q", runner, std::string(name) + ":runner"}}),
              (support::CliResult{0, "", ""}));
  }
  EXPECT_EQ(Ssh({"pi", "uname -sm; ./runner --version | cut -d' ' -f1"}),
            (support::CliResult{0, "Linux aarch64\nodu-runner\n", ""}));
  EXPECT_EQ(Ssh({"ant", "uname -sm"}), (support::CliResult{0, "Linux x86_64\n", ""}));
  EXPECT_NE(ant.Run({"./runner", "--version"}).exit_code, 0);
}

TEST(TestNetwork, ACutCableHangsWhatIsThereAndHealsInPlace) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  TestHost& bee = network.Add("bee");
  Session ticks({"ant", kTicks});
  EXPECT_EQ(ticks.Line(), "1");
  ant.Cut();
  EXPECT_EQ(SshInVain("ant").exit_code, 255);
  EXPECT_EQ(Ssh({"bee", "true"}).exit_code, 0);
  EXPECT_EQ(bee.Run({"true"}).exit_code, 0);
  EXPECT_EQ(ant.Run({"hostname"}).stdout_text, "ant\n");
  ant.Heal();
  EXPECT_EQ(Ssh({"ant", "true"}).exit_code, 0);
  // TCP has kept the bytes: none is lost.
  for (int i = 2; i < 20; ++i) {
    EXPECT_EQ(ticks.Line(), std::to_string(i));
  }
}

TEST(TestNetwork, ABlackHoleSwallowsEitherDirectionInSilence) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  EXPECT_EQ(Ssh({"ant", "true"}).exit_code, 0);
  for (const Direction direction : {Direction::kToHost, Direction::kFromHost, Direction::kBoth}) {
    ant.BlackHole(direction);
    const support::CliResult said = SshInVain("ant");
    EXPECT_EQ(said.exit_code, 255);
    EXPECT_NE(said.stderr_text.find("timed out"), std::string::npos) << said;
    ant.Heal();
    EXPECT_EQ(Ssh({"ant", "true"}), (support::CliResult{0, "", ""}));
  }
}

TEST(TestNetwork, AHostOrALaptopMayChangeItsAddress) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  const std::string before = ant.address();
  Session first({"ant", kTicks});
  EXPECT_EQ(first.Line(), "1");
  ant.ChangeAddress();
  EXPECT_NE(ant.address(), before);
  EXPECT_EQ(Ssh({"ant", "hostname"}), (support::CliResult{0, "ant\n", ""}));
  Session second({"ant", kTicks});
  EXPECT_EQ(second.Line(), "1");
  ant.ChangeClientAddress();
  EXPECT_EQ(Ssh({"ant", "hostname"}), (support::CliResult{0, "ant\n", ""}));
  while (!first.Line(300).empty() || !second.Line(300).empty()) {
  }
}

TEST(TestNetwork, ASlowCableTakesItsTimeAndBytesAreCounted) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  ant.Shape(8'000'000);
  const uint64_t before = ant.BytesSentTo();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(support::RunCli({.argv = {"sh", "-c",
                                      "head -c 500000 /dev/urandom | ssh -o BatchMode=yes ant "
                                      "'cat | wc -c'"}})
                .stdout_text,
            "500000\n");
  // 1 MB a second: a lower bound, which no busy machine can undercut.
  EXPECT_GT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(300));
  EXPECT_GT(ant.BytesSentTo() - before, 500'000U);
  ant.Shape(0);
  EXPECT_EQ(Ssh({"ant", "true"}).exit_code, 0);
}

TEST(TestNetwork, AKeyThatIsUnknownOrWrongIsRefused) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  network.Add("ant");
  const std::string known = ReadAll(network.known_hosts_file());
  std::ofstream(network.known_hosts_file(), std::ios::trunc).close();
  EXPECT_NE(Ssh({"ant", "true"}).stderr_text.find("Host key verification failed"),
            std::string::npos);
  std::ofstream(network.known_hosts_file(), std::ios::trunc)
      << "ant " << ReadAll(network.key_file() + ".pub");
  EXPECT_NE(Ssh({"ant", "true"}).stderr_text.find("REMOTE HOST IDENTIFICATION HAS CHANGED"),
            std::string::npos);
  std::ofstream(network.known_hosts_file(), std::ios::trunc) << known;
  EXPECT_EQ(Ssh({"ant", "true"}).exit_code, 0);
}

TEST(TestNetwork, AnSshdMayStopAndStart) {
  SKIP_WITHOUT_HOSTS();
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  Session ticks({"ant", kTicks});
  EXPECT_EQ(ticks.Line(), "1");
  ant.StopSshd();
  EXPECT_NE(Ssh({"ant", "true"}).stderr_text.find("refused"), std::string::npos);
  EXPECT_EQ(ticks.Line(), "2");
  ant.StartSshd();
  EXPECT_EQ(Ssh({"ant", "true"}).exit_code, 0);
  ant.StopSshd(true);
  while (!ticks.Line().empty()) {
  }
  EXPECT_NE(ant.SshdLog().find("Accepted publickey for ci"), std::string::npos);
}

TEST(TestNetwork, NothingIsLeftWhenItsProcessIsKilled) {
  SKIP_WITHOUT_HOSTS();
  const std::string name = "k" + std::to_string(getpid());
  auto pipe = os::MakePipe();
  const std::vector<std::string> argv = {
      ODU_TEST_BIN_DIR "/make_hosts",
      name,
      "--",
      "sh",
      "-c",
      "ssh -o BatchMode=yes " + name + " 'hostname; setsid sleep 1000 & ' && exec sleep 1000"};
  const std::vector<std::string> environment = os::Environment::Current().entries();
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.stdout_fd = pipe->write_end.get();
  spec.stderr_fd = os::kInherit;
  const pid_t pid = os::Spawn(spec).value();
  pipe->write_end.Reset();
  std::string said(name.size() + 1, ' ');
  EXPECT_EQ(read(pipe->read_end.get(), said.data(), said.size()),
            static_cast<ssize_t>(said.size()));
  EXPECT_EQ(said, name + "\n");
  const auto lives = [&] {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string command = ReadAll(entry.path() / "cmdline");
      if (command.find("host_init.sh") != std::string::npos &&
          command.find(name) != std::string::npos) {
        return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(lives());
  kill(pid, SIGKILL);
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  os::SignalGroup(pid, SIGKILL);
  for (int look = 0; look < 1000 && lives(); ++look) {
    poll(nullptr, 0, 10);
  }
  EXPECT_FALSE(lives());
  EXPECT_TRUE(std::filesystem::is_empty("/run/odu-test-hosts"));
}

}  // namespace
}  // namespace hosts
