#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "odu/terminal/log_scan.h"

namespace odu::terminal {

/// What a key asks of the world outside of the state.
struct Effect {
  enum class Kind {
    kLeave,         ///< the run goes on
    kRerun,         ///< `names`
    kCancelNodes,   ///< `names`
    kCancelLane,    ///< `text`: the platform
    kCancelRun,     ///< with `at_once`: without a grace
    kShell,         ///< `text`: the node
    kStart,         ///< `names`, empty = all; `text`: "", "--no-post", "--no-strict"
    kOpenRun,       ///< `index` of idle.runs
    kLogStart,      ///< read the log from its first byte
    kLogEnd,        ///< read the log's end
    kLogBefore,     ///< read what stands before the lines at hand
    kSearch,        ///< `pattern` from `offset` on, or before it
    kCopy,          ///< `text`
    kLoadAttempts,  ///< of the node `text`
    kRedraw,
    kSuspend,
  };
  Kind kind = Kind::kRedraw;
  std::vector<std::string> names;
  std::string text;
  size_t index = 0;
  bool at_once = false;
  bool forward = true;
  uint64_t offset = 0;
  LogPattern pattern;
};

inline Effect EffectOf(Effect::Kind kind) {
  Effect effect;
  effect.kind = kind;
  return effect;
}

}  // namespace odu::terminal
