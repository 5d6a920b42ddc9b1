#include "odu/face/pipe_watcher.h"

#include <fmt/format.h>

#include <utility>

#include "odu/face/display.h"
#include "odu/face/summary.h"

namespace odu::face {
namespace {

/// Contract 1.4: looked at each minute, said after a minute of silence.
constexpr async::Duration kHeartbeat = std::chrono::seconds(60);
/// A run that takes longer than this to begin says so.
constexpr async::Duration kPatience = std::chrono::seconds(1);

}  // namespace

PipeWatcher::PipeWatcher(Console& console, async::Clock& clock, LineFormat format, bool summary,
                         std::string hosts_file)
    : console_(console),
      clock_(clock),
      format_(format),
      summary_(summary),
      hosts_file_(std::move(hosts_file)),
      last_line_at_(clock.Now()),
      checked_at_(clock.Now()) {}

void PipeWatcher::Waiting(const View& view, const Idle&) {
  if (!said_waiting_ && summary_ && clock_.Now() - last_line_at_ >= kPatience) {
    said_waiting_ = true;
    console_.Err(fmt::format("[odu] run {} is being prepared\n", view.run.ref));
  }
}

void PipeWatcher::Began(const View& view) {
  console_.Out(FirstLine(view, format_, hosts_file_));
  last_line_at_ = clock_.Now();
}

void PipeWatcher::Changed(const View&, std::span<const model::Node> transitions) {
  std::string lines;
  for (const model::Node& node : transitions) {
    lines += TransitionLine(node, format_, console_.colour());
  }
  console_.Out(lines);
  last_line_at_ = clock_.Now();
}

void PipeWatcher::Noticed(const model::Notice& notice) {
  console_.Err(NoticeLine(notice, console_.colour() && console_.err_is_terminal()));
}

void PipeWatcher::Ticked(const View& view) {
  const async::Duration now = clock_.Now();
  if (format_ != LineFormat::kPlain || now - checked_at_ < kHeartbeat) {
    return;
  }
  checked_at_ = now;
  if (now - last_line_at_ >= kHeartbeat) {
    console_.Out(Heartbeat(view, clock_.WallMs()));
  }
}

void PipeWatcher::Settled(const View& view, const std::map<std::string, std::string>& tails) {
  console_.Out(LastLine(view, format_));
  if (summary_) {
    console_.Err(Summary(view, tails, console_.colour()));
  }
}

}  // namespace odu::face
