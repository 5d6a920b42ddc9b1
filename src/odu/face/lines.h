#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "odu/face/view.h"

/// The line formats of a run that is followed (contract.md 1.4 and section 3, "Node states"). Each
/// function gives whole lines, newline included.
namespace odu::face {

/// How transitions are written to a pipe.
enum class LineFormat {
  kPlain,     ///< `✔ ok      build@x86_64-linux 3s`
  kNdjson,    ///< `--progress json`: keys and their order are the original's
  kNdjson2,   ///< `--progress json=2`: first and last line, and more keys
  kStatuses,  ///< `odu attach` in a pipe: `ok       build@x86_64-linux`
  kChanges,   ///< `odu attach -o json`: `{"node":…,"status":…}`
};

/// One transition. Plain lines are coloured when `colour`.
std::string TransitionLine(const model::Node& node, LineFormat format, bool colour);

/// What stands before the first transition: the plain header, the first line of json=2, or nothing.
/// The header names `hosts_file`, the one in force; empty = there is none.
std::string FirstLine(const View& view, LineFormat format, std::string_view hosts_file);

/// What stands after the last one: the last line of json=2, or nothing.
std::string LastLine(const View& view, LineFormat format);

/// `… still running: <id> (<dur>), …`; empty when nothing runs.
std::string Heartbeat(const View& view, int64_t now_ms);

/// A notice of the coordinator, for stderr: `[<source>] <text>`.
std::string NoticeLine(const model::Notice& notice, bool colour);

}  // namespace odu::face
