#include "odu/coordinator/local_carrier.h"

#include <chrono>
#include <utility>

#include "odu/model/lane_header.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/run_program.h"
#include "os/unix_socket.h"
#include "surface/decode.h"
#include "transport/descriptor_link.h"

namespace odu::coordinator {

using base::Pass;
using base::Result;
using boost::asio::awaitable;

namespace {

constexpr async::Duration kStartBound = std::chrono::seconds(20);
constexpr size_t kHeaderBytes = size_t{64} << 10;

}  // namespace

LocalCarrier::LocalCarrier(boost::asio::any_io_executor executor, async::Clock& clock,
                           os::Reaper& reaper, std::string runner, model::LaneFolder folder)
    : executor_(std::move(executor)),
      clock_(clock),
      reaper_(reaper),
      runner_(std::move(runner)),
      folder_(std::move(folder)) {}

awaitable<Result<void>> LocalCarrier::Start() {
  os::ProgramCall call;
  call.argv = {runner_, "--lane", folder_.path()};
  call.directory = "/";
  call.timeout = kStartBound;
  call.stdout_limit = call.stderr_limit = size_t{64} << 10;
  auto result = co_await os::RunProgram(reaper_, clock_, std::move(call));
  if (!result) {
    co_return Pass(result.error().In("odu-runner"));
  }
  if (!result->ok()) {
    co_return Pass(os::ProgramFailure("odu-runner", "lane_not_started", *result));
  }
  co_return Result<void>();
}

awaitable<Result<std::unique_ptr<surface::Link>>> LocalCarrier::Dial() {
  auto socket = os::ConnectTo(folder_.socket());
  if (!socket) {
    co_return Pass(socket.error());
  }
  co_return transport::MakeUnixLink(executor_, std::move(*socket));
}

std::optional<LaneEnd> LocalCarrier::EndOf(const base::Error& cause, bool connected,
                                           bool configured) {
  static_cast<void>(cause);
  static_cast<void>(connected);
  static_cast<void>(configured);
  const auto locked = os::IsLocked(folder_.lock());
  if (!locked || *locked) {
    return std::nullopt;
  }
  LaneEnd end;
  end.reason = end.why = "lane died";
  return end;
}

std::optional<os::ProcessIdentity> LocalCarrier::Stopped() const {
  const auto text = os::ReadFile(folder_.header(), kHeaderBytes);
  const auto header = text ? surface::DecodeText<model::LaneHeader>(*text, "lane.json")
                           : base::Result<model::LaneHeader>(Pass(text.error()));
  if (!header) {
    return std::nullopt;
  }
  const os::ProcessIdentity lane{static_cast<pid_t>(header->pid), header->start_time};
  const auto status = os::StatusOfProcess(lane.pid);
  // Not 't': who is traced stands still for a moment at every system call.
  const bool stopped = status && status->identity == lane && status->state == 'T';
  return stopped ? std::optional(lane) : std::nullopt;
}

void LocalCarrier::Complete(model::ConfigureRequest& configure) {
  static_cast<void>(configure);  // everything of this machine was known before
}

}  // namespace odu::coordinator
