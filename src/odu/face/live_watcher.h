#pragma once

#include <functional>

#include "odu/face/matrix.h"
#include "odu/face/screen.h"
#include "odu/face/watcher.h"

namespace odu::face {

/// Shows a run on a terminal: the live matrix, red transitions and notices printed above it, and
/// the summary in its place at the end.
class LiveWatcher final : public Watcher {
 public:
  /// `size` is asked before each frame; `hint` is the last line of the frame, may be empty.
  LiveWatcher(Console& console, async::Clock& clock, std::function<FrameStyle()> size,
              std::string hint);

  async::Duration TickEvery() const override { return std::chrono::milliseconds(125); }
  void Waiting(const View& view, const Idle& idle) override;
  void Began(const View& view) override;
  void Changed(const View& view, std::span<const model::Node> transitions) override;
  void Noticed(const model::Notice& notice) override;
  void Ticked(const View& view, std::span<const LogTail> tails) override;
  void Settled(const View& view, const std::map<std::string, std::string>& tails) override;
  std::vector<std::string> WantedTails(const View& view) const override;
  void Suspend() override { screen_.Leave(); }

 private:
  Console& console_;
  async::Clock& clock_;
  std::function<FrameStyle()> size_;
  std::string hint_;
  Screen screen_;
};

/// What an idle checkout shows: the plan of HEAD and the newest runs. Whole lines, at most `rows`.
std::string IdleText(const View& view, const Idle& idle, int64_t now_ms, const FrameStyle& style);

}  // namespace odu::face
