#include "odu/lane/log_mask.h"

#include <algorithm>
#include <deque>

#include "base/text.h"

namespace odu::lane {

namespace {

/// Without the blanks around it.
std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) {
    return {};
  }
  return text.substr(start, text.find_last_not_of(kBlanks) + 1 - start);
}

}  // namespace

bool MaskedValues::IsMaskable(std::string_view value) {
  return Trimmed(value).size() >= kLeastBytes;
}

MaskedValues::MaskedValues(std::span<const std::string> values) : nodes_(1) {
  for (const std::string& value : values) {
    if (!IsMaskable(value)) {
      continue;
    }
    Add(value);
    for (const std::string_view line : base::Split(value, '\n')) {
      if (IsMaskable(line)) {
        Add(Trimmed(line));
      }
    }
  }
  for (uint32_t child = nodes_[kRoot].first_child; child != 0; child = nodes_[child].next_sibling) {
    first_[static_cast<uint8_t>(nodes_[child].byte)] = child;
  }
  Link();
}

void MaskedValues::Add(std::string_view text) {
  uint32_t node = kRoot;
  for (const char byte : text) {
    uint32_t child = ChildOf(node, byte);
    if (child == 0) {
      child = static_cast<uint32_t>(nodes_.size());
      Node made;
      made.next_sibling = std::exchange(nodes_[node].first_child, child);
      made.depth = nodes_[node].depth + 1;
      made.byte = byte;
      nodes_.push_back(made);
    }
    node = child;
  }
  nodes_[node].match = nodes_[node].depth;
}

uint32_t MaskedValues::ChildOf(uint32_t node, char byte) const {
  uint32_t child = nodes_[node].first_child;
  while (child != 0 && nodes_[child].byte != byte) {
    child = nodes_[child].next_sibling;
  }
  return child;
}

/// The longest suffix of `node` and `byte` that some value begins with.
uint32_t MaskedValues::Next(uint32_t node, char byte) const {
  while (node != kRoot) {
    if (const uint32_t child = ChildOf(node, byte); child != 0) {
      return child;
    }
    node = nodes_[node].fallback;
  }
  return first_[static_cast<uint8_t>(byte)];
}

/// Sets every fallback, the shorter prefixes first, and the matches that come with it.
void MaskedValues::Link() {
  std::deque<uint32_t> open{kRoot};
  while (!open.empty()) {
    const uint32_t node = open.front();
    open.pop_front();
    for (uint32_t child = nodes_[node].first_child; child != 0;
         child = nodes_[child].next_sibling) {
      Node& linked = nodes_[child];
      linked.fallback = node == kRoot ? kRoot : Next(nodes_[node].fallback, linked.byte);
      linked.match = std::max(linked.match, nodes_[linked.fallback].match);
      open.push_back(child);
    }
  }
}

std::string MaskedValues::Masked(std::string_view text) const {
  LogMask mask(*this);
  std::string masked(mask.Masked(text));
  masked += mask.Rest();
  return masked;
}

std::string_view LogMask::Masked(std::string_view bytes) {
  out_.clear();
  const size_t before = held_.size();
  const size_t end = before + bytes.size();
  for (size_t at = before; at < end; ++at) {
    if (node_ == MaskedValues::kRoot) {
      while (at < end && values_.first_[static_cast<uint8_t>(bytes[at - before])] == 0) {
        ++at;
      }
      if (at == end) {
        break;
      }
    }
    node_ = values_.Next(node_, bytes[at - before]);
    if (const size_t match = values_.nodes_[node_].match; match != 0) {
      Cover(at + 1 - std::min(match, at + 1), at + 1);
    }
  }
  const size_t depth = values_.nodes_[node_].depth;
  const size_t decided = end - std::min(depth, end);
  if (before == 0 && decided == end && covered_.empty()) {
    in_run_ = in_run_ && bytes.empty();
    return bytes;
  }
  const size_t emitted = EmitUpTo(decided, bytes);
  if (emitted >= before) {
    held_.assign(bytes.substr(emitted - before));
  } else {
    held_.erase(0, emitted);
    held_ += bytes;
  }
  for (auto& [start, finish] : covered_) {
    start -= emitted;
    finish -= emitted;
  }
  return out_;
}

std::string_view LogMask::Rest() {
  out_.clear();
  (void)EmitUpTo(held_.size(), {});
  held_.clear();
  covered_.clear();
  in_run_ = false;
  node_ = MaskedValues::kRoot;
  return out_;
}

/// Ends only grow, so what the new part overlaps or touches are the last ones.
void LogMask::Cover(size_t start, size_t end) {
  while (!covered_.empty() && covered_.back().second >= start) {
    start = std::min(start, covered_.back().first);
    covered_.pop_back();
  }
  covered_.emplace_back(start, end);
}

/// Emits what comes before `decided`, and what is covered and adjoins it. Returns where that ends.
size_t LogMask::EmitUpTo(size_t decided, std::string_view bytes) {
  size_t emitted = 0;
  size_t taken = 0;
  for (const auto& [start, end] : covered_) {
    if (start > emitted) {
      EmitText(emitted, std::min(start, decided), bytes);
      emitted = std::max(emitted, std::min(start, decided));
      if (start > emitted) {
        break;
      }
    }
    if (!in_run_) {
      out_ += kMask;
      in_run_ = true;
    }
    emitted = end;
    ++taken;
  }
  covered_.erase(covered_.begin(), covered_.begin() + static_cast<ptrdiff_t>(taken));
  if (covered_.empty() && emitted < decided) {
    EmitText(emitted, decided, bytes);
    emitted = decided;
  }
  return emitted;
}

/// Bytes as they came: `bytes` follow on what was held.
void LogMask::EmitText(size_t start, size_t end, std::string_view bytes) {
  if (start >= end) {
    return;
  }
  in_run_ = false;
  const size_t before = held_.size();
  if (start < before) {
    out_.append(held_, start, std::min(end, before) - start);
    start = before;
  }
  if (start < end) {
    out_.append(bytes, start - before, end - start);
  }
}

}  // namespace odu::lane
