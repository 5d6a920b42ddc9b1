#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odu::lane {

/// What stands in a log where a masked value stood.
inline constexpr std::string_view kMask = "***";

/// The values that no log may show, ready to be looked for. What is looked for is each value as it
/// is and, because a log is written and read by lines, each of its lines without the blanks around
/// it. Costs 24 bytes of memory a byte of the values. Does not change.
class MaskedValues {
 public:
  /// Shorter values (and lines) are not masked: a log in which each `1`, `no` or `dev` is hidden
  /// says nothing any more, and what is hidden could be told from where the holes are.
  static constexpr size_t kLeastBytes = 4;

  /// False for what is too short to be masked, the blanks around it not counted. Nothing is lost
  /// by an empty one; of any other its owner should hear.
  static bool IsMaskable(std::string_view value);

  explicit MaskedValues(std::span<const std::string> values);

  /// No value can be masked.
  bool empty() const { return nodes_.size() == 1; }

  /// A text that is there as a whole, as LogMask would show it.
  std::string Masked(std::string_view text) const;

 private:
  friend class LogMask;

  /// A node of an Aho-Corasick automaton: a prefix of a value.
  struct Node {
    uint32_t first_child = 0;   ///< 0 = none
    uint32_t next_sibling = 0;  ///< 0 = none
    uint32_t fallback = 0;      ///< its longest proper suffix that is a prefix of a value
    uint32_t depth = 0;         ///< its length
    uint32_t match = 0;         ///< the length of the longest value that it ends with, or 0
    char byte = 0;              ///< its last
  };
  static constexpr uint32_t kRoot = 0;

  void Add(std::string_view text);
  uint32_t ChildOf(uint32_t node, char byte) const;
  uint32_t Next(uint32_t node, char byte) const;
  void Link();

  std::vector<Node> nodes_;
  std::array<uint32_t, 256> first_{};  ///< the root's children, by byte
};

/// Masks one log as it comes. Each longest run of bytes that belong to a value, also of values that
/// overlap or touch, becomes one kMask; all other bytes stay as they are, whatever they are. The
/// result does not depend on how the log was cut. Linear in the log's length.
///
/// Only the log's end can be undecided: its longest suffix that some value begins with, as far as
/// it is not part of a value already. Nothing else is ever held back.
class LogMask {
 public:
  /// `values` must outlive the mask.
  explicit LogMask(const MaskedValues& values) : values_(values) {}
  LogMask(const LogMask&) = delete;
  LogMask& operator=(const LogMask&) = delete;

  /// What the log goes on with after `bytes` have come; valid until the next call, and as long as
  /// `bytes` are.
  std::string_view Masked(std::string_view bytes);
  /// The rest, when no byte will come. The mask is as new then.
  std::string_view Rest();

  /// How many bytes are held back.
  size_t held() const { return held_.size(); }

 private:
  void Cover(size_t start, size_t end);
  size_t EmitUpTo(size_t decided, std::string_view bytes);
  void EmitText(size_t start, size_t end, std::string_view bytes);

  const MaskedValues& values_;
  uint32_t node_ = MaskedValues::kRoot;
  /// Came and is not decided. Positions below count from its first byte on.
  std::string held_;
  std::vector<std::pair<size_t, size_t>> covered_;  ///< ascending, apart, not yet emitted
  bool in_run_ = false;                             ///< what was emitted last was a kMask
  std::string out_;
};

}  // namespace odu::lane
