#include "provision/host_shell.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "os/file_system.h"
#include "provision/local_sshd.h"

namespace provision {
namespace {

ScriptCall Call(std::string body) {
  ScriptCall call;
  call.body = std::move(body);
  call.step = "testing";
  return call;
}

/// Plain files in a directory: what marks are, and sockets are not.
int FilesIn(const std::string& path) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    count += entry.is_regular_file() ? 1 : 0;
  }
  return count;
}

/// A pipe to a plain local shell.
class PipeShell : public testing::Test {
 protected:
  HostResult<ScriptResult> Run(ScriptCall call, std::vector<std::string> command = {"env"}) {
    HostShell shell(world.world, *HostAddress::Pipe(std::move(command)));
    return world.loop.Run(shell.Run(std::move(call)));
  }
  support::TempDir state;
  TestWorld world{"ssh", state.path()};
};

TEST_F(PipeShell, AScriptRunsAndSaysWhatItSays) {
  const auto result = Run(Call("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result.has_value()) << result.error().error.message();
  EXPECT_EQ(result->status, 3);
  EXPECT_EQ(result->output, "out\n");
  EXPECT_EQ(result->noise, "");
  EXPECT_TRUE(result->errors.contains("err"));
}

TEST_F(PipeShell, APayloadFollowsTheScriptThroughAShellThatReadsInBlocks) {
  const support::TempDir dir;
  const std::string bytes = std::string(3'000'000, 'x') + "end";
  dir.Write("payload", bytes);
  for (const std::vector<std::string>& way :
       {std::vector<std::string>{"env"}, {"busybox"}, {"bash", "-c", "exec dash -s", "x"}}) {
    ScriptCall call = Call("cat > " + (dir / "copy") + "; wc -c < " + (dir / "copy"));
    call.payload = os::Fd(open((dir / "payload").c_str(), O_RDONLY | O_CLOEXEC));
    uint64_t sent = 0;
    call.on_sent = [&sent](uint64_t bytes_sent) { sent = bytes_sent; };
    const auto result = Run(std::move(call), way);
    ASSERT_TRUE(result.has_value()) << way[0];
    EXPECT_EQ(sent, bytes.size());
    EXPECT_EQ(dir.Read("copy"), bytes) << way[0];
  }
}

TEST_F(PipeShell, LinesComeWhileItRuns) {
  std::vector<std::string> lines;
  ScriptCall call = Call("echo a; echo b");
  call.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  ASSERT_TRUE(Run(std::move(call)).has_value());
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "b"}));
}

TEST_F(PipeShell, ACommandThatReachesNoShellIsARemoteFaultWithItsWords) {
  const auto result = Run(Call("echo out"), {"sh", "-c", "echo no such pod >&2; exit 1", "x"});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kRemote);
  EXPECT_TRUE(result.error().error.message().contains("no such pod"))
      << result.error().error.message();
}

TEST_F(PipeShell, ACommandThatDoesNotExistIsNotTriedAgain) {
  const auto result = Run(Call("echo out"), {"/no/such/program"});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kPlace);
}

TEST_F(PipeShell, APipeThatBreaksInTheMiddleIsTheNetwork) {
  const auto result = Run(Call("echo half; kill -9 $PPID; kill -9 $$"), {"sh", "-c", "sh -s", "x"});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kNetwork);
}

TEST_F(PipeShell, EndlessOutputIsCutOff) {
  ScriptCall call = Call("cat /dev/zero");
  call.output_limit = 1000;
  const auto result = Run(std::move(call));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().error.code(), "too_large");
}

TEST_F(PipeShell, AShellThatPrintsAndEchoesIsUnderstood) {
  // A pseudo-terminal echoes what it is told and ends lines its own way.
  const auto result =
      Run(Call("echo out"), {"sh", "-c", "echo Welcome; exec script -qec 'sh -s' /dev/null", "x"});
  ASSERT_TRUE(result.has_value()) << result.error().error.message();
  EXPECT_EQ(result->output, "out\n");
  EXPECT_TRUE(result->noise.starts_with("Welcome\n"));
}

/// The real ssh and sshd.
class SshShell : public testing::Test {
 protected:
  HostResult<ScriptResult> Run(const char* host, ScriptCall call) {
    HostShell shell(world.world, *HostAddress::Ssh(host));
    return world.loop.Run(shell.Run(std::move(call)));
  }
  LocalSshd sshd;
  TestWorld world{sshd.ssh(), sshd.dir() / "state"};
};

