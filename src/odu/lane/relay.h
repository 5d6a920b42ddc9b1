#pragma once

#include "base/error.h"
#include "os/fd.h"

namespace odu::lane {

/// Carries bytes both ways between a pair of descriptors (stdin, stdout) and a socket until either
/// side has ended and what it had said is delivered. Blocks. 64 KiB are under way a direction.
base::Result<void> Relay(int in, int out, os::Fd socket);

}  // namespace odu::lane
