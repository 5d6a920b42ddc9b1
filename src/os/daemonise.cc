#include "os/daemonise.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>
#include <vector>

#include "base/text.h"

namespace os {
namespace {

// The report: one line `<pid>\n`, then 'R' and the text, or 'F' and the error's kind, code, message
// and hint separated by NUL. The end of the pipe ends it.
constexpr char kReady = 'R';
constexpr char kFailed = 'F';
constexpr size_t kReportBytes = size_t{64} << 10;

base::Result<std::string> ReadToEnd(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < kReportBytes) {
    const base::Result<size_t> got = ReadSome(fd, buffer);
    if (!got) {
      return base::Pass(got.error());
    }
    if (*got == 0) {
      break;
    }
    text.append(buffer.data(), *got);
  }
  return text;
}

base::Error Died() {
  return base::Error(base::ErrorKind::kHost, "daemon_died",
                     "the background process ended before it was ready");
}

base::Error ErrorFrom(std::string_view report) {
  const std::vector<std::string_view> parts = base::Split(report, '\0');
  if (parts.size() != 4) {
    return Died();
  }
  return base::Error(base::KindFromName(parts[0]), std::string(parts[1]), std::string(parts[2]),
                     std::string(parts[3]));
}

base::Result<Daemonised> AwaitReport(int fd) {
  const base::Result<std::string> report = ReadToEnd(fd);
  if (!report) {
    return base::Pass(report.error());
  }
  const size_t line = report->find('\n');
  if (line == std::string::npos || line + 1 == report->size()) {
    return std::unexpected(Died());
  }
  const std::string_view rest = std::string_view(*report).substr(line + 2);
  if ((*report)[line + 1] == kFailed) {
    return std::unexpected(ErrorFrom(rest));
  }
  Daemonised starter;
  std::from_chars(report->data(), report->data() + line, starter.daemon_pid);
  starter.text = rest;
  return starter;
}

base::Result<void> Redirect(int fd, int target) {
  if (fd != target && dup2(fd, target) < 0) {
    return std::unexpected(base::SystemError("descriptor", errno));
  }
  return fd == target ? SetInheritable(fd, true) : base::Result<void>();
}

/// The grandchild's last steps: streams, directory, umask.
base::Result<void> SettleIn(const DaemonOptions& options) {
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid() || chdir(options.directory.c_str()) != 0) {
    return std::unexpected(base::SystemError(base::Quoted(options.directory), errno));
  }
  umask(options.umask);
  CloseInherited();
  const int stderr_from = options.stderr_fd >= 0 ? options.stderr_fd : null.get();
  for (const auto& [from, to] :
       {std::pair(stderr_from, STDERR_FILENO), std::pair(null.get(), STDIN_FILENO),
        std::pair(null.get(), STDOUT_FILENO)}) {
    const base::Result<void> redirected = Redirect(from, to);
    if (!redirected) {
      return redirected;
    }
  }
  return {};
}

}  // namespace

void ReadinessReport::Ready(std::string_view text) {
  if (fd_.valid()) {
    // The starter may have gone: that is its business.
    (void)WriteAll(fd_.get(), kReady + std::string(text));
    fd_.Reset();
  }
}

void ReadinessReport::Failed(const base::Error& error) {
  if (fd_.valid()) {
    std::string report(1, kFailed);
    report += base::KindName(error.kind());
    for (const std::string& part : {error.code(), error.message(), error.hint()}) {
      report.push_back('\0');
      report += part;
    }
    (void)WriteAll(fd_.get(), report);
    fd_.Reset();
  }
}

base::Result<Daemonised> Daemonise(const DaemonOptions& options) {
  base::Result<Pipe> pipe = MakePipe();
  if (!pipe) {
    return base::Pass(pipe.error());
  }
  const pid_t middle = fork();
  if (middle < 0) {
    return std::unexpected(base::SystemError("fork", errno));
  }
  if (middle > 0) {
    pipe->write_end.Reset();
    while (waitpid(middle, nullptr, 0) < 0 && errno == EINTR) {
    }
    return AwaitReport(pipe->read_end.get());
  }
  // The session leader ends at once: what it leaves can never get a controlling terminal.
  setsid();
  const pid_t daemon = fork();
  if (daemon != 0) {
    _exit(daemon < 0 ? 1 : 0);  // after fork: the starter's own end is not this one
  }
  pipe->read_end.Reset();
  // With fewer than three descriptors open the pipe itself could be one of them.
  Fd report(fcntl(pipe->write_end.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  pipe->write_end.Reset();
  (void)WriteAll(report.get(), fmt::format("{}\n", getpid()));
  Daemonised self;
  self.is_daemon = true;
  self.daemon_pid = getpid();
  self.report = ReadinessReport(std::move(report));
  const base::Result<void> settled = SettleIn(options);
  if (!settled) {
    self.report.Failed(settled.error());
    _exit(1);  // after fork: told, and nobody to return to
  }
  return self;
}

}  // namespace os
