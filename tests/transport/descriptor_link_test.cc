// What only descriptors have; the law of all links is in link_law_test.cc.
#include "transport/descriptor_link.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/unix_socket.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "transport/link_pairs.h"

namespace transport {
namespace {

boost::asio::awaitable<std::string> Next(surface::Link& link) {
  const base::Result<std::string_view> line = co_await link.Receive();
  co_return line ? std::string(*line) : "<" + line.error().code() + ">";
}

TEST(DescriptorLink, BytesThatCameBeforeAreReadFirst) {
  support::Loop loop;
  auto pair = os::MakeSocketPair();
  ASSERT_TRUE(pair);
  const std::string early = "one\n" + std::string(300000, 'x') + "\nthr";
  const auto link =
      MakeDescriptorLink(loop.executor(), std::move(pair->first), os::Fd(), {}, early);
  ASSERT_TRUE(os::WriteAll(pair->second.get(), "ee\n"));
  EXPECT_EQ(loop.Run(Next(*link)), "one");
  EXPECT_EQ(loop.Run(Next(*link)).size(), 300000U);
  EXPECT_EQ(loop.Run(Next(*link)), "three");
}

TEST(DescriptorLink, ASocketSaysWhoIsThere) {
  support::Loop loop;
  LinkMaker links(LinkKind::kUnixSocket, loop.executor());
  const auto [server, client] = links.Make();
  EXPECT_EQ(server->peer().uid, getuid());
  EXPECT_EQ(server->peer().pid, getpid());
}

TEST(DescriptorLink, CloseEndsItForEverybodyEvenWhereAChildHoldsTheSocketToo) {
  support::Loop loop;
  auto pair = os::MakeSocketPair();
  ASSERT_TRUE(pair);
  auto held = pair->first.Duplicate();
  ASSERT_TRUE(held);
  const auto link = MakeUnixLink(loop.executor(), std::move(pair->first));
  link->Close();
  link->Close();
  char byte = 0;
  EXPECT_EQ(recv(pair->second.get(), &byte, 1, 0), 0);
  EXPECT_EQ(loop.Run(Next(*link)), "<closed>");
  const base::Result<void> sent = loop.Run(link->Send("x\n"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind(), base::ErrorKind::kGone);
}

TEST(DescriptorLink, AFileIsReadToItsEnd) {
  support::Loop loop;
  support::TempDir dir;
  os::Fd file(open(dir.Write("input", "one\ntwo\n").c_str(), O_RDONLY | O_CLOEXEC));
  os::Fd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  const auto link = MakeDescriptorLink(loop.executor(), std::move(file), std::move(null));
  EXPECT_EQ(loop.Run(Next(*link)), "one");
  EXPECT_EQ(loop.Run(Next(*link)), "two");
  EXPECT_EQ(loop.Run(Next(*link)), "<closed>");
}

TEST(DescriptorLink, ADescriptorThatIsNoneIsAClosedLink) {
  support::Loop loop;
  const auto link = MakeDescriptorLink(loop.executor(), os::Fd(), os::Fd());
  EXPECT_EQ(loop.Run(Next(*link)), "<closed>");
}

}  // namespace
}  // namespace transport
