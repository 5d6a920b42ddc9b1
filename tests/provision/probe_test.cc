#include "provision/probe.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/environment.h"
#include "provision/far_script.h"
#include "support/cli.h"
#include "support/temp_dir.h"

namespace provision {
namespace {

AgentSpec Spec() {
  AgentSpec spec;
  spec.name = "odu-runner";
  spec.companions.push_back(Companion{"git", "1.0", {}});
  spec.companions.push_back(Companion{"no-such-tool", "1.0", {}});
  return spec;
}

struct Asked {
  std::string shell = "/bin/bash";
  bool make_folder = true;
  std::string remote_dir;  ///< of the login environment
  std::vector<std::string> command{"sh", "-s"};
};

base::Result<ProbeAnswer> Ask(const std::string& home, const Asked& asked = {}) {
  const AgentSpec spec = Spec();
  support::CliCall call;
  call.argv = asked.command;
  call.stdin_text = FramedScript(
      "0123456789abcdef", InLoginShell(ProbeScript(ProbeRequest{spec, asked.make_folder}, "s1")));
  call.extra_environment = {"HOME=" + home, "SHELL=" + asked.shell, "ENV="};
  if (!asked.remote_dir.empty()) {
    call.extra_environment.push_back("ODU_REMOTE_DIR=" + asked.remote_dir);
  }
  const support::CliResult said = support::RunCli(call);
  const FramedOutput framed = ParseFramed(said.stdout_text, "0123456789abcdef");
  EXPECT_EQ(framed.status, 0) << said;
  return ParseProbe(framed.body, spec);
}

std::string TroubleOf(const base::Result<ProbeAnswer>& answer) {
  if (!answer) {
    return "error: " + answer.error().message();
  }
  return answer->trouble ? answer->trouble->what : "none";
}

mode_t ModeOf(const std::string& path) {
  struct stat found{};
  return lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

/// A small file system that is gone with the object; not there without root.
class Mounted {
 public:
  Mounted(std::string path, const char* options, unsigned long flags = 0) : path_(std::move(path)) {
    mkdir(path_.c_str(), 0700);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", flags, options) == 0;
  }
  ~Mounted() {
    if (mounted_) {
      umount2(path_.c_str(), MNT_DETACH);
    }
  }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  explicit operator bool() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST(Probe, AFreshHomeGetsItsFolderAndTellsWhatItIs) {
  const support::TempDir home;
  const auto answer = Ask(home.path());
  ASSERT_EQ(TroubleOf(answer), "none");
  const HostFacts& facts = answer->facts;
  EXPECT_EQ(facts.dir, home / ".cache/odu");
  EXPECT_EQ(ModeOf(facts.dir), 0700U);
  EXPECT_EQ(facts.home, home.path());
  EXPECT_EQ(facts.shell, "/bin/bash");
  EXPECT_TRUE(facts.login_environment);
  EXPECT_TRUE(facts.system.ends_with("-linux")) << facts.system;
  EXPECT_TRUE(facts.git.starts_with("git version"));
  EXPECT_TRUE(facts.tar.starts_with("tar"));
  EXPECT_GT(facts.free_bytes, 0U);
  EXPECT_EQ(facts.cpus, sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_EQ(facts.user, getpwuid(getuid())->pw_name);
  EXPECT_TRUE(answer->present.empty());
  ASSERT_TRUE(answer->companions.contains("git"));
  EXPECT_TRUE(answer->companions.at("git").path.starts_with("/"));
  EXPECT_FALSE(answer->companions.contains("no-such-tool"));
}

TEST(Probe, EveryShellOfAHostAnswersTheSame) {
  for (const std::vector<std::string>& shell :
       {std::vector<std::string>{"dash", "-s"}, {"bash", "-s"}, {"busybox", "sh", "-s"}}) {
    for (const char* login : {"/usr/bin/fish", "/usr/bin/zsh", "/bin/tcsh", "/bin/dash"}) {
      const support::TempDir home;
      const auto answer = Ask(home.path(), {.shell = login, .command = shell});
      ASSERT_EQ(TroubleOf(answer), "none") << shell[0] << " " << login;
      EXPECT_EQ(answer->facts.dir, home / ".cache/odu");
      EXPECT_EQ(answer->facts.login_environment, std::string(login) != "/bin/tcsh") << login;
    }
  }
}

TEST(Probe, TheLoginEnvironmentSaysWhereTheFolderIs) {
  const support::TempDir home;
  const support::TempDir other;
  home.Write(".bash_profile", "export ODU_REMOTE_DIR=" + other.path() + "/deep/odu\necho hi\n");
  const auto answer = Ask(home.path());
  ASSERT_EQ(TroubleOf(answer), "none");
  EXPECT_EQ(answer->facts.dir, other / "deep/odu");
  EXPECT_EQ(access((home / ".cache").c_str(), F_OK), -1);
}

TEST(Probe, ATildeInTheVariableIsTheHome) {
  const support::TempDir home;
  const auto answer = Ask(home.path(), {.remote_dir = "~/place/"});
  ASSERT_EQ(TroubleOf(answer), "none");
  EXPECT_EQ(answer->facts.dir, home / "place");
}

TEST(Probe, LookingOnlyMakesNothing) {
  const support::TempDir home;
  const auto answer = Ask(home.path(), {.make_folder = false});
  ASSERT_EQ(TroubleOf(answer), "none");
  EXPECT_EQ(answer->facts.dir, home / ".cache/odu");
  EXPECT_EQ(access((home / ".cache").c_str(), F_OK), -1);
}

TEST(Probe, WhatLiesThereAlreadyIsNamed) {
  const support::TempDir home;
  mkdir((home / ".cache").c_str(), 0755);
  mkdir((home / ".cache/odu").c_str(), 0700);
  home.Write(".cache/odu/bin/odu-runner-aa", "x", 0700);
  home.Write(".cache/odu/bin/not-executable", "x", 0600);
  home.Write(".cache/odu/bin/bad name", "x", 0700);
  const auto answer = Ask(home.path());
  ASSERT_EQ(TroubleOf(answer), "none");
  EXPECT_EQ(answer->present, (std::set<std::string>{"odu-runner-aa"}));
}

TEST(Probe, AFolderOfOursThatIsOpenIsClosed) {
  const support::TempDir home;
  mkdir((home / ".cache").c_str(), 0755);
  mkdir((home / ".cache/odu").c_str(), 0755);
  ASSERT_EQ(TroubleOf(Ask(home.path())), "none");
  EXPECT_EQ(ModeOf(home / ".cache/odu"), 0700U);
  EXPECT_EQ(ModeOf(home / ".cache"), 0755U) << "what is not ours alone stays as it is";
}

TEST(Probe, AnOpenFolderThatSomebodyChoseIsNotTouched) {
  const support::TempDir home;
  const support::TempDir other;
  chmod(other.path().c_str(), 0755);
  const auto answer = Ask(home.path(), {.remote_dir = other.path()});
  ASSERT_EQ(TroubleOf(answer), "open");
  EXPECT_EQ(ModeOf(other.path()), 0755U);
  const HostFault fault = FaultOf(*answer->trouble, Spec());
  EXPECT_EQ(fault.phase, FaultPhase::kPlace);
  EXPECT_EQ(fault.error.code(), "unsafe_folder");
  EXPECT_TRUE(fault.error.hint().contains("ODU_REMOTE_DIR"));
}

TEST(Probe, ASymlinkOnTheWayIsRefusedByName) {
  for (const char* link : {".cache", ".cache/odu"}) {
    const support::TempDir home;
    const support::TempDir elsewhere;
    if (std::string(link) != ".cache") {
      mkdir((home / ".cache").c_str(), 0700);
    }
    ASSERT_EQ(symlink(elsewhere.path().c_str(), (home / link).c_str()), 0);
    const auto answer = Ask(home.path());
    ASSERT_EQ(TroubleOf(answer), "symlink");
    EXPECT_EQ(answer->trouble->where, home / link);
    EXPECT_EQ(access((elsewhere / "odu").c_str(), F_OK), -1);
  }
}

TEST(Probe, ASymlinkedHomeIsTheMachinesOwnAffair) {
  const support::TempDir real;
  const support::TempDir beside;
  ASSERT_EQ(symlink(real.path().c_str(), (beside / "home").c_str()), 0);
  const auto answer = Ask(beside / "home");
  ASSERT_EQ(TroubleOf(answer), "none");
  EXPECT_EQ(answer->facts.dir, real / ".cache/odu");
}

TEST(Probe, AFileInTheWayIsRefused) {
  const support::TempDir home;
  home.Write(".cache", "x");
  EXPECT_EQ(TroubleOf(Ask(home.path())), "file");
}

TEST(Probe, OnlyAnAbsolutePathWithoutDotsIsAFolder) {
  const support::TempDir home;
  EXPECT_EQ(TroubleOf(Ask(home.path(), {.remote_dir = "relative/odu"})), "relative");
  EXPECT_EQ(TroubleOf(Ask(home.path(), {.remote_dir = home / "a/../b"})), "dots");
}

TEST(Probe, AnotherUsersFolderIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "giving a file away needs root";
  }
  const support::TempDir home;
  mkdir((home / ".cache").c_str(), 0700);
  mkdir((home / ".cache/odu").c_str(), 0700);
  ASSERT_EQ(chown((home / ".cache/odu").c_str(), 12345, 12345), 0);
  EXPECT_EQ(TroubleOf(Ask(home.path())), "owner");
}

TEST(Probe, AHomeThatRunsNoProgramsIsRefused) {
  const support::TempDir home;
  const Mounted mounted(home / ".cache", "mode=0700", MS_NOEXEC);
  if (!mounted) {
    GTEST_SKIP() << "mounting needs root";
  }
  const auto answer = Ask(home.path());
  ASSERT_EQ(TroubleOf(answer), "noexec");
  const HostFault fault = FaultOf(*answer->trouble, Spec());
  EXPECT_EQ(fault.error.code(), "noexec_folder");
  EXPECT_TRUE(fault.error.hint().contains("ODU_REMOTE_DIR"));
}

TEST(Probe, AHomeThatRunsNoProgramsAnyMoreIsRefusedThoughOursAreThere) {
  const support::TempDir home;
  const Mounted mounted(home / ".cache", "mode=0700", MS_NOEXEC);
  if (!mounted) {
    GTEST_SKIP() << "mounting needs root";
  }
  mkdir((home / ".cache/odu").c_str(), 0700);
  mkdir((home / ".cache/odu/bin").c_str(), 0700);
  home.Write(".cache/odu/bin/agent", "#!/bin/sh\n");
  ASSERT_EQ(chmod((home / ".cache/odu/bin/agent").c_str(), 0755), 0);
  EXPECT_EQ(TroubleOf(Ask(home.path())), "noexec");
}

TEST(Probe, AReadOnlyHomeIsRefused) {
  const support::TempDir home;
  const Mounted mounted(home / ".cache", "mode=0700", MS_RDONLY);
  if (!mounted) {
    GTEST_SKIP() << "mounting needs root";
  }
  const auto answer = Ask(home.path());
  ASSERT_EQ(TroubleOf(answer), "make");
  const HostFault fault = FaultOf(*answer->trouble, Spec());
  EXPECT_EQ(fault.error.code(), "unwritable_folder");
  EXPECT_TRUE(fault.error.message().contains("Read-only file system")) << fault.error.message();
}

TEST(Probe, AFullDiskIsRefused) {
  const support::TempDir home;
  const Mounted mounted(home / ".cache", "mode=0700,size=64k");
  if (!mounted) {
    GTEST_SKIP() << "mounting needs root";
  }
  mkdir((home / ".cache/odu").c_str(), 0700);
  home.Write(".cache/fill", std::string(64 << 10, 'x'));
  const auto answer = Ask(home.path());
  ASSERT_EQ(TroubleOf(answer), "write");
  EXPECT_EQ(FaultOf(*answer->trouble, Spec()).error.code(), "unwritable_folder");
}

TEST(Probe, NothingInTheAnswerIsBelieved) {
  const AgentSpec spec = Spec();
  const std::string good = "kernel=Linux\nmachine=x86_64\ndir=/h/odu\ndone=1\n";
  ASSERT_TRUE(ParseProbe(good, spec).has_value());
  for (const std::string& bad :
       {std::string(), std::string("kernel=Linux\nmachine=x86_64\ndir=/h/odu\n"),
        std::string("kernel=../x\nmachine=x86_64\ndir=/h/odu\ndone=1\n"),
        std::string("kernel=Linux\nmachine=x86_64\ndir=relative\ndone=1\n"),
        std::string("kernel=Linux\nmachine=x86_64\ndir=/a\x1b[31m\ndone=1\n"),
        "dir=/" + std::string(5000, 'x') + "\nkernel=Linux\nmachine=x86_64\ndone=1\n",
        good + std::string(300 << 10, 'x')}) {
    const auto answer = ParseProbe(bad, spec);
    ASSERT_FALSE(answer.has_value()) << bad.substr(0, 100);
    EXPECT_EQ(answer.error().code(), "bad_answer");
  }
  const auto odd = ParseProbe(good +
                                  "cpus=-3\nload=nan\nfree_kib=99999999999999999999\n"
                                  "home=x\nshell=\nat.git=git\nhave=../../x\ntool.git=\x1b]0;x\n",
                              spec);
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(odd->facts.cpus, 0);
  EXPECT_EQ(odd->facts.load, 0);
  EXPECT_EQ(odd->facts.free_bytes, 0U);
  EXPECT_EQ(odd->facts.home, "");
  EXPECT_TRUE(odd->companions.empty());
  EXPECT_TRUE(odd->present.empty());
  EXPECT_FALSE(odd->facts.git.contains('\x1b'));
}

TEST(Probe, SystemsAreCalledAsNixCallsThem) {
  EXPECT_EQ(SystemOf("Linux", "x86_64"), "x86_64-linux");
  EXPECT_EQ(SystemOf("Linux", "amd64"), "x86_64-linux");
  EXPECT_EQ(SystemOf("Linux", "aarch64"), "aarch64-linux");
  EXPECT_EQ(SystemOf("Darwin", "arm64"), "aarch64-darwin");
  EXPECT_EQ(SystemOf("Linux", "i586"), "i686-linux");
  EXPECT_EQ(SystemOf("Linux", "armv7l"), "armv7l-linux");
  EXPECT_EQ(SystemOf("FreeBSD", "amd64"), "x86_64-freebsd");
  EXPECT_EQ(SystemOf("", "x86_64"), "");
  EXPECT_EQ(SystemOf("Linux", "a b"), "");
}

TEST(Probe, VersionsAreComparedNumberByNumber) {
  EXPECT_TRUE(IsAtLeast("just 1.57.0", "1.50"));
  EXPECT_TRUE(IsAtLeast("just 1.50.0", "1.50"));
  EXPECT_TRUE(IsAtLeast("just 1.50", "1.50.0"));
  EXPECT_TRUE(IsAtLeast("2.0", "1.50"));
  EXPECT_FALSE(IsAtLeast("just 1.9.3", "1.50"));
  EXPECT_FALSE(IsAtLeast("just", "1.50"));
  EXPECT_FALSE(IsAtLeast("", "1.50"));
}

}  // namespace
}  // namespace provision
