#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.h"
#include "async/notifier.h"
#include "async/worker.h"
#include "base/sha256.h"
#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"
#include "os/append_file.h"
#include "surface/client.h"

namespace odu::coordinator {

/// Brings the logs of a lane on another machine into the run's folder, and stands between that lane
/// and the run: an attempt is handed on as terminal only when its log is here, is what the lane
/// says it is.
///
///   heard of --OnAttempt--> pulling --all bytes, terminal--> checking --same digest--> handed on
///                              ^  \--link dies--> waiting --Attach--> pulling             ^
///                              |                                                         |
///                              +--another digest, or its end came early: a few times-----+
///                                 (then it is handed on as errored, its log incomplete)
///
/// Where to go on is the size of our file, so nothing but that file is needed after a death of the
/// link or of this process. Memory: one chunk, and a few words an attempt.
class LogPull {
 public:
  struct Handlers {
    std::function<void(const model::Attempt& attempt)> on_attempt;
    std::function<void()> on_batch;
    /// For people: a log could not be written or is not what the lane says.
    std::function<void(std::string text)> on_trouble;
    /// Whether the files are still ours to write.
    std::function<bool()> owned = [] { return true; };
  };

  /// `folder` is where the logs go, laid out as a lane's own. The references outlive the pull.
  LogPull(boost::asio::any_io_executor executor, async::Clock& clock, async::Worker& worker,
          model::LaneFolder folder, Handlers handlers);
  LogPull(const LogPull&) = delete;
  LogPull& operator=(const LogPull&) = delete;

  /// Checks what has arrived and tries again what failed; for ever. Spawn it in the run's group.
  boost::asio::awaitable<void> Run();

  /// The link to read from; null when it died.
  void Attach(std::shared_ptr<surface::Client> client);
  /// What the lane says of an attempt.
  void OnAttempt(const model::Attempt& attempt);

  /// Puts on the disk what was handed on; before anybody says that all is over.
  boost::asio::awaitable<void> Sync();

  /// How many attempts are terminal on the lane and not yet handed on.
  size_t held() const { return held_; }

 private:
  struct Pull {
    model::Attempt attempt;
    std::string path;
    std::optional<os::AppendFile> file;
    uint64_t here = 0;
    /// Of all `here` bytes, hashed as they were written; none when some of them were there before.
    std::unique_ptr<base::Sha256> digest;
    int64_t subscription = 0;  ///< 0 = none
    uint64_t generation = 0;   ///< tells a handler of an earlier subscription that it is that
    int32_t failures = 0;
    bool in_turn = false;  ///< the subscription is one of those of ended attempts
    bool queued = false;   ///< waits for a turn, for the check or for another try
    bool done = false;
  };
  /// What checking a whole log came to.
  enum class Check { kSame, kDifferent, kFailed };

  void Begin(const std::string& key, Pull& pull);
  bool Open(Pull& pull);
  void Subscribe(const std::string& key, Pull& pull);
  void StopReading(Pull& pull);
  void OnBytes(const std::string& key, Pull& pull, uint64_t offset, std::string_view bytes);
  void OnEnd(const std::string& key, Pull& pull, const base::Result<uint64_t>& end);
  void LookAt(const std::string& key, Pull& pull);
  void TryAgain(const std::string& key, Pull& pull, std::string why);
  void Later(const std::string& key, Pull& pull);
  void Checked(const std::string& key, Pull& pull, Check check);
  void HandOn(Pull& pull);
  void NextTurns();
  boost::asio::awaitable<void> CheckOne(std::string key);

  boost::asio::any_io_executor executor_;
  async::Clock& clock_;
  async::Worker& worker_;
  model::LaneFolder folder_;
  Handlers handlers_;
  std::shared_ptr<surface::Client> client_;
  std::map<std::string, Pull> pulls_;
  std::deque<std::string> turns_;   ///< finished attempts that wait to be read
  std::deque<std::string> checks_;  ///< whole ones that wait to be checked
  std::deque<std::string> again_;   ///< failed ones that wait for another try
  async::Duration again_at_{};
  std::vector<std::string> unsynced_;
  size_t reading_finished_ = 0;
  size_t held_ = 0;
  async::Notifier wake_;
};

}  // namespace odu::coordinator
