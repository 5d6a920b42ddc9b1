#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "async/clock.h"
#include "odu/terminal/log_document.h"
#include "odu/terminal/state.h"
#include "surface/client.h"

namespace odu::terminal {

/// A log on the surface.
struct LogTarget {
  std::string run_id;
  std::string node;
  int32_t attempt = 0;
  bool operator==(const LogTarget&) const = default;
};

/// How many bytes a log has now, where that is known.
using LogSize = std::function<std::optional<uint64_t>(const LogTarget&)>;

/// Reads the part of a log that the pane shows, by offset, into a LogDocument: its end while it is
/// followed, else as much as is looked at and a little ahead. A log that grows faster than a person
/// reads is skipped through: what is shown is its end, ten times a second.
///
/// States: closed --Show--> reading --enough--> resting --more wanted--> reading; reading --too
/// much at once--> behind --kCatchUp--> reading (at the end, when following). The stream's own end
/// is `ended`.
class LogPump {
 public:
  /// All outlive it. `changed` is called when lines came.
  LogPump(async::Clock& clock, LogDocument& document, LogPane& pane, LogSize size,
          std::function<void()> changed);

  /// What to show, over which link; null while there is none. The same again changes nothing.
  void Show(surface::Client* client, const LogTarget& target);
  /// Nothing is shown.
  void Close();
  /// To be called when the pane changed and every kCatchUp while busy(): reads on, or stops.
  void Adjust(int rows);
  /// Looks again soon: a log grows, or is behind.
  bool busy() const { return behind_; }
  /// A part was asked for and is not there yet: what is on the screen may stay.
  bool unsettled() const;

  void ToStart();
  void ToEnd();
  void Before();
  /// Brings the line at `offset` into view.
  void ToLine(uint64_t offset, int rows);
  const LogTarget& target() const { return target_; }

  static constexpr async::Duration kCatchUp = std::chrono::milliseconds(100);

 private:
  void Subscribe(uint64_t offset);
  void Unsubscribe();
  void Restart(uint64_t begin);
  void Tail();
  void Take(std::string_view bytes);
  void Ended(const base::Result<uint64_t>& end);
  void SetTop(int rows);
  /// More lines than those at hand are not looked at.
  bool IsEnough() const;

  async::Clock& clock_;
  LogDocument& document_;
  LogPane& pane_;
  LogSize size_;
  std::function<void()> changed_;
  surface::Client* client_ = nullptr;
  LogTarget target_;
  bool open_ = false;
  std::optional<int64_t> subscription_;
  uint64_t generation_ = 0;  ///< of the subscription: late bytes of another are not ours
  bool ended_ = false;
  bool behind_ = false;
  bool enough_ = false;  ///< more came than is looked at
  int rows_ = 0;         ///< that the pane shows
  bool fresh_ = false;   ///< restarted, nothing came yet
  async::Duration window_start_{};
  size_t window_bytes_ = 0;
  async::Duration asked_at_{};
  /// The line that is to be in view once it is there, and how far from the top.
  std::optional<uint64_t> wanted_line_;
  bool wanted_at_bottom_ = false;
};

}  // namespace odu::terminal
