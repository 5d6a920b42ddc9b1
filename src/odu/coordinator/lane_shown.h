#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "odu/coordinator/lane_carrier.h"
#include "odu/ledger/journal_line.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

/// What a run shows and writes down of one of its lanes.
struct LaneShown {
  model::Lane lane;
  bool came = false;  ///< it has had its plan
  /// Cancels that were taken while it was out of touch, and that it has not been told.
  std::vector<model::LaneNodesRequest> cancels;
  std::string runner;  ///< the sha256 of what its machine has it from; empty = not known
  std::string detail;  ///< the newest, without what is said of the cancels

  /// Takes news; `detail` is theirs with secrets masked.
  void Take(const LaneNews& news, std::string masked_detail, int64_t now_ms);
  void TakeCancels(std::vector<model::LaneNodesRequest> waiting);
  ledger::LaneLine Line(bool ended) const;

 private:
  void Describe();
};

}  // namespace odu::coordinator
