#include "odu/coordinator/ssh_agents.h"

#include <gtest/gtest.h>

#include <optional>

#include "os/unix_socket.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

class SshAgentsTest : public ::testing::Test {
 protected:
  std::string Agent(const std::string& name, std::optional<os::ListeningSocket>& socket) const {
    auto listening = os::ListenAt(dir_ / name);
    EXPECT_TRUE(listening);
    socket = std::move(*listening);
    return dir_ / name;
  }
  void Offer(const std::string& socket) {
    agents_.Offer(std::vector<std::string>{"A=1", "SSH_AUTH_SOCK=" + socket});
  }

  support::TempDir dir_;
  SshAgents agents_;
};

TEST_F(SshAgentsTest, TheNewestThatAnswersCounts) {
  EXPECT_EQ(agents_.Newest(), std::nullopt);
  std::optional<os::ListeningSocket> first_socket;
  std::optional<os::ListeningSocket> second_socket;
  const std::string first = Agent("first", first_socket);
  const std::string second = Agent("second", second_socket);
  Offer(first);
  Offer(second);
  EXPECT_EQ(agents_.Newest(), second);
  second_socket.reset();  // its terminal went, its name stays
  EXPECT_EQ(agents_.Newest(), first);
  first_socket.reset();
  EXPECT_EQ(agents_.Newest(), std::nullopt);
}

TEST_F(SshAgentsTest, OneThatIsOfferedAgainIsTheNewest) {
  std::optional<os::ListeningSocket> first_socket;
  std::optional<os::ListeningSocket> second_socket;
  const std::string first = Agent("first", first_socket);
  const std::string second = Agent("second", second_socket);
  Offer(first);
  Offer(second);
  Offer(first);
  EXPECT_EQ(agents_.Newest(), first);
}

TEST_F(SshAgentsTest, ACallerWithoutOneOrWithNonsenseChangesNothing) {
  std::optional<os::ListeningSocket> socket;
  const std::string only = Agent("only", socket);
  Offer(only);
  agents_.Offer(std::vector<std::string>{"HOME=/home/me"});
  Offer("");
  Offer("relative/agent");
  Offer(dir_ / "nobody");
  EXPECT_EQ(agents_.Newest(), only);
}

}  // namespace
}  // namespace odu::coordinator
