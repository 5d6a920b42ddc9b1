#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "os/unix_socket.h"
#include "support/checkout_fixture.h"

/// What may be wrong with `.ci` and with what is said to the socket in it: a clear answer, and the
/// coordinator and everybody else are none the worse.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;
using support::Program;

constexpr std::string_view kGreen = "[metadata(\"ci\")]\nci: build\nbuild:\n  @echo built\n";

class BadDoor : public support::CheckoutFixture {
 protected:
  std::string Ci() const { return repo() + "/.ci"; }
  std::string Socket() const { return Ci() + "/odu.sock"; }
  static void Remove(const std::string& path) { static_cast<void>(os::RemoveTree(path).value()); }
  static void MakeDir(const std::string& path) { static_cast<void>(os::MakeDirs(path).value()); }

  /// `odu run` cannot be carried out: one error that names `what`, and a hint; nothing started.
  void ExpectRefused(const std::string& what) const {
    const CliResult said = Run({"--no-strict"});
    EXPECT_TRUE(said.exit_code == 2 || said.exit_code == 3) << said;
    EXPECT_EQ(said.stdout_text, "");
    EXPECT_TRUE(said.stderr_text.starts_with("odu: ")) << said;
    EXPECT_NE(said.stderr_text.find(what), std::string::npos) << said;
    EXPECT_NE(said.stderr_text.find("\n  "), std::string::npos) << "no hint: " << said;
    EXPECT_TRUE(RunFolders().empty());
    EXPECT_TRUE(Eventually([this] { return CoordinatorPid() == 0; }));
  }

