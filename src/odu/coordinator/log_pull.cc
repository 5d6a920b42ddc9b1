#include "odu/coordinator/log_pull.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "async/deadline.h"
#include "base/sha256.h"
#include "os/fd.h"
#include "os/file_digest.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

using boost::asio::awaitable;

/// So many logs of ended attempts are read at once; those of running ones are always read.
constexpr size_t kFinishedAtOnce = 16;
constexpr int32_t kMostFailures = 4;
constexpr async::Duration kTryAgainAfter = std::chrono::seconds(1);
/// design.md section 5: at most a second late.
constexpr async::Duration kSyncAfter = std::chrono::milliseconds(500);
/// A log that was checked: nobody writes it any more.
constexpr mode_t kCheckedMode = 0444;

/// Best effort, blocks: what was checked is what it is, on the disk or not yet.
void SyncFiles(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (const auto file = os::OpenFile(path, O_RDONLY)) {
      static_cast<void>(::fdatasync(file->get()));
    }
  }
}

}  // namespace

LogPull::LogPull(boost::asio::any_io_executor executor, async::Clock& clock, async::Worker& worker,
                 model::LaneFolder folder, Handlers handlers)
    : executor_(executor),
      clock_(clock),
      worker_(worker),
      folder_(std::move(folder)),
      handlers_(std::move(handlers)),
      wake_(std::move(executor)) {}

void LogPull::Attach(std::shared_ptr<surface::Client> client) {
  client_ = std::move(client);
  turns_.clear();
  reading_finished_ = 0;
  for (auto& [key, pull] : pulls_) {
    pull.subscription = 0;
    ++pull.generation;
  }
  if (client_ == nullptr) {
    return;
  }
  for (auto& [key, pull] : pulls_) {
    if (!pull.done && !pull.queued) {
      Begin(key, pull);
    }
  }
}

void LogPull::OnAttempt(const model::Attempt& attempt) {
  if (attempt.n < 1 || attempt.status == model::NodeStatus::kPending) {
    handlers_.on_attempt(attempt);
    return;
  }
  const std::string key = model::AttemptKey(attempt.node, attempt.n);
  auto [found, is_new] = pulls_.try_emplace(key);
  Pull& pull = found->second;
  if (pull.done) {
    return;
  }
  const bool terminal = model::IsTerminal(attempt.status);
  if (terminal && !model::IsTerminal(pull.attempt.status)) {
    ++held_;
  }
  pull.attempt = attempt;
  if (is_new) {
    pull.path = folder_.log(attempt.node, attempt.n);
    // An earlier owner of the run has checked it, or has more of it than the lane still has.
    const auto sealed = os::StatusOf(pull.path);
    if (terminal && sealed && sealed->mode == kCheckedMode &&
        (sealed->size == attempt.log_bytes ||
         (sealed->size > attempt.log_bytes && !attempt.log_complete))) {
      HandOn(pull);
      return;
    }
    if (!Open(pull)) {
      Later(key, pull);
    }
  }
  if (!terminal) {
    handlers_.on_attempt(attempt);
  }
  if (is_new && !pull.queued) {
    Begin(key, pull);
  } else if (terminal && !pull.queued) {
    LookAt(key, pull);
  }
}

bool LogPull::Open(Pull& pull) {
  const auto made = os::MakeDirs(folder_.logs(), 0700);
  if (const auto there = os::StatusOf(pull.path); there && there->mode == kCheckedMode) {
    static_cast<void>(::chmod(pull.path.c_str(), 0600));
  }
  auto file = os::AppendFile::Open(pull.path);
  if (!made || !file) {
    handlers_.on_trouble((made ? file.error() : made.error()).message());
    return false;
  }
  pull.here = file->size();
  pull.file = std::move(*file);
  return true;
}

void LogPull::Begin(const std::string& key, Pull& pull) {
  if (!pull.file && !Open(pull)) {
    Later(key, pull);
    return;
  }
  LookAt(key, pull);
  if (pull.queued || pull.done || pull.subscription != 0 || client_ == nullptr) {
    return;
  }
  if (!model::IsTerminal(pull.attempt.status)) {
    Subscribe(key, pull);
    return;
  }
  turns_.push_back(key);
  NextTurns();
}

