#include "hosts/fault_pipe.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "os/child.h"
#include "os/environment.h"
#include "os/fd.h"

namespace hosts {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kCutExit = 255;  ///< what ssh says of a lost connection
constexpr size_t kBlock = 16 * 1024;
constexpr size_t kHeldAtMost = size_t{1} << 20;

/// One direction: what was read waits here until it is due.
class Lane {
 public:
  Lane(int from, int to, const FaultLane& faults) : from_(from), to_(to), faults_(faults) {}

  uint64_t passed() const { return passed_; }
  bool ended() const { return ended_; }
  bool cut() const { return faults_.cut && passed_ >= *faults_.cut; }

  /// How many bytes may still be read before a fault.
  uint64_t Room() const {
    uint64_t limit = UINT64_MAX;
    if (faults_.cut) {
      limit = std::min(limit, *faults_.cut);
    }
    if (faults_.stall) {
      limit = std::min(limit, *faults_.stall);
    }
    return limit - std::min(limit, taken_);
  }
  bool WantsRead() const {
    return !source_ended_ && !ended_ && Room() > 0 && taken_ - passed_ < kHeldAtMost;
  }
  int from() const { return from_; }
  int to() const { return to_; }

  void Read() {
    std::array<char, kBlock> block;
    size_t most = static_cast<size_t>(std::min<uint64_t>(block.size(), Room()));
    if (faults_.bytes_per_second != 0) {
      most = std::min<size_t>(most, std::max<uint64_t>(1, faults_.bytes_per_second / 20));
    }
    const os::ReadOutcome got = os::TryRead(from_, std::span(block).first(most));
    if (got.end == os::ReadEnd::kWouldBlock) {
      return;
    }
    if (got.end != os::ReadEnd::kData) {
      source_ended_ = true;
      return;
    }
    LookForFrame({block.data(), got.bytes});
    // What was read beyond a cut that has just been found is lost with it.
    const auto bytes = static_cast<size_t>(std::min<uint64_t>(got.bytes, Room()));
    taken_ += bytes;
    if (bytes > 0) {
      held_.push_back(
          {Clock::now() + milliseconds(faults_.delay_ms), std::string(block.data(), bytes)});
    }
  }

  /// When there is something to pass on, and from when on.
  const Clock::time_point* Due() const { return held_.empty() ? nullptr : &due_; }
  void UpdateDue() {
    if (!held_.empty()) {
      due_ = std::max(held_.front().due, next_);
    }
  }

