#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "odu/coordinator/timings.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/node.h"
#include "odu/model/plan.h"

namespace odu::coordinator {

/// How long a run will probably take from now on: of each lane the longer of its longest remaining
/// path and its remaining work divided by its places; of the run the longest lane. A guess, from
/// how long nodes took when they last passed. Pure.
class Eta {
 public:
  struct Lane {
    const model::LanePlan& plan;
    int32_t jobs = 1;  ///< at least 1
    /// By instance; null when nothing is known of this lane.
    const std::map<std::string, int64_t>* durations_ms = nullptr;
  };

  /// What is read is copied.
  explicit Eta(std::span<const Lane> lanes);

  /// Milliseconds from `now_ms` (epoch milliseconds) until all is terminal; nothing when not one
  /// duration of an unfinished lane is known yet. `nodes` are the run's, lanes as given, in each
  /// `_ci-setup` first and then the plan's order. Linear in nodes and needs.
  std::optional<int64_t> RemainingMs(std::span<const model::Node> nodes, int64_t now_ms) const;

 private:
  struct LaneTimes {
    int32_t jobs = 1;
    std::vector<std::optional<int64_t>> known;  ///< by place in the lane; 0 is `_ci-setup`
    std::vector<std::vector<size_t>> needs;     ///< by place; those of the plan
  };

  static std::optional<int64_t> Remaining(const LaneTimes& lane, std::span<const model::Node> nodes,
                                          int64_t now_ms);

  std::vector<LaneTimes> lanes_;
};

/// Of the run that the header is of.
Eta EtaOf(const ledger::RunHeader& header, const Durations& durations);

}  // namespace odu::coordinator
