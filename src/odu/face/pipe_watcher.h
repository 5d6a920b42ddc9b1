#pragma once

#include "odu/face/console.h"
#include "odu/face/lines.h"
#include "odu/face/watcher.h"

namespace odu::face {

/// Shows a run in a pipe: one line for each transition on stdout, a heartbeat after a minute of
/// silence, the summary on stderr.
class PipeWatcher final : public Watcher {
 public:
  /// `summary` prints the closing block (`odu run`; `odu attach` in a pipe has none); `hosts_file`
  /// is named by the plain header, see FirstLine.
  PipeWatcher(Console& console, async::Clock& clock, LineFormat format, bool summary,
              std::string hosts_file = {});

  async::Duration TickEvery() const override { return std::chrono::seconds(1); }
  void Waiting(const View& view, const Idle& idle) override;
  void Began(const View& view) override;
  void Changed(const View& view, std::span<const model::Node> transitions) override;
  void Noticed(const model::Notice& notice) override;
  void Ticked(const View& view) override;
  void Settled(const View& view, const std::map<std::string, std::string>& tails) override;

 private:
  Console& console_;
  async::Clock& clock_;
  LineFormat format_;
  bool summary_;
  std::string hosts_file_;
  async::Duration last_line_at_;
  async::Duration checked_at_;
  bool said_waiting_ = false;
};

}  // namespace odu::face