void LogPull::NextTurns() {
  while (client_ != nullptr && reading_finished_ < kFinishedAtOnce && !turns_.empty()) {
    const std::string key = std::move(turns_.front());
    turns_.pop_front();
    Pull& pull = pulls_.at(key);
    if (!pull.done && !pull.queued && pull.subscription == 0) {
      Subscribe(key, pull);
    }
  }
}

void LogPull::Subscribe(const std::string& key, Pull& pull) {
  const uint64_t generation = ++pull.generation;
  pull.in_turn = model::IsTerminal(pull.attempt.status);
  reading_finished_ += pull.in_turn ? 1 : 0;
  model::AttemptLogInput input;
  input.attempt = key;
  input.offset = pull.here;
  surface::StreamHandler handler;
  handler.on_bytes = [this, key, generation](uint64_t offset, std::string_view bytes) {
    Pull& of = pulls_.at(key);
    if (of.generation == generation) {
      OnBytes(key, of, offset, bytes);
      LookAt(key, of);
    }
  };
  handler.on_end = [this, key, generation](const base::Result<uint64_t>& end) {
    Pull& of = pulls_.at(key);
    if (of.generation == generation) {
      reading_finished_ -= of.in_turn ? 1 : 0;
      of.subscription = 0;
      ++of.generation;
      OnEnd(key, of, end);
      NextTurns();
    }
  };
  pull.subscription = client_->Subscribe(model::LaneSurface::kAttemptLog, input, handler);
}

void LogPull::StopReading(Pull& pull) {
  if (pull.subscription != 0 && client_ != nullptr) {
    client_->Unsubscribe(pull.subscription);
  }
  reading_finished_ -= pull.subscription != 0 && pull.in_turn ? 1 : 0;
  pull.subscription = 0;
  ++pull.generation;
}

void LogPull::OnBytes(const std::string& key, Pull& pull, uint64_t offset, std::string_view bytes) {
  if (!handlers_.owned()) {
    return;  // the next owner asks for them itself
  }
  if (offset != pull.here || !pull.file) {
    StopReading(pull);
    TryAgain(key, pull, "bytes came out of order");
    return;
  }
  if (pull.here == 0) {
    pull.digest = std::make_unique<base::Sha256>();
  }
  const auto written = pull.file->Append(bytes);
  pull.here = pull.file->size();
  if (pull.digest) {
    pull.digest->Update(bytes);
  }
  if (!written) {
    pull.digest.reset();
    handlers_.on_trouble(written.error().message());
    pull.file.reset();  // what it kept back is asked for again
    StopReading(pull);
    TryAgain(key, pull, written.error().message());
  }
}

void LogPull::OnEnd(const std::string& key, Pull& pull, const base::Result<uint64_t>& end) {
  if (pull.done || pull.queued) {
    return;
  }
  if (!end && end.error().kind() == base::ErrorKind::kGone && end.error().code() != "no_attempt" &&
      end.error().code() != "not_started" && end.error().code() != "no_log") {
    return;  // the link's end: Attach goes on
  }
  const bool terminal = model::IsTerminal(pull.attempt.status);
  if (!end) {
    TryAgain(key, pull, end.error().message());
  } else if (terminal && pull.here != pull.attempt.log_bytes) {
    TryAgain(key, pull, "its end came early");
  }
}

void LogPull::LookAt(const std::string& key, Pull& pull) {
  if (pull.done || pull.queued || !model::IsTerminal(pull.attempt.status)) {
    return;
  }
  if (pull.here > pull.attempt.log_bytes) {
    TryAgain(key, pull, "more is here than there");
    return;
  }
  if (pull.here < pull.attempt.log_bytes) {
    if (pull.subscription == 0 && client_ != nullptr) {
      turns_.push_back(key);
      NextTurns();
    }
    return;
  }
  pull.queued = true;
  checks_.push_back(key);
  wake_.Notify();
}

