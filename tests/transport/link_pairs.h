#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "os/fd.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "support/temp_dir.h"
#include "transport/descriptor_link.h"
#include "transport/memory_link.h"

/// Every kind of link, each made as a pair of connected ends, so that one suite holds for them all.
namespace transport {

enum class LinkKind { kMemory, kUnixSocket, kPipes };

inline std::string KindName(LinkKind kind) {
  switch (kind) {
    case LinkKind::kMemory:
      return "Memory";
    case LinkKind::kUnixSocket:
      return "UnixSocket";
    case LinkKind::kPipes:
      return "Pipes";
  }
  return "?";
}

inline std::string ParamName(const ::testing::TestParamInfo<LinkKind>& info) {
  return KindName(info.param);
}

inline auto EveryLink() {
  return ::testing::Values(LinkKind::kMemory, LinkKind::kUnixSocket, LinkKind::kPipes);
}

using LinkPair = std::pair<std::unique_ptr<surface::Link>, std::unique_ptr<surface::Link>>;

/// Makes pairs of one kind; keeps the socket's name for as long as it lives.
class LinkMaker {
 public:
  LinkMaker(LinkKind kind, boost::asio::any_io_executor executor)
      : kind_(kind), executor_(std::move(executor)) {
    os::IgnoreBrokenPipes();
    // Hundreds of links at a time.
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }

  /// The server's end and the client's.
  LinkPair Make() {
    switch (kind_) {
      case LinkKind::kMemory:
        return MakeMemoryLinks(executor_);
      case LinkKind::kUnixSocket:
        return MakeSocket();
      case LinkKind::kPipes:
        return MakePipes();
    }
    return {};
  }

 private:
  LinkPair MakeSocket() {
    if (!listening_) {
      auto listening = os::ListenAt(dir_ / "door.sock");
      EXPECT_TRUE(listening) << listening.error().message();
      listening_ = std::move(*listening);
    }
    auto client = os::ConnectTo(listening_->path);
    EXPECT_TRUE(client) << client.error().message();
    auto server = os::AcceptFrom(listening_->fd.get());
    EXPECT_TRUE(server && *server);
    return {MakeUnixLink(executor_, std::move(**server)),
            MakeUnixLink(executor_, std::move(*client))};
  }

  LinkPair MakePipes() {
    auto there = os::MakePipe();
    auto back = os::MakePipe();
    EXPECT_TRUE(there && back);
    auto server =
        MakeDescriptorLink(executor_, std::move(there->read_end), std::move(back->write_end));
    auto client =
        MakeDescriptorLink(executor_, std::move(back->read_end), std::move(there->write_end));
    return {std::move(server), std::move(client)};
  }

  LinkKind kind_;
  boost::asio::any_io_executor executor_;
  support::TempDir dir_;
  std::optional<os::ListeningSocket> listening_;
};

}  // namespace transport
