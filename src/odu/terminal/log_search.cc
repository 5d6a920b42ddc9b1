#include "odu/terminal/log_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "odu/model/odu_contract.h"

namespace odu::terminal {
namespace {

/// A step of a search backward.
constexpr uint64_t kStepBytes = uint64_t{1} << 20;

}  // namespace

void LogSearch::Start(surface::Client* client, LogTarget target, LogPattern pattern, bool forward,
                      uint64_t from, uint64_t size) {
  Stop();
  client_ = client;
  target_ = std::move(target);
  pattern_ = std::move(pattern);
  forward_ = forward;
  from_ = std::min(from, size);
  size_ = size;
  again_ = false;
  looked_ = 0;
  running_ = true;
  forward_ ? Read(from_, size_) : Read(from_ > kStepBytes ? from_ - kStepBytes : 0, from_);
}

void LogSearch::Stop() {
  ++generation_;
  if (subscription_.has_value() && client_ != nullptr && !client_->closed()) {
    client_->Unsubscribe(*subscription_);
  }
  subscription_.reset();
  running_ = false;
  part_over_ = false;
}

void LogSearch::Read(uint64_t begin, uint64_t end) {
  part_begin_ = begin;
  part_end_ = end;
  part_over_ = false;
  scan_.reset();
  ++generation_;
  if (subscription_.has_value() && !client_->closed()) {
    client_->Unsubscribe(*subscription_);
  }
  subscription_.reset();
  if (begin >= end || client_ == nullptr || client_->closed()) {
    part_over_ = true;
    progressed_();
    return;
  }
  // A byte before: when that is a newline, the first line is whole.
  skipping_ = begin > 0;
  at_ = begin > 0 ? begin - 1 : 0;
  if (!skipping_) {
    scan_.emplace(pattern_, 0);
  }
  model::NodeLogInput input;
  input.run_id = target_.run_id;
  input.node = target_.node;
  input.attempt = target_.attempt;
  input.offset = at_;
  surface::StreamHandler handler;
  const uint64_t generation = generation_;
  handler.on_bytes = [this, generation](uint64_t offset, std::string_view bytes) {
    if (generation == generation_ && !part_over_) {
      Take(offset, bytes);
    }
  };
  handler.on_end = [this, generation](const base::Result<uint64_t>&) {
    if (generation == generation_ && !part_over_) {
      subscription_.reset();
      EndOfPart();
    }
  };
  subscription_ = client_->Subscribe(model::OduSurface::kNodeLog, input, std::move(handler));
}

void LogSearch::Take(uint64_t offset, std::string_view bytes) {
  bytes = bytes.substr(
      0, part_end_ > offset ? std::min<uint64_t>(part_end_ - offset, bytes.size()) : 0);
  looked_ += bytes.size();
  at_ = offset + bytes.size();
  if (skipping_) {
    const size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
      bytes = {};
    } else {
      skipping_ = false;
      scan_.emplace(pattern_, offset + newline + 1);
      bytes.remove_prefix(newline + 1);
    }
  }
  if (scan_.has_value()) {
    scan_->Feed(bytes);
  }
  const bool found = forward_ && scan_.has_value() && scan_->first().has_value();
  if (found || at_ >= part_end_) {
    EndOfPart();
  } else {
    progressed_();
  }
}

void LogSearch::EndOfPart() {
  if (scan_.has_value()) {
    scan_->Finish();
  }
  part_over_ = true;
  progressed_();
}

void LogSearch::Continue() {
  if (!running_ || !part_over_) {
    return;
  }
  const std::optional<uint64_t> found = !scan_.has_value() ? std::nullopt
                                        : forward_         ? scan_->first()
                                                           : scan_->last();
  if (found.has_value()) {
    Finish(found);
    return;
  }
  if (forward_) {
    if (again_ || from_ == 0) {
      Finish(std::nullopt);
      return;
    }
    again_ = true;
    // The line that the search began in is whole this time.
    Read(0, std::min(from_ + (uint64_t{64} << 10), size_));
    return;
  }
  const uint64_t least = again_ ? from_ : 0;
  if (part_begin_ > least) {
    // The line that the part began in is whole in the next one.
    const uint64_t end = std::min(part_begin_ + (uint64_t{64} << 10), part_end_ - 1);
    const uint64_t begin = part_begin_ > least + kStepBytes ? part_begin_ - kStepBytes : least;
    Read(begin, std::max(end, part_begin_));
    return;
  }
  if (again_ || from_ >= size_) {
    Finish(std::nullopt);
    return;
  }
  again_ = true;
  Read(size_ > from_ + kStepBytes ? size_ - kStepBytes : from_, size_);
}

void LogSearch::Finish(std::optional<uint64_t> line) {
  const bool again = again_;
  Stop();
  done_(line, again);
}

std::string LogSearch::Progress() const {
  return fmt::format("searching {} %",
                     size_ == 0 ? 0 : std::min<uint64_t>(looked_ * 100 / size_, 100));
}

}  // namespace odu::terminal
