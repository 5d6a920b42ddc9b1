#include "odu/coordinator/host_share.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace odu::coordinator {
namespace {

using Machine = std::pair<std::string, std::vector<std::string>>;

Machine MachineOf(const plan::HostEntry& host) {
  if (plan::IsLocalhost(host.address)) {
    return {"localhost", {}};
  }
  return {host.address, host.command};
}

/// Gives `total` to the lanes at `places`.
void Divide(int32_t total, std::span<const size_t> places, std::vector<int32_t>& shares) {
  for (size_t i = 0; i < places.size(); ++i) {
    shares[places[i]] = ShareOf(total, i, places.size());
  }
}

}  // namespace

int32_t ShareOf(int32_t total, size_t index, size_t count) {
  const auto lanes = static_cast<int32_t>(count);
  const int32_t more = static_cast<int32_t>(index) < total % lanes ? 1 : 0;
  return std::max(1, total / lanes + more);
}

std::vector<int32_t> ShareJobs(std::span<const plan::HostEntry> hosts, int32_t asked,
                               int32_t cpus_here) {
  std::map<Machine, std::vector<size_t>> machines;
  for (size_t i = 0; i < hosts.size(); ++i) {
    machines[MachineOf(hosts[i])].push_back(i);
  }
  std::vector<int32_t> shares(hosts.size(), 0);
  for (const auto& [machine, lanes] : machines) {
    if (asked > 0) {
      Divide(asked, lanes, shares);
      continue;
    }
    std::vector<size_t> rest;
    int32_t taken = 0;
    for (const size_t lane : lanes) {
      shares[lane] = hosts[lane].jobs;
      taken += hosts[lane].jobs;
      if (hosts[lane].jobs == 0) {
        rest.push_back(lane);
      }
    }
    const bool here = machine.first == "localhost";
    if (here && lanes.size() > 1 && !rest.empty()) {
      Divide(std::max(cpus_here - taken, 0), rest, shares);
    }
  }
  return shares;
}

}  // namespace odu::coordinator
