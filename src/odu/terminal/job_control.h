#pragma once

namespace odu::terminal {

/// Stops the job that this process is part of, as ^Z does for a program that leaves that key to the
/// terminal, and returns when it goes on. Where nobody could continue it (a session's first
/// program, as under `ssh -t`) the kernel stops nothing, and it returns at once.
void StopJob();

}  // namespace odu::terminal
