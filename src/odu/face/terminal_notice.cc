#include "odu/face/terminal_notice.h"

#include <fmt/format.h>

#include "base/text.h"
#include "odu/face/display.h"
#include "surface/shape.h"

namespace odu::face {
namespace {

/// Whoever waits for less than this still looks.
constexpr int64_t kLongMs = 10'000;

}  // namespace

std::string TerminalNotice(const View& view) {
  const model::Run& run = view.run;
  if (!run.verdict || !run.settled_at || *run.settled_at - run.started_at < kLongMs) {
    return {};
  }
  std::string text = base::Sanitised(fmt::format("odu: {} @ {}: {}", ShownPipeline(run.pipeline),
                                                 run.sha7, surface::EnumWord(*run.verdict)),
                                     false);
  for (char& c : text) {
    c = c == '\n' || c == '\t' ? ' ' : c;
  }
  return "\a\x1b]9;" + text + "\x1b\\";
}

}  // namespace odu::face
