#pragma once

#include <sys/types.h>

#include <chrono>

namespace odu::faults {

/// Follows a process from system call to system call and kills it at the `number`-th one, counted
/// from now, that others could notice: writes, syncs, renames, links, removals, new processes,
/// sent bytes. Between two of these it does not matter when a process dies. It dies before the call
/// is carried out, or with `after` right behind it.
///
/// False when the process ended by itself or `most` passed; it goes on untouched then.
bool KillAtCall(pid_t pid, int number, bool after, std::chrono::milliseconds most);

/// Holds a process up for `each` before every such call, as a slow disk would, for `most`.
void SlowCalls(pid_t pid, std::chrono::milliseconds each, std::chrono::milliseconds most);

}  // namespace odu::faults
