#include "service/door.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "async/task_group.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "support/loop.h"
#include "support/sample_server.h"
#include "support/temp_dir.h"
#include "surface/client.h"
#include "transport/descriptor_link.h"

namespace service {
namespace {

using support::Sample;

class DoorTest : public testing::Test {
 protected:
  DoorTest() {
    os::IgnoreBrokenPipes();
    options_.path = dir_ / ".ci/odu.sock";
    door_ = std::make_unique<Door>(loop_.executor(), clock_, sample_.server(), options_);
  }
  ~DoorTest() override {
    door_->Close("the test is over");
    loop_.Advance(clock_, std::chrono::seconds(5));
    EXPECT_EQ(tasks_.size(), 0U);
  }
  void Serve() {
    ASSERT_TRUE(door_->Open().has_value());
    tasks_.Spawn("door", [this] { return door_->Serve(); });
    loop_.RunUntilIdle();
  }
  /// True when a hello is answered through the door.
  bool Answers() { return Answers(os::ConnectTo(options_.path)); }
  bool Answers(base::Result<os::Fd> fd) {
    if (!fd) {
      return false;
    }
    auto client = loop_.Run(surface::Client::Connect<Sample>(
        loop_.executor(), transport::MakeUnixLink(loop_.executor(), std::move(*fd)), "test"));
    return client.has_value();
  }
  base::Error Refusal() {
    const auto opened = door_->Open();
    EXPECT_FALSE(opened.has_value());
    return opened ? base::Error() : opened.error();
  }

  support::TempDir dir_;
  support::Loop loop_;
  support::FakeClock clock_;
  support::SampleServer sample_{loop_.executor()};
  async::TaskGroup tasks_{loop_.executor()};
  DoorOptions options_;
  std::unique_ptr<Door> door_;
};

TEST_F(DoorTest, LetsClientsIn) {
  Serve();
  EXPECT_TRUE(door_->listening());
  EXPECT_TRUE(Answers());
  EXPECT_EQ(os::StatusOf(dir_ / ".ci")->mode, 0700U);
  EXPECT_EQ(os::StatusOf(options_.path)->mode, 0600U);
}

TEST_F(DoorTest, AVanishedNameIsThereAgainWithinASecond) {
  Serve();
  ASSERT_EQ(unlink(options_.path.c_str()), 0);
  EXPECT_FALSE(door_->listening());
  EXPECT_FALSE(Answers());
  loop_.Advance(clock_, std::chrono::seconds(1));
  EXPECT_TRUE(door_->listening());
  EXPECT_TRUE(Answers());
}

TEST_F(DoorTest, AVanishedFolderIsMadeAgainToo) {
  Serve();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(os::RemoveTree(dir_ / ".ci").has_value());
    loop_.Advance(clock_, std::chrono::seconds(1));
    EXPECT_TRUE(Answers()) << i;
  }
}

TEST_F(DoorTest, WhoWasInsideStaysWhenTheNameVanishes) {
  Serve();
  auto fd = os::ConnectTo(options_.path);
  auto client = loop_.Run(surface::Client::Connect<Sample>(
      loop_.executor(), transport::MakeUnixLink(loop_.executor(), std::move(*fd)), "test"));
  ASSERT_TRUE(os::RemoveTree(dir_ / ".ci").has_value());
  loop_.Advance(clock_, std::chrono::seconds(2));
  support::Text text;
  text.text = "still here";
  EXPECT_EQ(loop_.Run((*client)->Call(Sample::echo, text))->text, "still here");
}

TEST_F(DoorTest, SomethingElseInItsPlaceIsNeverTouched) {
  Serve();
  ASSERT_EQ(unlink(options_.path.c_str()), 0);
  dir_.Write(".ci/odu.sock", "mine");
  loop_.Advance(clock_, std::chrono::seconds(3));
  EXPECT_EQ(dir_.Read(".ci/odu.sock"), "mine");
  ASSERT_EQ(unlink(options_.path.c_str()), 0);
  loop_.Advance(clock_, std::chrono::seconds(1));
  EXPECT_TRUE(Answers());
}

TEST_F(DoorTest, AFileADirectoryOrASymlinkAsSocketIsRefused) {
  dir_.Write(".ci/odu.sock", "x");
  EXPECT_EQ(Refusal().code(), "not_a_socket");
  ASSERT_TRUE(os::RemoveTree(options_.path).has_value());
  ASSERT_TRUE(os::MakeDirs(options_.path).has_value());
  EXPECT_EQ(Refusal().code(), "not_a_socket");
  ASSERT_TRUE(os::RemoveTree(options_.path).has_value());
  ASSERT_EQ(symlink("elsewhere", options_.path.c_str()), 0);
  EXPECT_EQ(Refusal().code(), "not_a_socket");
  EXPECT_NE(Refusal().hint(), "");
}

TEST_F(DoorTest, AFolderThatIsNoneIsRefused) {
  dir_.Write(".ci", "x");
  EXPECT_EQ(Refusal().code(), "not_a_directory");
  ASSERT_TRUE(os::RemoveTree(dir_ / ".ci").has_value());
  ASSERT_TRUE(os::MakeDirs(dir_ / "elsewhere").has_value());
  ASSERT_EQ(symlink("elsewhere", (dir_ / ".ci").c_str()), 0);
  const base::Error error = Refusal();
  EXPECT_EQ(error.code(), "symlink");
  EXPECT_EQ(error.message(), "'" + (dir_ / ".ci") + "' is a symlink");
  EXPECT_EQ(os::ListDir(dir_ / "elsewhere")->size(), 0U);
}

TEST_F(DoorTest, AnotherUsersFolderIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root to give a folder away";
  }
  ASSERT_TRUE(os::MakeDirs(dir_ / ".ci").has_value());
  ASSERT_EQ(chown((dir_ / ".ci").c_str(), 65534, 65534), 0);
  EXPECT_EQ(Refusal().code(), "foreign_owner");
}

