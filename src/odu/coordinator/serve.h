#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"
#include "os/environment.h"
#include "service/ensure.h"

namespace odu::coordinator {

struct ServeOptions {
  /// Somewhere in the checkout.
  std::string directory;
  /// Stay in this terminal instead of leaving a service behind.
  bool foreground = false;
  std::string build;  ///< `odu --version`
  std::string started_by;
};

/// What became of a call to Serve.
struct Served {
  /// This process was the service, and that has ended.
  bool was_service = false;
  /// Another one served already.
  bool already = false;
  pid_t pid = 0;  ///< who serves now, 0 where that is not known
  std::string toplevel;
};

/// `odu serve`. In the foreground it returns when the coordinator has ended. Otherwise it leaves
/// the coordinator behind and returns when that serves, or when another one already does; the
/// service itself also returns here, when it ends. Before any thread or event loop. Failures:
/// kRefused "not_a_repository", those of service::Gate and Door; kBusy "already_serving" in the
/// foreground when another one serves; kHost "no_runner".
///
/// It ends on `surface.stop` and SIGTERM (lanes go on, the next coordinator adopts them), 30
/// minutes after the last run and client, and, cancelling its run, when the checkout is gone.
base::Result<Served> Serve(const ServeOptions& options);

/// The line that tells a person who serves, and how to end that; empty from the service itself.
std::string Words(const Served& served);

/// How faces reach and start the coordinator of the checkout that holds `directory`; `program` is
/// the path of `odu`. Failures: kRefused "not_a_repository", those of service::FindHome.
base::Result<service::ServicePlace> PlaceOf(const std::string& directory,
                                            const os::Environment& environment,
                                            const std::string& program, const std::string& build);

/// The variable that tells a start program, which begins in `/`, which checkout is meant.
inline constexpr const char* kCheckoutVariable = "ODU_CHECKOUT";

}  // namespace odu::coordinator