  /// A live run to which somebody says `bytes` (again and again, `times`), and how it ends.
  void ExpectUnmoved(const std::string& bytes, size_t times = 1, bool close_at_once = true) {
    Justfile("[metadata(\"ci\")]\nci: node\nnode:\n  @until [ -e " + Mark("go") +
             " ]; do sleep 0.02; done; echo done\n");
    const auto run = Start(RunWords());
    ASSERT_TRUE(UntilNode("node", "running"));
    const auto follower = Start({"attach"});
    ASSERT_TRUE(Eventually([&] { return !follower->Out().empty(); }));
    const pid_t coordinator = CoordinatorPid();
    auto fd = os::ConnectTo(Socket());
    ASSERT_TRUE(fd) << fd.error().message();
    fcntl(fd->get(), F_SETFL, fcntl(fd->get(), F_GETFL) & ~O_NONBLOCK);
    for (size_t i = 0; i < times; ++i) {
      // It may be cut off on the way, and has to be if it never ends.
      if (send(fd->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        break;
      }
    }
    if (close_at_once) {
      *fd = os::Fd();
    }
    EXPECT_EQ(StatusOfNode("node"), "running");
    EXPECT_EQ(CoordinatorPid(), coordinator);
    PutMark("go");
    const CliResult said = run->Wait();
    EXPECT_EQ(said.exit_code, 0) << said;
    EXPECT_EQ(follower->Wait().exit_code, 0);
    EXPECT_EQ(CoordinatorPid(), coordinator);
  }
};

TEST_F(BadDoor, CiThatIsAFileIsRefusedAndKept) {
  Justfile(kGreen);
  Write(".ci", "mine");
  ExpectRefused(".ci");
  EXPECT_EQ(os::ReadFile(Ci(), 100).value(), "mine");
}

TEST_F(BadDoor, CiThatIsASymlinkIsNotFollowed) {
  Justfile(kGreen);
  const std::string elsewhere = root_ / "elsewhere";
  MakeDir(elsewhere);
  ASSERT_EQ(symlink(elsewhere.c_str(), Ci().c_str()), 0);
  ExpectRefused(".ci");
  EXPECT_TRUE(os::ListDir(elsewhere).value().empty());
}

TEST_F(BadDoor, CiThatIsADanglingSymlinkIsNotFollowed) {
  Justfile(kGreen);
  ASSERT_EQ(symlink((root_ / "nowhere").c_str(), Ci().c_str()), 0);
  ExpectRefused(".ci");
  EXPECT_FALSE(os::Exists(root_ / "nowhere"));
}

TEST_F(BadDoor, ASocketNameThatIsAFileIsRefusedAndKept) {
  Justfile(kGreen);
  MakeDir(Ci());
  Write(".ci/odu.sock", "mine");
  ExpectRefused("odu.sock");
  EXPECT_EQ(os::ReadFile(Socket(), 100).value(), "mine");
}

TEST_F(BadDoor, ASocketNameThatIsADirectoryIsRefusedAndKept) {
  Justfile(kGreen);
  MakeDir(Socket());
  ExpectRefused("odu.sock");
  EXPECT_TRUE(os::Exists(Socket()));
}

TEST_F(BadDoor, ASocketNameThatIsASymlinkIsRefusedAndKept) {
  Justfile(kGreen);
  MakeDir(Ci());
  ASSERT_EQ(symlink((root_ / "nowhere").c_str(), Socket().c_str()), 0);
  ExpectRefused("odu.sock");
  EXPECT_FALSE(os::Exists(root_ / "nowhere"));
}

TEST_F(BadDoor, AStaleSocketIsReplaced) {
  Justfile(kGreen);
  MakeDir(Ci());
  {
    auto listener = os::ListenAt(Socket());
  }
  const CliResult said = Run({"--no-strict"});
  EXPECT_EQ(said.exit_code, 0) << said;
}

TEST_F(BadDoor, ATrackedCiKeepsItsModeAndItsFiles) {
  Write(".ci/notes.txt", "ours");
  ASSERT_EQ(chmod(Ci().c_str(), 0755), 0);
  const std::string sha = Justfile(kGreen);
  const CliResult first = Run();
  EXPECT_EQ(first.exit_code, 0) << first;
  const CliResult second = Run();
  EXPECT_EQ(second.exit_code, 0) << second;
  EXPECT_EQ(os::StatusOf(Ci()).value().mode, 0755U);
  EXPECT_FALSE(os::Exists(Ci() + "/.gitignore"));
  EXPECT_TRUE(os::Exists(CiLog(sha, "build")));
  EXPECT_EQ(Git({"status", "--porcelain"}).stdout_text, "");
}

TEST_F(BadDoor, ATrackedFileWhereTheSocketBelongsIsRefusedAndKept) {
  Write(".ci/odu.sock", "ours");
  Justfile(kGreen);
  ExpectRefused("odu.sock");
  EXPECT_EQ(Git({"status", "--porcelain"}).stdout_text, "");
}

TEST_F(BadDoor, AnotherUsersCiIsRefused) {
  if (getuid() != 0) {
    GTEST_SKIP() << "only root can give a folder away";
  }
  Justfile(kGreen);
  MakeDir(Ci());
  ASSERT_EQ(chown(Ci().c_str(), 65534, 65534), 0);
  ExpectRefused(".ci");
}

TEST_F(BadDoor, AReadOnlyCiIsNamedToAnOrdinaryUser) {
  if (getuid() != 0) {
    GTEST_SKIP() << "only root can become an ordinary user here";
  }
  Justfile(kGreen);
  MakeDir(Ci());
  support::CliCall give;
  give.argv = {"chown", "-R", "65534:65534", root_.path()};
  ASSERT_EQ(support::RunCli(give).exit_code, 0);
  before_ = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  // An ordinary user's own folder is made private; the one above it is what stops him.
  ASSERT_EQ(chmod(Ci().c_str(), 0500), 0);
  const CliResult own = Run({"--no-strict"});
  EXPECT_EQ(own.exit_code, 0) << own;
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  Remove(Ci());
  ASSERT_EQ(chmod(repo().c_str(), 0555), 0);
  const CliResult said = Run({"--no-strict"});
  EXPECT_EQ(said.exit_code, 3) << said;
  EXPECT_EQ(said.stdout_text, "");
  EXPECT_NE(said.stderr_text.find(".ci"), std::string::npos) << said;
  EXPECT_NE(said.stderr_text.find("Permission denied"), std::string::npos) << said;
  ASSERT_EQ(chmod(repo().c_str(), 0755), 0);
}

TEST_F(BadDoor, GarbageIsCutOff) {
  std::string noise;
  for (int i = 0; i < 100000; ++i) {
    noise += static_cast<char>(i * 7919 >> 3);
  }
  ExpectUnmoved(noise + "\n");
}

TEST_F(BadDoor, HalfAFrameHoldsNobodyUp) {
  ExpectUnmoved("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.he", 1, false);
}

TEST_F(BadDoor, ALineOfAGigabyteIsCutOff) {
  ExpectUnmoved(std::string(size_t{1} << 20, 'x'), 1024);
}

TEST_F(BadDoor, DeepNestingIsRefused) {
  ExpectUnmoved("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.hello\",\"params\":" +
                std::string(100000, '[') + std::string(100000, ']') + "}\n");
}

TEST_F(BadDoor, AnotherContractIsRefused) {
  ExpectUnmoved(
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.hello\",\"params\":{\"name\":\"drishti\","
      "\"major\":9,\"minor\":0}}\n");
}

TEST_F(BadDoor, ManyWhoNeverSpeakHoldNobodyUp) {
  Justfile(kGreen);
  EXPECT_EQ(Run().exit_code, 0);
  std::vector<os::Fd> silent;
  for (int i = 0; i < 200; ++i) {
    auto fd = os::ConnectTo(Socket());
    if (fd) {
      silent.push_back(std::move(*fd));
    }
  }
  EXPECT_GT(silent.size(), 100U);
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 0) << said;
}

}  // namespace
}  // namespace odu