TEST_F(SshShell, AScriptRunsThere) {
  const auto result = Run("good", Call("echo $SSH_CONNECTION; exit 3"));
  ASSERT_TRUE(result.has_value()) << result.error().error.message();
  EXPECT_TRUE(result->output.starts_with("127.0.0.1 "));
  EXPECT_EQ(result->status, 3);
}

TEST_F(SshShell, TheSecondScriptGoesOverTheFirstOnesConnection) {
  HostShell shell(world.world, *HostAddress::Ssh("good"));
  const auto first = world.loop.Run(shell.Run(Call("echo $SSH_CONNECTION")));
  const auto second = world.loop.Run(shell.Run(Call("echo $SSH_CONNECTION")));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->output, second->output);
  world.loop.Run(shell.Forget());
  const auto third = world.loop.Run(shell.Run(Call("echo $SSH_CONNECTION")));
  ASSERT_TRUE(third.has_value());
  EXPECT_NE(first->output, third->output);
  world.loop.Run(shell.Forget());
  EXPECT_TRUE(std::filesystem::is_empty(world.world.state_dir + "/ssh"));
}

TEST_F(SshShell, ACopyHasAConnectionOfItsOwn) {
  HostShell shell(world.world, *HostAddress::Ssh("good"));
  const auto talk = world.loop.Run(shell.Run(Call("echo $SSH_CONNECTION")));
  ScriptCall call = Call("echo $SSH_CONNECTION; wc -c");
  call.payload = os::Fd(open("/bin/sh", O_RDONLY | O_CLOEXEC));
  call.copying = true;
  const auto copy = world.loop.Run(shell.Run(std::move(call)));
  ASSERT_TRUE(talk.has_value() && copy.has_value());
  EXPECT_FALSE(copy->output.starts_with(talk->output.substr(0, talk->output.find('\n'))));
  world.loop.Run(shell.Forget());
}

struct Refusal {
  const char* host;
  FaultPhase phase;
  const char* words;
  bool authentication = false;
};

TEST_F(SshShell, EachRefusalIsTheRightPhaseWithItsWordsAndARemedy) {
  for (const Refusal& refusal :
       {Refusal{"closed-port", FaultPhase::kNetwork, "Connection refused"},
        Refusal{"no-name", FaultPhase::kNetwork, "no-such-host.invalid"},
        Refusal{"unknown-key", FaultPhase::kRemote, "Host key verification failed"},
        Refusal{"changed-key", FaultPhase::kRemote, "REMOTE HOST IDENTIFICATION HAS CHANGED"},
        // The server offers a password too: nobody is asked for one.
        Refusal{"wrong-key", FaultPhase::kRemote, "Permission denied", true}}) {
    const auto result = Run(refusal.host, Call("echo out"));
    ASSERT_FALSE(result.has_value()) << refusal.host;
    const HostFault& fault = result.error();
    EXPECT_EQ(fault.phase, refusal.phase) << refusal.host << ": " << fault.error.message();
    EXPECT_TRUE(fault.error.message().contains(refusal.words)) << fault.error.message();
    EXPECT_EQ(fault.authentication, refusal.authentication) << refusal.host;
    EXPECT_FALSE(fault.error.hint().empty());
    EXPECT_EQ(FilesIn(world.world.state_dir + "/ssh"), 0) << refusal.host;
  }
}

TEST_F(SshShell, ALinkThatIsCutInTheMiddleIsTheNetwork) {
  HostShell shell(world.world, *HostAddress::Ssh("good"));
  ScriptCall call = Call("echo going; exec sleep 1000");
  call.on_line = [this](std::string_view) { sshd.EndSessions(); };
  const auto result = world.loop.Run(shell.Run(std::move(call)));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kNetwork) << result.error().error.message();
  const auto again = world.loop.Run(shell.Run(Call("echo back")));
  ASSERT_TRUE(again.has_value()) << again.error().error.message();
  EXPECT_EQ(again->output, "back\n");
  world.loop.Run(shell.Forget());
}

