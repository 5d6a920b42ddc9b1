#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "odu/lane/attempt_log.h"
#include "odu/lane/log_digest.h"
#include "odu/lane/log_mask.h"
#include "odu/lane/recipe.h"
#include "odu/lane/supervisor.h"
#include "odu/model/node.h"
#include "os/reaper.h"

namespace odu::lane {

/// One execution: own process group, stdin /dev/null, stdout and stderr one pipe, whose bytes go to
/// the log as they are, but for masked values: the log's size and hash are of what it shows.
///
///   running --leader reaped--> clearing --nothing left (Supervisor)--> draining --> sealed --> end
///
/// 1. What still holds the pipe cannot hold the attempt: after the supervisor's word the pipe is
///    read until it is empty, not until it is closed.
/// 2. `on_end` is called once, when the log's last byte is written, its file sealed and hashed;
///    inside Start() when nothing could be started.
/// 3. When the log cannot be written the attempt is ended, its further output read and dropped, and
///    it is errored: "disk full".
/// 4. When somebody else cut the log or wrote into it, its attempt says so and the log is not
///    complete.
class RecipeProcess final : public Recipe, public std::enable_shared_from_this<RecipeProcess> {
 public:
  using OnEnd = Recipe::OnEnd;

  static std::shared_ptr<Recipe> Start(RecipeContext& context, const RecipeCall& call,
                                       OnEnd on_end);

  RecipeProcess(RecipeContext& context, OnEnd on_end);
  ~RecipeProcess() override;
  RecipeProcess(const RecipeProcess&) = delete;
  RecipeProcess& operator=(const RecipeProcess&) = delete;

  /// Ends it: TERM, and KILL after the grace or at once. `on_end` follows.
  void Stop(bool at_once) override;

  /// Null when the log could not be made.
  const std::shared_ptr<AttemptLog>& log() const override { return log_; }

 private:
  class Output;

  void Launch(const RecipeCall& call);
  void ReadOutput();
  void Take(std::string_view bytes);
  void WriteLog(std::string_view bytes);
  void WriteShown(std::string_view bytes);
  void LeaderEnded(os::WaitStatus status);
  void Drain();
  void Seal();
  void SealChanged();

  RecipeContext& context_;
  OnEnd on_end_;
  RecipeEnd end_;
  std::shared_ptr<AttemptLog> log_;
  std::unique_ptr<LogDigest> digest_;
  std::shared_ptr<const MaskedValues> masked_;
  std::unique_ptr<LogMask> mask_;  ///< null when nothing is masked
  std::unique_ptr<Output> output_;
  Supervisor::AttemptId attempt_ = 0;
  std::string write_failure_;
  bool wide_pipe_ = false;
};

}  // namespace odu::lane
