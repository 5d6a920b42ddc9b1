#include "transport/descriptor_link.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <optional>

#include "os/unix_socket.h"
#include "transport/line_receive.h"

namespace transport {
namespace {

namespace asio = boost::asio;

base::Error Gone(std::string_view what, const boost::system::error_code& error) {
  if (error == asio::error::eof || error == asio::error::operation_aborted) {
    return base::Error(base::ErrorKind::kGone, "closed", "the other side closed the link");
  }
  return base::Error(base::ErrorKind::kGone, "closed", std::string(what) + ": " + error.message());
}

class DescriptorLink final : public surface::Link {
 public:
  DescriptorLink(asio::any_io_executor executor, os::Fd read_fd, os::Fd write_fd,
                 surface::Peer peer, std::string_view leftover)
      : read_end_(executor), peer_(peer) {
    Take(read_end_, std::move(read_fd));
    if (write_fd.valid()) {
      Take(write_end_.emplace(executor), std::move(write_fd));
    }
    while (!leftover.empty()) {
      const LineBuffer::Room room = lines_.PrepareRead();
      const size_t count = std::min(room.size, leftover.size());
      std::memcpy(room.data, leftover.data(), count);
      lines_.Commit(count);
      leftover.remove_prefix(count);
    }
  }

  asio::awaitable<base::Result<std::string_view>> Receive() override {
    return ReceiveLine(lines_, [this](LineBuffer::Room room) { return Read(room); });
  }

  asio::awaitable<base::Result<void>> Send(std::string_view batch) override {
    const auto [error, count] = co_await asio::async_write(
        Writer(), asio::buffer(batch.data(), batch.size()), asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return base::Pass(Gone("writing to the link", error));
    }
    co_return base::Result<void>();
  }

  void Close() override {
    boost::system::error_code ignored;
    if (read_end_.is_open()) {
      // Somebody else may hold the socket too (a child): only a shutdown ends it for the other
      // side.
      ::shutdown(read_end_.native_handle(), SHUT_RDWR);
      read_end_.close(ignored);
    }
    if (write_end_ && write_end_->is_open()) {
      write_end_->close(ignored);
    }
  }

  surface::Peer peer() const override { return peer_; }

 private:
  /// A descriptor that the event loop refuses stays closed: the first Receive or Send says so.
  static void Take(asio::posix::stream_descriptor& end, os::Fd fd) {
    boost::system::error_code error;
    end.assign(fd.get(), error);
    if (error) {
      return;
    }
    fd.Release();
    end.non_blocking(true, error);
  }

  asio::awaitable<base::Result<size_t>> Read(LineBuffer::Room room) {
    const auto [error, count] = co_await read_end_.async_read_some(
        asio::buffer(room.data, room.size), asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return base::Pass(Gone("reading from the link", error));
    }
    co_return count;
  }

  asio::posix::stream_descriptor& Writer() { return write_end_ ? *write_end_ : read_end_; }

  asio::posix::stream_descriptor read_end_;
  std::optional<asio::posix::stream_descriptor> write_end_;  ///< none: a socket, read_end_ is both
  surface::Peer peer_;
  LineBuffer lines_;
};

}  // namespace

std::unique_ptr<surface::Link> MakeDescriptorLink(asio::any_io_executor executor, os::Fd read_fd,
                                                  os::Fd write_fd, surface::Peer peer,
                                                  std::string_view leftover) {
  return std::make_unique<DescriptorLink>(std::move(executor), std::move(read_fd),
                                          std::move(write_fd), peer, leftover);
}

std::unique_ptr<surface::Link> MakeUnixLink(asio::any_io_executor executor, os::Fd socket) {
  surface::Peer peer;
  if (auto credentials = os::PeerOf(socket.get())) {
    peer.uid = credentials->uid;
    peer.pid = credentials->pid;
  }
  return MakeDescriptorLink(std::move(executor), std::move(socket), os::Fd(), peer);
}

}  // namespace transport
