#include "odu/lane/left_behind.h"

#include <signal.h>
#include <unistd.h>

#include <vector>

#include "os/process.h"

namespace odu::lane {

namespace {

std::vector<os::ProcessIdentity> Marked(const std::string& marker) {
  std::vector<os::ProcessIdentity> marked;
  for (const pid_t pid : os::AllProcesses()) {
    const auto value = os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
    if (!value || !value->starts_with(marker) || pid == getpid()) {
      continue;
    }
    if (const auto identity = os::IdentityOf(pid)) {
      marked.push_back(*identity);
    }
  }
  return marked;
}

void SignalAll(const std::vector<os::ProcessIdentity>& processes, int signal) {
  for (const os::ProcessIdentity& process : processes) {
    os::SendSignal(process, signal);
  }
}

}  // namespace

boost::asio::awaitable<size_t> EndLeftBehind(async::Clock& clock, std::string marker,
                                             async::Duration grace) {
  constexpr int kLooks = 50;
  std::vector<os::ProcessIdentity> left = Marked(marker);
  const size_t found = left.size();
  SignalAll(left, SIGTERM);
  SignalAll(left, SIGCONT);
  for (int look = 0; look < kLooks && !left.empty(); ++look) {
    const bool passed = co_await clock.Sleep(grace / kLooks);
    if (!passed) {
      co_return found;
    }
    left = Marked(marker);
  }
  SignalAll(left, SIGKILL);
  co_return found;
}

}  // namespace odu::lane
