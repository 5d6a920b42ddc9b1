#include "odu/coordinator/log_names.h"

#include "odu/ledger/ci_folder.h"
#include "os/file_system.h"

namespace odu::coordinator {

void LogNames::Name(const model::Node& node, const std::string& log) {
  int32_t& named = named_[static_cast<size_t>(node.order)];
  const bool begun = node.status != model::NodeStatus::kPending && node.attempt > 0;
  if (begun && named < node.attempt && Link(node, log)) {
    named = node.attempt;
  }
}

base::Result<void> LogNames::NameMissing(
    std::span<const model::Node> nodes,
    const std::function<std::string(const model::Node&)>& log_of) {
  for (const model::Node& node : nodes) {
    if (node.attempt < 1 || os::Exists(toplevel_ + "/" + node.log)) {
      continue;
    }
    if (auto linked = Link(node, log_of(node)); !linked) {
      return linked;
    }
    named_[static_cast<size_t>(node.order)] = node.attempt;
  }
  return {};
}

base::Result<void> LogNames::Link(const model::Node& node, const std::string& log) const {
  return ledger::LinkLog(toplevel_, sha7_, node.platform, node.recipe, log);
}

}  // namespace odu::coordinator
