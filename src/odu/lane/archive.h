#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/model/lane_folder.h"
#include "odu/model/lane_journal.h"
#include "surface/stream.h"

namespace odu::lane {

/// A lane that has ended, read from its folder: what finished is finished, what did not is errored
/// ("lane died"), which is added to its log. Nothing runs again.
class Archive {
 public:
  Archive(model::LaneHistory history, model::LaneFolder folder);

  const model::LaneConfigured& configured() const { return *history_.configured; }
  /// It was killed: nobody wrote down its end.
  bool died() const { return !history_.ended.has_value(); }

  /// All attempts, terminal.
  const std::map<std::string, model::Attempt>& attempts() const { return history_.attempts; }
  /// Those whose journal line is not what attempts() says: the lane died before their end.
  const std::vector<model::Attempt>& unfinished() const { return unfinished_; }

  /// kGone "no_attempt" when there is none.
  base::Result<std::shared_ptr<surface::ByteLog>> OpenLog(std::string_view attempt_key) const;

 private:
  model::LaneHistory history_;
  model::LaneFolder folder_;
  std::vector<model::Attempt> unfinished_;
};

}  // namespace odu::lane
