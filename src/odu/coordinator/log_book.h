#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "odu/coordinator/growth_watch.h"
#include "odu/coordinator/log_tail.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/node.h"

namespace odu::coordinator {

/// The logs of a live run, for its readers. An attempt that nobody reads costs nothing here.
class LogBook {
 public:
  LogBook(ledger::RunFolder folder, std::shared_ptr<GrowthWatch> watch)
      : folder_(std::move(folder)), watch_(std::move(watch)) {}

  std::string PathOf(const model::Node& node, int32_t attempt) const;

  /// The log of `attempt` (at least 1) of a node as it is published now; one that has not begun is
  /// waited for.
  std::shared_ptr<surface::ByteLog> Open(const model::Node& node, int32_t attempt);

  /// A node was published: its readers are told of the beginning or the end.
  void Published(const model::Node& node);
  /// Nothing will come any more: every reader gets what is there and the end.
  void FinishAll();

 private:
  using Key = std::pair<int32_t, int32_t>;  ///< the node's order, the attempt

  ledger::RunFolder folder_;
  std::shared_ptr<GrowthWatch> watch_;
  std::map<Key, std::weak_ptr<LogTail>> open_;
};

}  // namespace odu::coordinator
