#include "odu/lane/setup_program.h"

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

namespace odu::lane {

namespace {

constexpr size_t kReadBytes = size_t{16} << 10;
/// What is read of a pipe that somebody who stays behind keeps filling.
constexpr int kLastReads = 64;

}  // namespace

/// The read end of the pipe on the event loop.
class SetupProgram::Output {
 public:
  Output(const boost::asio::any_io_executor& executor, os::Fd fd) : stream_(executor, fd.get()) {
    (void)fd.Release();
  }

  int fd() { return stream_.native_handle(); }

  void Wait(std::weak_ptr<SetupProgram> owner) {
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

base::Result<std::shared_ptr<SetupProgram>> SetupProgram::Start(RecipeContext& context,
                                                                const SetupProgramCall& call,
                                                                Sink sink, OnEnd on_end) {
  os::SpawnSpec spec;
  spec.argv = call.argv;
  spec.environment = call.environment;
  spec.directory = call.directory.c_str();
  spec.umask = call.umask;
  auto child = os::SpawnPiped(spec);
  if (!child) {
    return base::Pass(child.error());
  }
  auto program = std::make_shared<SetupProgram>(context, std::move(sink), std::move(on_end));
  program->attempt_ = context.supervisor.Began(child->pid, call.marker);
  program->output_ = std::make_unique<Output>(context.tasks.executor(), std::move(child->output));
  program->output_->Wait(program);
  context.reaper.OnExit(child->pid,
                        [program](os::WaitStatus status) { program->LeaderEnded(status); });
  return program;
}

SetupProgram::SetupProgram(RecipeContext& context, Sink sink, OnEnd on_end)
    : context_(context), sink_(std::move(sink)), on_end_(std::move(on_end)) {}

SetupProgram::~SetupProgram() = default;

void SetupProgram::Stop(bool at_once) {
  if (attempt_ != 0) {
    context_.supervisor.Stop(attempt_, at_once);
  }
}

void SetupProgram::Abandon() {
  sink_ = {};
  on_end_ = {};
  Stop(true);
}

void SetupProgram::ReadOutput() {
  std::array<char, kReadBytes> buffer;
  const os::ReadOutcome read = os::TryRead(output_->fd(), buffer);
  if (read.end == os::ReadEnd::kEof || read.end == os::ReadEnd::kFailed) {
    output_.reset();
    return;
  }
  if (read.end == os::ReadEnd::kData && sink_) {
    sink_(std::string_view(buffer.data(), read.bytes));
  }
  output_->Wait(weak_from_this());
}

void SetupProgram::Drain() {
  std::array<char, kReadBytes> buffer;
  for (int reads = 0; output_ && reads < kLastReads; ++reads) {
    const os::ReadOutcome read = os::TryRead(output_->fd(), buffer);
    if (read.end != os::ReadEnd::kData) {
      break;
    }
    if (sink_) {
      sink_(std::string_view(buffer.data(), read.bytes));
    }
  }
  output_.reset();
}

void SetupProgram::LeaderEnded(os::WaitStatus status) {
  context_.supervisor.LeaderEnded(attempt_, [self = shared_from_this(), status] {
    self->attempt_ = 0;
    self->Drain();
    if (self->on_end_) {
      std::exchange(self->on_end_, {})(status);
    }
  });
}

}  // namespace odu::lane
