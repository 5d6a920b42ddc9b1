#pragma once

#include <memory>

#include "surface/client.h"
#include "surface/server.h"

namespace surface {

/// A remote surface served again from here, without knowing its types: cells, collections and
/// events are kept up to date from one upstream client, streams and calls are passed through. After
/// a reconnect `Attach` the new client: subscribers see the changes as deltas, never a gap.
///
/// A stream is relayed with at most 1 MiB waiting for a slow reader; beyond that the upstream
/// subscription is ended and taken up again at the reader's offset.
class Mirror {
 public:
  /// `description` is what the upstream's `surface.describe` says.
  Mirror(boost::asio::any_io_executor executor, ContractDescription description, std::string build);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  /// The server to give links to.
  Server& server();

  /// Follows `upstream` from now on, which is shared with the streams that still read from it.
  void Attach(std::shared_ptr<Client> upstream);
  /// The upstream is gone: state stays as last seen, calls and new streams fail with kGone.
  void Detach();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace surface