TEST_F(SshShell, ConfigurationThatSshRefusesIsAPersonsToFix) {
  sshd.dir().Write("ssh_config", "NoSuchOption yes\n");
  const auto result = Run("good", Call("echo out"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kPlace);
  EXPECT_EQ(result.error().error.code(), "ssh_config");
}

TEST_F(SshShell, ABlockMadeForAPersonsTerminalDoesNotGetInTheWay) {
  sshd.dir().Write("ssh_config",
                   "Host *\n  RemoteCommand tmux attach\n  RequestTTY force\n"
                   "  LocalForward 1 localhost:1\n  ExitOnForwardFailure yes\n" +
                       sshd.dir().Read("ssh_config"));
  const auto result = Run("good", Call("echo out"));
  ASSERT_TRUE(result.has_value()) << result.error().error.message();
  EXPECT_EQ(result->output, "out\n");
}

TEST_F(SshShell, TheUsersOwnKnownHostsCommandStillDecides) {
  sshd.dir().Write("keys.sh",
                   "#!/bin/sh\necho \"$@\" >> " + (sshd.dir() / "asked") + "\ncat " +
                       (sshd.dir() / "known") + "\n",
                   0755);
  std::string config = sshd.dir().Read("ssh_config");
  sshd.dir().Write("ssh_config", "Host unknown-key\n  KnownHostsCommand " +
                                     (sshd.dir() / "keys.sh") + " \"a b\" %H\n" + config);
  const auto result = Run("unknown-key", Call("echo out"));
  ASSERT_TRUE(result.has_value()) << result.error().error.message();
  EXPECT_TRUE(sshd.dir().Read("asked").contains("a b [127.0.0.1]:")) << sshd.dir().Read("asked");
}

TEST_F(SshShell, AStateDirectoryWithALongAndBlankPathWorks) {
  const std::string deep = sshd.dir() / (std::string(200, 'd') + " \"x\"/state");
  ASSERT_TRUE(os::MakeDirs(deep).has_value());
  world.world.state_dir = deep;
  HostShell shell(world.world, *HostAddress::Ssh("good"));
  ASSERT_TRUE(world.loop.Run(shell.Run(Call("true"))).has_value());
  EXPECT_FALSE(std::filesystem::is_empty(deep + "/ssh")) << "the shared connection is there";
  world.loop.Run(shell.Forget());
  EXPECT_TRUE(std::filesystem::is_empty(deep + "/ssh"));
}

TEST(SshShells, ALoginThatStartsNoCommandIsARemoteFault) {
  LocalSshd sshd({.extra_config = "MaxSessions 0\n"});
  TestWorld world(sshd.ssh(), sshd.dir() / "state");
  HostShell shell(world.world, *HostAddress::Ssh("good"));
  const auto result = world.loop.Run(shell.Run(Call("true")));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kRemote) << result.error().error.message();
  world.loop.Run(shell.Forget());
}

TEST(SshShells, AForcedCommandsWordsAreShown) {
  LocalSshd sshd({.extra_config = "ForceCommand echo This account is not available.; exit 1\n"});
  TestWorld world(sshd.ssh(), sshd.dir() / "state");
  HostShell shell(world.world, *HostAddress::Ssh("good"));
  const auto result = world.loop.Run(shell.Run(Call("true")));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().phase, FaultPhase::kRemote);
  EXPECT_TRUE(result.error().error.message().contains("This account is not available."))
      << result.error().error.message();
  world.loop.Run(shell.Forget());
}

TEST(SshShells, EveryLoginShellAndItsNoiseIsPassedThrough) {
  for (const char* login : {"/usr/bin/fish", "/bin/tcsh", "/usr/bin/zsh", "/bin/dash"}) {
    LocalSshd sshd({.shell = login, .force_shell = true, .extra_config = "Banner /etc/hostname\n"});
    for (const char* file : {".bashrc", ".cshrc", ".tcshrc", ".zshenv"}) {
      sshd.dir().Write(std::string("home/") + file, "echo noise from the profile\n");
    }
    sshd.dir().Write("home/.config/fish/config.fish", "echo noise from the profile\n");
    TestWorld world(sshd.ssh(), sshd.dir() / "state");
    HostShell shell(world.world, *HostAddress::Ssh("good"));
    const auto result = world.loop.Run(shell.Run(Call("echo out")));
    ASSERT_TRUE(result.has_value()) << login << result.error().error.message();
    EXPECT_EQ(result->output, "out\n") << login;
    EXPECT_TRUE(result->noise.contains("noise")) << login;
    world.loop.Run(shell.Forget());
  }
}

}  // namespace
}  // namespace provision
