#include "odu/command/hosts_check.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "os/fd.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

class HostsCheckTest : public ::testing::Test {
 protected:
  HostsCheckTest() {
    hosts_.path = "/etc/hosts.json";
    look_.environment = os::Environment::Current();
    look_.state_dir = dir_ / "state";
    look_.time_scale = 20;
    look_.agent_for = [](const plan::HostEntry&) {
      provision::AgentSpec spec;
      spec.name = "odu-runner";
      spec.file_for = [](const std::string& system) -> base::Result<std::string> {
        if (system != "x86_64-linux") {
          return base::Fail(base::ErrorKind::kHost, "no_program_for_system", "none for " + system);
        }
        return std::string(ODU_BIN_DIR "/odu-runner");
      };
      return spec;
    };
  }
  void Add(std::string platform, std::string address, std::vector<std::string> command = {}) {
    plan::HostEntry entry;
    entry.platform = std::move(platform);
    entry.address = std::move(address);
    entry.command = std::move(command);
    hosts_.entries.push_back(std::move(entry));
  }

  support::TempDir dir_;
  plan::Hosts hosts_;
  HostLook look_;
};

TEST_F(HostsCheckTest, SaysOfEachHostWhatALaneWouldFind) {
  Add("x86_64-linux", "localhost");
  Add("i686-linux", "",
      {"env", "-i", "HOME=" + dir_.path(), "PATH=/usr/local/bin:/usr/bin:/bin", "SHELL=/bin/sh"});
  const auto checks = CheckHosts(hosts_, look_).checks;
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_TRUE(checks[0].usable());
  ASSERT_TRUE(checks[1].usable()) << checks[1].problem->message();
  EXPECT_FALSE(checks[1].runner_there);
  const std::string text = CheckText(hosts_, checks);
  EXPECT_NE(text.find("localhost"), std::string::npos);
  EXPECT_NE(text.find("ready: this machine"), std::string::npos) << text;
  EXPECT_NE(text.find("the runner would go there by copy"), std::string::npos) << text;
  EXPECT_NE(CheckJson(hosts_, checks).find("\"usable\":true"), std::string::npos);
}

TEST_F(HostsCheckTest, AHostOfAnotherSystemIsNotUsable) {
  Add("riscv64-linux", "localhost");
  Add("aarch64-linux", "",
      {"env", "-i", "HOME=" + dir_.path(), "PATH=/usr/local/bin:/usr/bin:/bin", "SHELL=/bin/sh"});
  const auto checks = CheckHosts(hosts_, look_).checks;
  ASSERT_EQ(checks.size(), 2U);
  for (const HostCheck& check : checks) {
    ASSERT_FALSE(check.usable()) << check.entry.platform;
    EXPECT_EQ(check.problem->code(), "wrong_system");
  }
  const std::string text = CheckText(hosts_, checks);
  EXPECT_NE(text.find("the lane is aarch64-linux"), std::string::npos) << text;
}

TEST_F(HostsCheckTest, AHostThatDoesNotAnswerIsNotUsableAndTheOthersAreToldAllTheSame) {
  Add("i686-linux", "", {"/bin/false"});
  Add("x86_64-linux", "localhost");
  const auto checks = CheckHosts(hosts_, look_).checks;
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_FALSE(checks[0].usable());
  EXPECT_TRUE(checks[1].usable());
  EXPECT_NE(CheckText(hosts_, checks).find("not usable: "), std::string::npos);
  EXPECT_NE(CheckJson(hosts_, checks).find("\"usable\":false"), std::string::npos);
}

TEST_F(HostsCheckTest, ASignalEndsTheLookAndWhatItStarted) {
  const std::string fifo = dir_ / "pid";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  Add("i686-linux", "", {"/bin/sh", "-c", "echo $$ >" + fifo + "; exec sleep 301"});
  pid_t started = 0;
  std::thread user([&] {
    const auto file = os::OpenFile(fifo, O_RDONLY);
    std::string text(64, '\0');
    text.resize(os::ReadSome(file->get(), text).value());
    started = static_cast<pid_t>(std::stol(text));
    kill(getpid(), SIGTERM);
  });
  const Looked looked = CheckHosts(hosts_, look_);
  user.join();
  EXPECT_TRUE(looked.interrupted);
  int status = 0;
  const pid_t ended = waitpid(started, &status, 0);
  EXPECT_TRUE(ended < 0 || WIFSIGNALED(status)) << status;
}

}  // namespace
}  // namespace odu::command
