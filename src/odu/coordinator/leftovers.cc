#include "odu/coordinator/leftovers.h"

#include <csignal>
#include <set>
#include <utility>
#include <vector>

#include "os/process.h"

namespace odu::coordinator {
namespace {

constexpr async::Duration kLookEvery = std::chrono::milliseconds(50);
/// What keeps forking faster than it is found is given up after this many rounds of KILL.
constexpr int kKillRounds = 40;

std::vector<os::ProcessIdentity> Marked(const std::string& marker) {
  std::vector<os::ProcessIdentity> found;
  for (const pid_t pid : os::AllProcesses()) {
    const auto id = os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
    if (id && id->starts_with(marker)) {
      if (const auto identity = os::IdentityOf(pid)) {
        found.push_back(*identity);
      }
    }
  }
  return found;
}

}  // namespace

boost::asio::awaitable<size_t> EndLeftovers(async::Clock& clock, async::Worker& worker,
                                            std::string marker, async::Duration grace) {
  std::set<pid_t> told;
  std::set<pid_t> all;
  const async::Duration until = clock.Now() + grace;
  int kill_rounds = 0;
  while (kill_rounds < kKillRounds) {
    auto look = [marker] { return Marked(marker); };
    const auto left = co_await worker.Run(std::move(look));
    if (left.empty()) {
      break;
    }
    const bool kill_now = clock.Now() >= until;
    kill_rounds += kill_now ? 1 : 0;
    for (const os::ProcessIdentity& process : left) {
      all.insert(process.pid);
      if (kill_now) {
        os::SendSignal(process, SIGKILL);
      } else if (told.insert(process.pid).second) {
        os::SendSignal(process, SIGTERM);
        // A stopped process would never read it.
        os::SendSignal(process, SIGCONT);
      }
    }
    co_await clock.Sleep(kLookEvery);
  }
  co_return all.size();
}

}  // namespace odu::coordinator