void LogPull::TryAgain(const std::string& key, Pull& pull, std::string why) {
  const bool from_start =
      pull.here > pull.attempt.log_bytes || (pull.here == pull.attempt.log_bytes && pull.here > 0);
  if (from_start && model::IsTerminal(pull.attempt.status) && pull.file) {
    static_cast<void>(pull.file->TruncateTo(0));
    pull.here = pull.file->size();
    pull.digest.reset();
  }
  pull.failures += model::IsTerminal(pull.attempt.status) ? 1 : 0;
  if (pull.failures >= kMostFailures) {
    handlers_.on_trouble(fmt::format("the log of {} is not complete: {}", pull.attempt.node, why));
    pull.attempt.status = model::NodeStatus::kErrored;
    pull.attempt.reason = "log incomplete: " + why;
    pull.attempt.log_complete = false;
    pull.attempt.log_bytes = pull.here;
    HandOn(pull);
    handlers_.on_batch();
    return;
  }
  Later(key, pull);
}

void LogPull::Later(const std::string& key, Pull& pull) {
  if (again_.empty()) {
    again_at_ = clock_.Now() + kTryAgainAfter;
  }
  pull.queued = true;
  again_.push_back(key);
  wake_.Notify();
}

void LogPull::HandOn(Pull& pull) {
  pull.done = true;
  --held_;
  pull.file.reset();
  pull.digest.reset();
  static_cast<void>(::chmod(pull.path.c_str(), kCheckedMode));
  unsynced_.push_back(std::move(pull.path));
  handlers_.on_attempt(std::exchange(pull.attempt, {}));
}

void LogPull::Checked(const std::string& key, Pull& pull, Check check) {
  pull.queued = false;
  if (check == Check::kSame) {
    HandOn(pull);
    return;
  }
  TryAgain(key, pull,
           check == Check::kDifferent ? "its digest differs" : "it could not be read here");
}

awaitable<void> LogPull::Sync() {
  if (!unsynced_.empty()) {
    auto sync = [paths = std::exchange(unsynced_, {})] { SyncFiles(paths); };
    co_await worker_.Run(std::move(sync));
  }
}

awaitable<void> LogPull::CheckOne(std::string key) {
  Pull& pull = pulls_.at(key);
  auto digest = [path = pull.path, bytes = pull.attempt.log_bytes] {
    return os::DigestOfFile(path, bytes);
  };
  base::Result<std::string> found;
  if (pull.digest) {
    found = std::exchange(pull.digest, nullptr)->HexDigest();
  } else {
    found = co_await worker_.Run(std::move(digest));
  }
  Check check = Check::kFailed;
  if (found) {
    const bool same = pull.attempt.log_sha256.empty() || pull.attempt.log_bytes == 0 ||
                      *found == pull.attempt.log_sha256;
    check = same ? Check::kSame : Check::kDifferent;
  }
  Checked(key, pull, check);
}

awaitable<void> LogPull::Run() {
  while (true) {
    if (again_.empty() && unsynced_.empty()) {
      static_cast<void>(co_await wake_.Wait());
    } else {
      async::Duration left = kSyncAfter;
      if (!again_.empty()) {
        left = std::clamp(again_at_ - clock_.Now(), async::Duration::zero(), left);
      }
      std::move_only_function<awaitable<void>()> wait = [this]() -> awaitable<void> {
        static_cast<void>(co_await wake_.Wait());
      };
      const bool woken = co_await async::RunBounded(clock_, left, std::move(wait));
      if (!woken) {
        co_await Sync();
      }
    }
    if (!again_.empty() && clock_.Now() >= again_at_) {
      for (const std::string& key : std::exchange(again_, {})) {
        Pull& pull = pulls_.at(key);
        pull.queued = false;
        Begin(key, pull);
      }
    }
    const bool any = !checks_.empty();
    while (!checks_.empty()) {
      const std::string key = std::move(checks_.front());
      checks_.pop_front();
      co_await CheckOne(key);
    }
    if (any) {
      handlers_.on_batch();
    }
  }
}

}  // namespace odu::coordinator