  void Pass() {
    Held& first = held_.front();
    const ssize_t wrote = write(to_, first.bytes.data(), first.bytes.size());
    if (wrote < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    if (wrote < 0) {
      End();
      return;
    }
    passed_ += static_cast<uint64_t>(wrote);
    if (faults_.bytes_per_second != 0) {
      next_ = Clock::now() +
              milliseconds(1000 * static_cast<uint64_t>(wrote) / faults_.bytes_per_second);
    }
    first.bytes.erase(0, static_cast<size_t>(wrote));
    if (first.bytes.empty()) {
      held_.pop_front();
    }
  }

  /// The end of the source is passed on behind its last byte. A stall swallows that, too.
  bool HasEndToPass() const { return source_ended_ && held_.empty() && !ended_; }
  void End() {
    held_.clear();
    ended_ = true;
    if (shutdown(to_, SHUT_WR) != 0) {
      close(to_);
    }
  }

 private:
  struct Held {
    Clock::time_point due;
    std::string bytes;
  };
  /// Where a cut counts frames: turns it into a cut at a byte once that one is known.
  void LookForFrame(std::string_view bytes) {
    for (size_t i = 0; faults_.cut_frame && i < bytes.size(); ++i) {
      if (bytes[i] == '\n') {
        const bool is_frame = matched_ == kFrameBegins.size();
        frames_ += is_frame ? 1 : 0;
        matched_ = 0;
        if (is_frame && frames_ == *faults_.cut_frame) {
          faults_.cut = taken_ + i + 1 + static_cast<uint64_t>(faults_.frame_shift);
          faults_.cut_frame.reset();
        }
        continue;
      }
      if (matched_ < kFrameBegins.size()) {
        matched_ = bytes[i] == kFrameBegins[matched_] ? matched_ + 1 : kNoFrame;
      }
    }
  }

  /// Long enough that no program that is copied has it at the beginning of a line, too.
  static constexpr std::string_view kFrameBegins = "{\"jsonrpc\":";
  static constexpr size_t kNoFrame = std::string_view::npos;

  const int from_;
  const int to_;
  FaultLane faults_;
  uint64_t frames_ = 0;
  size_t matched_ = 0;  ///< of kFrameBegins in this line
  std::deque<Held> held_;
  Clock::time_point due_;
  Clock::time_point next_;
  uint64_t taken_ = 0;
  uint64_t passed_ = 0;
  bool source_ended_ = false;
  bool ended_ = false;
};

struct FarSide {
  int to = -1;
  int from = -1;
  pid_t pid = 0;  ///< 0 = a socket
};

base::Result<FarSide> ConnectTo(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string host = address.substr(0, colon);
  const std::string port = colon == std::string::npos ? "22" : address.substr(colon + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return base::Fail(base::ErrorKind::kHost, "io", address + ": " + gai_strerror(error));
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int failed = connect(fd, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  freeaddrinfo(found);
  if (failed != 0) {
    return std::unexpected(base::SystemError(address, failed));
  }
  return FarSide{fd, fd, 0};
}

base::Result<FarSide> StartCommand(const std::vector<std::string>& command) {
  auto up = os::MakePipe();
  auto down = os::MakePipe();
  if (!up || !down) {
    return base::Pass(!up ? up.error() : down.error());
  }
  const os::Environment here = os::Environment::Current();
  os::SpawnSpec spec;
  spec.argv = command;
  spec.environment = here.entries();
  spec.stdin_fd = up->read_end.get();
  spec.stdout_fd = down->write_end.get();
  spec.stderr_fd = os::kInherit;
  auto pid = os::Spawn(spec);
  if (!pid) {
    return base::Pass(pid.error());
  }
  return FarSide{up->write_end.Release(), down->read_end.Release(), *pid};
}

void WriteLog(const FaultPlan& plan, const Lane& up, const Lane& down, const std::string& end) {
  if (plan.log_file.empty()) {
    return;
  }
  if (auto log =
          os::Fd(open(plan.log_file.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644));
      log.valid()) {
    // One write: lines of several pipes do not mix.
    const std::string line = "up " + std::to_string(up.passed()) + " down " +
                             std::to_string(down.passed()) + " " + end + "\n";
    static_cast<void>(os::WriteAll(log.get(), line));
  }
}

/// One turn: waits until something can be read, or passed on, and does it.
void Turn(Lane& up, Lane& down) {
  std::array<pollfd, 4> waiting{};
  std::array<Lane*, 2> lanes = {&up, &down};
  int timeout = -1;
  const auto now = Clock::now();
  for (size_t i = 0; i < lanes.size(); ++i) {
    Lane& lane = *lanes[i];
    lane.UpdateDue();
    waiting[2 * i] = {lane.WantsRead() ? lane.from() : -1, POLLIN, 0};
    const bool due = lane.Due() != nullptr && *lane.Due() <= now;
    // Without interest the far end of a pipe is still told of by POLLERR: nobody reads any more.
    waiting[2 * i + 1] = {lane.ended() ? -1 : lane.to(), static_cast<short>(due ? POLLOUT : 0), 0};
    if (lane.Due() != nullptr && !due) {
      const auto left = std::chrono::ceil<milliseconds>(*lane.Due() - now).count();
      timeout =
          timeout < 0 ? static_cast<int>(left) : std::min<int>(timeout, static_cast<int>(left));
    }
  }
  if (poll(waiting.data(), waiting.size(), timeout) < 0) {
    return;
  }
  for (size_t i = 0; i < lanes.size(); ++i) {
    Lane& lane = *lanes[i];
    if (waiting[2 * i].revents != 0) {
      lane.Read();
    }
    if ((waiting[2 * i + 1].revents & POLLOUT) != 0) {
      lane.Pass();
    } else if ((waiting[2 * i + 1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
      lane.End();
    }
    if (lane.HasEndToPass()) {
      lane.End();
    }
  }
}

}  // namespace

base::Result<int> RunFaultPipe(const FaultPlan& plan) {
  signal(SIGPIPE, SIG_IGN);
  auto far_side = plan.connect.empty() ? StartCommand(plan.command) : ConnectTo(plan.connect);
  if (!far_side) {
    return base::Pass(far_side.error());
  }
  Lane up(0, far_side->to, plan.up);
  Lane down(far_side->from, 1, plan.down);
  // Write ends only: stdin may be shared with others, and poll says when there is something to
  // read.
  for (const int fd : {far_side->to, 1}) {
    static_cast<void>(os::SetNonBlocking(fd, true));
  }
  // The far side's end is the end; ours only half of it.
  while (!up.cut() && !down.cut() && !down.ended()) {
    Turn(up, down);
  }
  static_cast<void>(os::SetNonBlocking(1, false));
  const bool cut = up.cut() || down.cut();
  if (far_side->pid == 0) {
    WriteLog(plan, up, down, cut ? "cut" : "exit 0");
    return cut ? kCutExit : 0;
  }
  if (cut && !plan.close_only) {
    os::SignalGroup(far_side->pid, SIGKILL);
  }
  if (!up.ended()) {
    close(far_side->to);
  }
  close(far_side->from);
  if (cut) {
    // Whoever looks at us sees the cut at once, not when the command has noticed.
    WriteLog(plan, up, down, "cut");
    return kCutExit;
  }
  auto status = os::WaitForChild(far_side->pid);
  if (!status) {
    return base::Pass(status.error());
  }
  const auto* exited = std::get_if<os::Exited>(&*status);
  const int code = exited != nullptr ? exited->code : 128 + std::get<os::Signalled>(*status).signal;
  WriteLog(plan, up, down, "exit " + std::to_string(code));
  return code;
}

}  // namespace hosts
