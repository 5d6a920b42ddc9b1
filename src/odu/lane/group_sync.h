#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "odu/lane/log_digest.h"
#include "os/fd.h"

namespace odu::lane {

/// Puts files on the disk in groups: what was written is there at most a second later, without the
/// event loop waiting for any disk.
class GroupSync {
 public:
  static constexpr async::Duration kAtMost = std::chrono::seconds(1);

  /// Without `on` nothing is synced: for the benchmark that says what it costs.
  GroupSync(async::TaskGroup& tasks, async::Clock& clock, LazyWorker& worker, bool on = true)
      : tasks_(tasks), clock_(clock), worker_(worker), on_(on) {}
  GroupSync(const GroupSync&) = delete;
  GroupSync& operator=(const GroupSync&) = delete;

  /// Something was written to this file.
  void Wrote(const std::shared_ptr<os::Fd>& file);

  /// A name was added to this folder: without it a synced file may be found nowhere. A folder that
  /// cannot be opened is logged.
  void WroteNameIn(const std::string& folder);

  /// Returns when all that was told so far is on the disk (or could not be put there, which is
  /// logged).
  boost::asio::awaitable<void> Now();

 private:
  boost::asio::awaitable<void> Later();

  async::TaskGroup& tasks_;
  async::Clock& clock_;
  LazyWorker& worker_;
  bool on_;
  std::set<std::shared_ptr<os::Fd>> dirty_;
  std::map<std::string, std::shared_ptr<os::Fd>> folders_;  ///< opened once
  /// What calls of Now() are at; once for each of them.
  std::multiset<std::shared_ptr<os::Fd>> syncing_;
  bool scheduled_ = false;
};

}  // namespace odu::lane