TEST_F(DoorTest, AnotherUsersClientIsTurnedAwayEvenWhereTheSocketLetsItIn) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root to connect as somebody else";
  }
  Serve();
  // What somebody may do to folders of theirs; the kernel would not stop a stranger then.
  for (const std::string& path : {dir_.path(), dir_ / ".ci", options_.path}) {
    ASSERT_EQ(chmod(path.c_str(), 0777), 0);
  }
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(seteuid(kNobody), 0);
  auto stranger = os::ConnectTo(options_.path);
  ASSERT_EQ(seteuid(0), 0);
  ASSERT_TRUE(stranger.has_value()) << stranger.error().message();
  EXPECT_FALSE(Answers(std::move(stranger)));
  EXPECT_TRUE(Answers()) << "its own user is let in as before";
}

TEST_F(DoorTest, APathLongerThanASocketAddressWorks) {
  options_.path = dir_.path();
  for (int i = 0; i < 4; ++i) {
    options_.path += "/" + std::string(60, static_cast<char>('a' + i));
  }
  options_.path += "/odu.sock";
  door_->Close("another door is tried");
  door_ = std::make_unique<Door>(loop_.executor(), clock_, sample_.server(), options_);
  Serve();
  EXPECT_TRUE(Answers());
  EXPECT_TRUE(door_->listening());
}

TEST_F(DoorTest, ClosingTellsWhoIsInsideAndTakesTheNameAway) {
  Serve();
  auto fd = os::ConnectTo(options_.path);
  auto client = loop_.Run(surface::Client::Connect<Sample>(
      loop_.executor(), transport::MakeUnixLink(loop_.executor(), std::move(*fd)), "test"));
  door_->Close("idle");
  EXPECT_FALSE(os::Exists(options_.path));
  EXPECT_TRUE(loop_.Run((*client)->Closed()).message().ends_with("idle"));
  loop_.RunUntilIdle();
  EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(DoorTest, WhoNeverReadsCannotHoldTheEnd) {
  Serve();
  // Asks for much and reads nothing.
  const auto fd = os::ConnectTo(options_.path);
  std::string requests;
  for (int i = 0; i < 2000; ++i) {
    requests += R"({"jsonrpc":"2.0","id":1,"method":"surface.describe","params":{}})"
                "\n";
  }
  size_t sent = 0;
  while (sent < requests.size()) {
    const ssize_t put = write(fd->get(), requests.data() + sent, requests.size() - sent);
    if (put <= 0) {
      break;
    }
    sent += static_cast<size_t>(put);
    loop_.RunUntilIdle();
  }
  loop_.RunUntilIdle();
  door_->Close("idle");
  loop_.RunUntilIdle();
  EXPECT_EQ(tasks_.size(), 1U);
  loop_.Advance(clock_, std::chrono::seconds(3));
  EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(DoorTest, ANewOwnerTakesOverAStaleName) {
  {
    const auto stale = os::ListenAt((void(os::MakeDirs(dir_ / ".ci")), options_.path));
    ASSERT_TRUE(stale.has_value());
  }
  EXPECT_TRUE(os::Exists(options_.path));
  Serve();
  EXPECT_TRUE(Answers());
}

}  // namespace
}  // namespace service
