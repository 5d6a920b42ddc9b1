#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "os/fd.h"

namespace os {

/// The daemon's one word to whoever started it. Dropping it unsaid tells that it failed.
class ReadinessReport {
 public:
  ReadinessReport() = default;
  explicit ReadinessReport(Fd fd) : fd_(std::move(fd)) {}

  /// Says that the daemon serves; `text` is handed to the starter. Only the first word counts.
  void Ready(std::string_view text = {});
  void Failed(const base::Error& error);

 private:
  Fd fd_;
};

struct DaemonOptions {
  /// Becomes stderr of the daemon; -1 = /dev/null. stdin and stdout are /dev/null.
  int stderr_fd = -1;
  std::string directory = "/";
  mode_t umask = 077;
};

/// In the starter `is_daemon` is false and `text` what the daemon said; in the daemon it is true
/// and `report` waits to be used.
struct Daemonised {
  bool is_daemon = false;
  pid_t daemon_pid = 0;
  std::string text;
  ReadinessReport report;
};

/// Leaves a daemon behind: a grandchild in a session of its own without a terminal. Descriptors
/// other than 0 to 2 stay open in it. Call it before any thread or io_context exists. In the
/// starter it returns when the daemon has reported; the daemon's own failure is returned as it
/// reported it, its silent death is kHost, "daemon_died".
base::Result<Daemonised> Daemonise(const DaemonOptions& options);

}  // namespace os
