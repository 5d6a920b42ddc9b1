#include "odu/terminal/log_pump.h"

#include <algorithm>
#include <utility>

#include "odu/model/odu_contract.h"

namespace odu::terminal {
namespace {

/// Enough for any screen.
constexpr uint64_t kTailBytes = uint64_t{48} << 10;
/// How far is gone back at once.
constexpr uint64_t kBackBytes = uint64_t{128} << 10;
/// So many bytes in one kCatchUp are more than can be read.
constexpr size_t kBurstBytes = size_t{128} << 10;
/// Lines read beyond those shown.
constexpr size_t kAheadLines = 400;
/// Lines of a log that is not followed are made of so many bytes at once.
constexpr size_t kPieceBytes = size_t{4} << 10;
constexpr async::Duration kUnsettledAtMost = std::chrono::milliseconds(150);

}  // namespace

LogPump::LogPump(async::Clock& clock, LogDocument& document, LogPane& pane, LogSize size,
                 std::function<void()> changed)
    : clock_(clock),
      document_(document),
      pane_(pane),
      size_(std::move(size)),
      changed_(std::move(changed)) {}

void LogPump::Show(surface::Client* client, const LogTarget& target) {
  const bool same_link = client == client_;
  if (open_ && target == target_ && same_link) {
    return;
  }
  if (!same_link) {
    // The old link's subscription went with it.
    subscription_.reset();
    ++generation_;
    client_ = client;
  }
  if (open_ && target == target_) {
    ended_ = false;
    return;
  }
  Unsubscribe();
  target_ = target;
  open_ = true;
  pane_.note = "reading the log";
  pane_.selection.reset();
  pane_.match.reset();
  pane_.size = 0;
  wanted_line_.reset();
  Tail();
}

void LogPump::Close() {
  Unsubscribe();
  open_ = false;
  target_ = LogTarget();
  document_.Restart(0, false);
  pane_.note.clear();
}

bool LogPump::unsettled() const {
  return open_ && (fresh_ || wanted_line_.has_value()) && !ended_ && client_ != nullptr &&
         clock_.Now() - asked_at_ < kUnsettledAtMost;
}

void LogPump::Subscribe(uint64_t offset) {
  if (client_ == nullptr || client_->closed()) {
    return;
  }
  model::NodeLogInput input;
  input.run_id = target_.run_id;
  input.node = target_.node;
  input.attempt = target_.attempt;
  input.offset = offset;
  const uint64_t generation = ++generation_;
  surface::StreamHandler handler;
  handler.on_bytes = [this, generation](uint64_t, std::string_view bytes) {
    if (generation == generation_) {
      Take(bytes);
    }
  };
  handler.on_end = [this, generation](const base::Result<uint64_t>& end) {
    if (generation == generation_) {
      Ended(end);
    }
  };
  window_start_ = clock_.Now();
  window_bytes_ = 0;
  subscription_ = client_->Subscribe(model::OduSurface::kNodeLog, input, std::move(handler));
}

void LogPump::Unsubscribe() {
  ++generation_;
  if (subscription_.has_value() && client_ != nullptr && !client_->closed()) {
    client_->Unsubscribe(*subscription_);
  }
  subscription_.reset();
}

void LogPump::Take(std::string_view bytes) {
  window_bytes_ += bytes.size();
  if (window_bytes_ > kBurstBytes && !fresh_ && !wanted_line_.has_value()) {
    if (clock_.Now() - window_start_ < kCatchUp) {
      if (!std::exchange(behind_, true)) {
        changed_();
      }
      // Late bytes are not wanted any more.
      ++generation_;
      return;
    }
    window_start_ = clock_.Now();
    window_bytes_ = bytes.size();
  }
  fresh_ = false;
  // A piece at a time: what is more than enough would push out what is looked at.
  while (!bytes.empty() && !IsEnough()) {
    const size_t before = document_.dropped();
    const size_t piece = pane_.follow ? bytes.size() : std::min(bytes.size(), kPieceBytes);
    document_.Append(bytes.substr(0, piece));
    bytes.remove_prefix(piece);
    if (const size_t dropped = document_.dropped() - before; dropped > 0) {
      pane_.top -= std::min(dropped, pane_.top);
      pane_.selection.reset();
    }
    SetTop(rows_);
  }
  if (!bytes.empty()) {
    enough_ = true;
    ++generation_;  // the rest is asked for again when it is wanted
  }
  pane_.size = std::max(pane_.size, document_.end());
  changed_();
}

bool LogPump::IsEnough() const {
  const size_t wanted = pane_.top + static_cast<size_t>(std::max(rows_, 0)) + kAheadLines;
  return !pane_.follow && !wanted_line_.has_value() && document_.size() >= wanted;
}

void LogPump::Ended(const base::Result<uint64_t>& end) {
  subscription_.reset();
  fresh_ = false;
  ended_ = true;
  if (!end) {
    // A link that died is told of elsewhere.
    const bool link = end.error().code() == "closed" || end.error().code() == "closing";
    pane_.note = link ? "" : end.error().message();
    ended_ = !link;
  } else {
    pane_.size = std::max(pane_.size, *end);
    pane_.note = "the log is empty";
  }
  changed_();
}

void LogPump::Restart(uint64_t begin) {
  Unsubscribe();
  document_.Restart(begin, begin > 0);
  behind_ = false;
  enough_ = false;
  ended_ = false;
  fresh_ = true;
  asked_at_ = clock_.Now();
  Subscribe(begin);
}

void LogPump::Tail() {
  const uint64_t size = size_(target_).value_or(0);
  pane_.size = size;
  Restart(size > kTailBytes ? size - kTailBytes : 0);
}

void LogPump::Adjust(int rows) {
  if (!open_ || client_ == nullptr) {
    return;
  }
  rows_ = rows;
  SetTop(rows);
  if (std::exchange(enough_, false)) {
    Unsubscribe();
  }
  if (behind_) {
    Unsubscribe();
    if (clock_.Now() - window_start_ < kCatchUp) {
      return;
    }
    behind_ = false;
    if (pane_.follow) {
      Tail();
      return;
    }
    pane_.size = std::max(pane_.size, size_(target_).value_or(0));
  }
  const bool more = !IsEnough();
  if (more && !subscription_.has_value() && !ended_) {
    Subscribe(document_.end());
  } else if (!more && subscription_.has_value()) {
    Unsubscribe();
  }
}

void LogPump::SetTop(int rows) {
  if (!wanted_line_.has_value()) {
    return;
  }
  if (document_.end() <= *wanted_line_ && !ended_) {
    return;
  }
  const size_t line = document_.LineAt(*wanted_line_);
  const auto room = static_cast<size_t>(std::max(rows, 1));
  const size_t above = wanted_at_bottom_ ? room : room / 3;
  pane_.top = line > above ? line - above : 0;
  wanted_line_.reset();
  changed_();
}

void LogPump::ToStart() {
  wanted_line_.reset();
  if (open_ && document_.begin() > 0) {
    Restart(0);
  }
}

void LogPump::ToEnd() {
  wanted_line_.reset();
  if (!open_) {
    return;
  }
  const uint64_t size = size_(target_).value_or(0);
  if (size > document_.end() + kTailBytes) {
    Tail();
  }
}

void LogPump::Before() {
  if (!open_ || document_.begin() == 0) {
    return;
  }
  const uint64_t begin = document_.begin();
  wanted_line_ = begin;
  wanted_at_bottom_ = true;
  Restart(begin > kBackBytes ? begin - kBackBytes : 0);
}

void LogPump::ToLine(uint64_t offset, int rows) {
  if (!open_) {
    return;
  }
  pane_.follow = false;
  wanted_line_ = offset;
  wanted_at_bottom_ = false;
  if (offset >= document_.begin() && offset < document_.end()) {
    SetTop(rows);
    return;
  }
  Restart(offset > kTailBytes ? offset - kTailBytes : 0);
}

}  // namespace odu::terminal
