#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "e2e/remote_fixture.h"

/// Any byte pipe is a host: what others have made to start a shell somewhere.
namespace odu {
namespace {

using support::CliResult;

class Venues : public RemoteFixture {
 protected:
  Venues() { EXPECT_TRUE(os::MakeDirs(far_home_, 0700)); }

  /// A host behind `words` (JSON strings with a comma after each), with a home of its own.
  void Behind(const std::string& words) {
    Hosts("{\"" + std::string(kThere) + R"(":{"command":[)" + words + R"("env","-i","HOME=)" +
          far_home_ + R"(","SHELL=/bin/sh","PATH=/usr/local/bin:/usr/bin:/bin"]}})");
  }
  /// A run of two recipes there, of a commit that is nowhere else, is green; what the first said.
  std::string Said(const std::string& recipe) {
    const std::string sha = Justfile("[metadata(\"ci\")]\nci: where after\nwhere:\n  @" + recipe +
                                     "\nafter: where\n  @git rev-parse HEAD\n");
    const CliResult result = Odu(Words());
    EXPECT_EQ(result.exit_code, 0) << result << LogThere(sha, "_ci-setup");
    EXPECT_EQ(LogThere(sha, "after"), sha + "\n");
    return LogThere(sha, "where");
  }
  static bool Installed(const char* program) {
    return support::RunCli({.argv = {"sh", "-c", std::string("command -v ") + program}})
               .exit_code == 0;
  }

  const std::string far_home_ = root_ / "far";
};

TEST_F(Venues, ALaneBehindUnshareIsInItsNamespaces) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "a new network namespace needs root";
  }
  Behind(R"("unshare","--net","--uts","--",)");
  std::string ours(64, '\0');
  const ssize_t size = readlink("/proc/self/ns/net", ours.data(), ours.size());
  ASSERT_GT(size, 0);
  ours.resize(static_cast<size_t>(size));
  const std::string theirs = Said("readlink /proc/self/ns/net");
  EXPECT_TRUE(theirs.starts_with("net:[")) << theirs;
  EXPECT_NE(theirs, ours + "\n");
}

TEST_F(Venues, ALaneBehindBubblewrapIsInItsSandbox) {
  if (!Installed("bwrap")) {
    GTEST_SKIP() << "there is no bwrap (script/bootstrap --tests)";
  }
  Behind(R"("bwrap","--ro-bind","/","/","--dev","/dev","--proc","/proc","--unshare-pid",)"
         R"("--unshare-net","--die-with-parent","--bind",")" +
         far_home_ + "\",\"" + far_home_ + "\",");
  // What is outside is read-only, and none of its processes can be seen.
  const std::string said = Said("touch " + repo() + "/x 2>/dev/null || echo sealed; ls /proc/" +
                                std::to_string(getpid()) + "/root 2>/dev/null || echo alone");
  EXPECT_TRUE(said == "sealed\nalone\n") << said;
}

TEST_F(Venues, ALaneBehindSshThatIsGivenAsACommand) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  network.Add("ant");
  Hosts("{\"" + std::string(kThere) +
        R"(":{"command":["ssh","-o","BatchMode=yes","-p","22","ci@ant"]}})");
  EXPECT_EQ(Said("hostname; id -un"), "ant\nci\n");
}

/// `script/test --slurm` makes the Slurm that this needs.
TEST_F(Venues, ALaneBehindSrunIsAJobOfTheSlurmThere) {
  const char* conf = std::getenv("SLURM_CONF");
  if (std::getenv("ODU_TEST_SLURM") == nullptr || conf == nullptr) {
    GTEST_SKIP() << "no Slurm (script/test --slurm)";
  }
  Hosts("{\"" + std::string(kThere) + R"(":{"command":["env","SLURM_CONF=)" + conf +
        R"(","srun","--quiet","--ntasks=1","--job-name=a-lane","env","HOME=)" + far_home_ +
        R"("]}})");
  const std::string said = Said("test -n \"$SLURM_JOB_ID\"; echo $SLURM_JOB_NAME");
  EXPECT_EQ(said, "a-lane\n");
  // The allocation ends with the pipe.
  CloseRun();
  EXPECT_TRUE(support::Eventually([&] {
    return support::RunCli({.argv = {"env", std::string("SLURM_CONF=") + conf, "squeue", "-h"}})
        .stdout_text.empty();
  }));
}

}  // namespace
}  // namespace odu
