#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "surface/link.h"

namespace support {

/// A link that is cut after it has sent `budget` bytes, also in the middle of a message: what fits
/// still arrives, then both directions end. Counts what passes.
class FaultyLink final : public surface::Link {
 public:
  /// What the test reads after the link has been given away.
  struct Meter {
    size_t sent = 0;
    bool cut = false;
  };

  FaultyLink(std::unique_ptr<surface::Link> link, size_t budget, std::shared_ptr<Meter> meter)
      : link_(std::move(link)), budget_(budget), meter_(std::move(meter)) {}

  boost::asio::awaitable<base::Result<std::string_view>> Receive() override;
  boost::asio::awaitable<base::Result<void>> Send(std::string_view batch) override;
  void Close() override { link_->Close(); }
  surface::Peer peer() const override { return link_->peer(); }

 private:
  std::unique_ptr<surface::Link> link_;
  size_t budget_;
  std::shared_ptr<Meter> meter_;
};

}  // namespace support
