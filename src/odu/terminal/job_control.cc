#include "odu/terminal/job_control.h"

#include <signal.h>

namespace odu::terminal {

void StopJob() {
  struct sigaction ignored{};
  struct sigaction usual{};
  struct sigaction before{};
  ignored.sa_handler = SIG_IGN;
  usual.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &ignored, &before);
  // A script that called us stops too, or its shell would wait for it.
  kill(0, SIGTSTP);
  sigaction(SIGTSTP, &usual, nullptr);
  // To this thread: it is stopped before this returns.
  raise(SIGTSTP);
  sigaction(SIGTSTP, &before, nullptr);
}

}  // namespace odu::terminal
