#include "os/unix_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace os {
namespace {

template <class T>
std::string CodeOf(const base::Result<T>& result) {
  return result ? "ok" : result.error().code();
}

void ExpectTalks(const std::string& path) {
  const ListeningSocket listening = ListenAt(path).value();
  const Fd client = ConnectTo(path).value();
  const std::optional<Fd> server = AcceptFrom(listening.fd.get()).value();
  ASSERT_TRUE(server.has_value());
  ASSERT_TRUE(WriteAll(client.get(), "hi").has_value());
  std::array<char, 8> buffer{};
  EXPECT_EQ(ReadSome(server->get(), buffer).value(), 2U);
}

TEST(UnixSocket, TwoEndsTalk) {
  const support::TempDir dir;
  ExpectTalks(dir / "sock");
}

TEST(UnixSocket, PathsMayBeLongerThanTheKernelsName) {
  const support::TempDir dir;
  std::string folder = dir.path();
  while (folder.size() < 600) {
    folder += "/a-rather-long-name-of-a-directory";
  }
  ASSERT_TRUE(MakeDirs(folder).has_value());
  ExpectTalks(folder + "/sock");
  EXPECT_EQ(CodeOf(ConnectTo(folder + "/missing/sock")), "no_socket");
  EXPECT_EQ(CodeOf(ConnectTo(folder + "/missing")), "no_socket");
  EXPECT_EQ(CodeOf(ListenAt(folder + "/" + std::string(100, 'x'))), "name_too_long");
}

TEST(UnixSocket, EachLengthAroundTheLimitWorks) {
  const support::TempDir dir;
  const std::string folder = dir / std::string(60, 'd');
  ASSERT_TRUE(MakeDirs(folder).has_value());
  for (size_t length = 100; length < 115; ++length) {
    const std::string path = folder + "/" + std::string(length - folder.size() - 1, 's');
    ASSERT_EQ(path.size(), length);
    ExpectTalks(path);
  }
}

TEST(UnixSocket, TheNameIsPrivateWhateverTheUmask) {
  const support::TempDir dir;
  const mode_t before = umask(0);
  const ListeningSocket listening = ListenAt(dir / "sock").value();
  umask(before);
  EXPECT_EQ(StatusOf(dir / "sock")->mode, 0600U);
}

TEST(UnixSocket, AnAnsweringSocketIsNotReplaced) {
  const support::TempDir dir;
  const ListeningSocket listening = ListenAt(dir / "sock").value();
  EXPECT_EQ(CodeOf(ListenAt(dir / "sock")), "socket_in_use");
  EXPECT_TRUE(listening.StillAtPath());
}

TEST(UnixSocket, AStaleSocketIsReplaced) {
  const support::TempDir dir;
  {
    const ListeningSocket dead = ListenAt(dir / "sock").value();
  }
  EXPECT_TRUE(Exists(dir / "sock"));
  EXPECT_EQ(CodeOf(ConnectTo(dir / "sock")), "stale_socket");
  ExpectTalks(dir / "sock");
}

TEST(UnixSocket, WhatIsNoSocketIsNeverTouched) {
  const support::TempDir dir;
  dir.Write("file", "precious");
  ASSERT_TRUE(MakeDirs(dir / "folder").has_value());
  ASSERT_EQ(symlink("file", (dir / "link").c_str()), 0);
  ASSERT_EQ(symlink("nowhere", (dir / "dangling").c_str()), 0);
  for (const char* name : {"file", "folder", "link", "dangling"}) {
    EXPECT_EQ(CodeOf(ListenAt(dir / name)), "not_a_socket") << name;
    EXPECT_EQ(CodeOf(UnlinkSocket(dir / name)), "not_a_socket") << name;
  }
  EXPECT_EQ(dir.Read("file"), "precious");
  EXPECT_EQ(CodeOf(ConnectTo(dir / "file")), "not_a_socket");
  EXPECT_EQ(CodeOf(ConnectTo(dir / "folder")), "not_a_socket");
  EXPECT_EQ(CodeOf(ConnectTo(dir / "missing")), "no_socket");
}

TEST(UnixSocket, AFullQueueIsNotAnswering) {
  const support::TempDir dir;
  const ListeningSocket listening = ListenAt(dir / "sock", 1).value();
  std::vector<Fd> waiting;
  std::string code = "ok";
  while (code == "ok" && waiting.size() < 100) {
    base::Result<Fd> client = ConnectTo(dir / "sock");
    code = CodeOf(client);
    if (client) {
      waiting.push_back(std::move(*client));
    }
  }
  EXPECT_EQ(code, "not_answering");
  EXPECT_EQ(CodeOf(ListenAt(dir / "sock")), "socket_in_use");
}

TEST(UnixSocket, KnowsWhenItsNameWasTakenAway) {
  const support::TempDir dir;
  ListeningSocket listening = ListenAt(dir / "sock").value();
  EXPECT_TRUE(listening.StillAtPath());
  ASSERT_EQ(unlink((dir / "sock").c_str()), 0);
  EXPECT_FALSE(listening.StillAtPath());
  const ListeningSocket second = ListenAt(dir / "sock").value();
  EXPECT_FALSE(listening.StillAtPath());
  listening.RemoveName();
  EXPECT_TRUE(second.StillAtPath()) << "another's name is not removed";
}

TEST(UnixSocket, ThePeerIsThisUser) {
  const SocketPair pair = MakeSocketPair().value();
  const PeerCredentials peer = PeerOf(pair.first.get()).value();
  EXPECT_EQ(peer.uid, geteuid());
  EXPECT_EQ(peer.pid, getpid());
  EXPECT_TRUE(RequireSameUser(pair.first.get()).has_value());
  EXPECT_FALSE(PeerOf(-1).has_value());
}

TEST(UnixSocket, NothingToAcceptIsNoFailure) {
  const support::TempDir dir;
  const ListeningSocket listening = ListenAt(dir / "sock").value();
  EXPECT_FALSE(AcceptFrom(listening.fd.get()).value().has_value());
}

}  // namespace
}  // namespace os
