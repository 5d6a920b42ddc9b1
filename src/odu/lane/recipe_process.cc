#include "odu/lane/recipe_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

#include "os/child.h"

namespace odu::lane {

namespace {

using model::NodeStatus;

/// What a pipe holds unless it is widened, and what a noisy recipe's is widened to. Not all are:
/// the pages that one user's pipes may have together are limited.
constexpr size_t kUsualPipeBytes = size_t{64} << 10;
constexpr size_t kWidePipeBytes = size_t{1} << 20;

}  // namespace

/// The read end of the pipe on the event loop.
class RecipeProcess::Output {
 public:
  Output(const boost::asio::any_io_executor& executor, os::Fd fd) : stream_(executor, fd.get()) {
    (void)fd.Release();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  int fd() { return stream_.native_handle(); }

  /// Calls `ready` when something can be read; not at all once this object is gone.
  void Wait(std::weak_ptr<RecipeProcess> owner) {
    stream_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                       [owner = std::move(owner)](const boost::system::error_code& error) {
                         const auto self = owner.lock();
                         if (!error && self && self->output_) {
                           self->ReadOutput();
                         }
                       });
  }

 private:
  boost::asio::posix::stream_descriptor stream_;
};

std::shared_ptr<Recipe> RecipeProcess::Start(RecipeContext& context, const RecipeCall& call,
                                             OnEnd on_end) {
  auto process = std::make_shared<RecipeProcess>(context, std::move(on_end));
  process->Launch(call);
  return process;
}

RecipeProcess::RecipeProcess(RecipeContext& context, OnEnd on_end)
    : context_(context), on_end_(std::move(on_end)) {}

RecipeProcess::~RecipeProcess() = default;

void RecipeProcess::Launch(const RecipeCall& call) {
  auto log = AttemptLog::Create(call.log_path);
  if (!log) {
    end_.reason = log.error().code() == "disk_full" ? "disk full" : log.error().In("log").message();
    std::exchange(on_end_, {})(std::move(end_));
    return;
  }
  log_ = std::move(*log);
  digest_ = std::make_unique<LogDigest>(log_->fd(), context_.tasks, context_.worker);
  if (context_.masked) {
    masked_ = context_.masked;
    mask_ = std::make_unique<LogMask>(*masked_);
  }

  os::SpawnSpec spec;
  spec.argv = call.argv;
  spec.environment = call.environment;
  spec.extra_environment = call.extra_environment;
  spec.directory = call.directory.c_str();
  spec.umask = call.umask;
  auto child = os::SpawnPiped(spec);
  if (!child) {
    const base::Error& error = child.error();
    WriteLog("[odu] " + error.message() + (error.hint().empty() ? "" : "; " + error.hint()) + "\n");
    end_.reason = error.message();
    Seal();
    return;
  }
  attempt_ = context_.supervisor.Began(child->pid, call.marker);
  output_ = std::make_unique<Output>(context_.tasks.executor(), std::move(child->output));
  output_->Wait(weak_from_this());
  context_.reaper.OnExit(child->pid, [self = shared_from_this()](os::WaitStatus status) {
    self->LeaderEnded(status);
  });
}

void RecipeProcess::Stop(bool at_once) {
  if (attempt_ != 0) {
    context_.supervisor.Stop(attempt_, at_once);
  }
}

/// One read a turn, so that a noisy recipe leaves the loop to the others.
void RecipeProcess::ReadOutput() {
  std::vector<char>& buffer = context_.read_buffer;
  const os::ReadOutcome read = os::TryRead(output_->fd(), buffer);
  if (read.end == os::ReadEnd::kEof || read.end == os::ReadEnd::kFailed) {
    output_.reset();
    return;
  }
  if (read.end == os::ReadEnd::kData) {
    if (!wide_pipe_ && read.bytes >= kUsualPipeBytes) {
      wide_pipe_ = true;
      (void)::fcntl(output_->fd(), F_SETPIPE_SZ, kWidePipeBytes);
    }
    Take(std::string_view(buffer.data(), read.bytes));
  }
  output_->Wait(weak_from_this());
}

void RecipeProcess::Take(std::string_view bytes) {
  if (!write_failure_.empty()) {
    return;
  }
  WriteLog(bytes);
  if (!write_failure_.empty()) {
    Stop(false);
  }
}

void RecipeProcess::WriteLog(std::string_view bytes) {
  WriteShown(mask_ ? mask_->Masked(bytes) : bytes);
}

void RecipeProcess::WriteShown(std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  const uint64_t before = log_->size();
  auto written = log_->Append(bytes);
  if (!log_->changed()) {
    digest_->Grew(bytes.substr(0, log_->size() - before));
  }
  if (!written) {
    write_failure_ =
        written.error().code() == "disk_full" ? "disk full" : written.error().In("log").message();
  }
}

void RecipeProcess::LeaderEnded(os::WaitStatus status) {
  if (const auto* exited = std::get_if<os::Exited>(&status)) {
    end_.exit_code = exited->code;
  }
  end_.status = os::Succeeded(status) ? NodeStatus::kOk : NodeStatus::kFailed;
  if (end_.status != NodeStatus::kOk) {
    end_.reason = os::Describe(status);
  }
  context_.supervisor.LeaderEnded(attempt_, [self = shared_from_this()] {
    self->attempt_ = 0;
    self->Drain();
    self->Seal();
  });
}

/// Takes what is in the pipe now and lets go of it.
void RecipeProcess::Drain() {
  if (!output_) {
    return;
  }
  // What a stranger that holds the pipe writes meanwhile must not keep us here.
  int left = 0;
  if (::ioctl(output_->fd(), FIONREAD, &left) != 0) {
    left = 0;
  }
  while (left > 0) {
    std::vector<char>& buffer = context_.read_buffer;
    const size_t wanted = std::min(buffer.size(), static_cast<size_t>(left));
    const os::ReadOutcome read = os::TryRead(output_->fd(), std::span(buffer.data(), wanted));
    if (read.end != os::ReadEnd::kData) {
      break;
    }
    Take(std::string_view(buffer.data(), read.bytes));
    left -= static_cast<int>(read.bytes);
  }
  output_.reset();
}

void RecipeProcess::Seal() {
  if (mask_ && write_failure_.empty()) {
    WriteShown(mask_->Rest());
  }
  if (!write_failure_.empty()) {
    end_.status = NodeStatus::kErrored;
    end_.reason = write_failure_;
  }
  log_->Seal();
  if (log_->changed()) {
    SealChanged();
    return;
  }
  end_.log_bytes = log_->size();
  digest_->Finish(log_->size(), [self = shared_from_this()](std::string hex) {
    self->end_.log_complete = self->write_failure_.empty() && !hex.empty();
    self->end_.log_sha256 = std::move(hex);
    std::exchange(self->on_end_, {})(std::move(self->end_));
  });
}

/// What is left of the log is kept, and nobody takes it for whole.
void RecipeProcess::SealChanged() {
  end_.log_bytes = log_->size();
  end_.log_complete = false;
  end_.reason += (end_.reason.empty() ? "" : "; ") + std::string(kChangedLog);
  std::exchange(on_end_, {})(std::move(end_));
}

}  // namespace odu::lane
