#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/model/node.h"

namespace odu::coordinator {

/// The names of a run's logs in the checkout: `.ci/<sha7>/<platform>/<instance>.log` is another
/// name of the newest attempt's file.
class LogNames {
 public:
  LogNames(std::string toplevel, std::string sha7, size_t nodes)
      : toplevel_(std::move(toplevel)), sha7_(std::move(sha7)), named_(nodes, 0) {}

  /// Names the log of the node's attempt, once. A failure is not told: a recipe that cleans the
  /// tree may just be passing by. NameMissing tells.
  void Name(const model::Node& node, const std::string& log);

  /// Gives every node that began its name where it is missing by now. The first failure ends it.
  base::Result<void> NameMissing(std::span<const model::Node> nodes,
                                 const std::function<std::string(const model::Node&)>& log_of);

 private:
  base::Result<void> Link(const model::Node& node, const std::string& log) const;

  std::string toplevel_;
  std::string sha7_;
  std::vector<int32_t> named_;  ///< by Node::order, the attempt that has the name
};

}  // namespace odu::coordinator
