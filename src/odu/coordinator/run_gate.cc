#include "odu/coordinator/run_gate.h"

#include <utility>

#include "odu/coordinator/publisher.h"

namespace odu::coordinator {

void RunGate::Begin(const ledger::RunHeader& header, std::span<const model::Node> nodes,
                    std::function<boost::asio::awaitable<void>()> sync) {
  if (world_.publisher == nullptr) {
    return;
  }
  hooks_.Begin(header, nodes, world_.publisher->environment());
  world_.publisher->Begin(header, std::move(sync));
  for (const model::Node& node : nodes) {
    Changed(node);
  }
}

void RunGate::Changed(const model::Node& node) {
  hooks_.Changed(node);
  if (world_.publisher != nullptr) {
    world_.publisher->Changed(run_id_, node);
  }
}

void RunGate::Settled(model::Verdict verdict, int32_t revision,
                      std::span<const model::Node> nodes) {
  hooks_.Settled(verdict, revision, nodes);
}

void RunGate::Over() {
  if (world_.publisher != nullptr) {
    world_.publisher->Over(run_id_);
  }
}

std::vector<std::string> RunGate::Unposted() const {
  return world_.publisher != nullptr ? world_.publisher->Unposted(run_id_)
                                     : std::vector<std::string>();
}

}  // namespace odu::coordinator
