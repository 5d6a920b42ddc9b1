#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "odu/model/lane_contract.h"

namespace odu::coordinator {

/// Puts what is heard of a lane's nodes into the order of their needs: logs are here at different
/// times, and no node may be seen to begin before what it needs is seen to have ended. Pure.
class NeedsGate {
 public:
  using HandOn = std::function<void(const model::Attempt& attempt)>;

  explicit NeedsGate(HandOn hand_on) : hand_on_(std::move(hand_on)) {}

  /// What the nodes need; `_ci-setup` is needed by all. Before the first Heard.
  void SetPlan(const model::LanePlan& plan);

  /// Hands it on at once, or when the needs of its node have ended; what is heard of one node stays
  /// in order.
  void Heard(const model::Attempt& attempt);

 private:
  bool NeedsEnded(const std::string& node) const;
  void Pass(const model::Attempt& attempt);

  HandOn hand_on_;
  std::map<std::string, std::vector<std::string>> needs_;
  std::map<std::string, std::vector<std::string>> needed_by_;
  struct Last {
    int32_t n = 0;
    bool ended = false;
  };
  std::map<std::string, Last> last_;  ///< by node: its newest attempt that was handed on
  std::map<std::string, std::deque<model::Attempt>> waiting_;
};

}  // namespace odu::coordinator
