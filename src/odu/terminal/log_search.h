#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "odu/terminal/log_pump.h"
#include "odu/terminal/log_scan.h"

namespace odu::terminal {

/// Looks for a pattern in a log of any size by streaming it past a LogScan: forward in one go,
/// backward in steps. At the end it begins once again at the other one.
class LogSearch {
 public:
  /// `done` hears the offset of the line that was found, or nothing; `again` says that the search
  /// went around an end of the log. Not called inside Start or Stop.
  using Done = std::function<void(std::optional<uint64_t> line, bool again)>;

  LogSearch(Done done, std::function<void()> progressed)
      : done_(std::move(done)), progressed_(std::move(progressed)) {}

  /// Searches [from, ...) forward or [..., from) backward; `size` is how much of the log there is.
  void Start(surface::Client* client, LogTarget target, LogPattern pattern, bool forward,
             uint64_t from, uint64_t size);
  void Stop();
  bool running() const { return running_; }
  /// To be called after `progressed`: goes on with what cannot be done inside a reader.
  void Continue();
  /// "searching 43 %"
  std::string Progress() const;

 private:
  void Read(uint64_t begin, uint64_t end);
  void Take(uint64_t offset, std::string_view bytes);
  void EndOfPart();
  void Finish(std::optional<uint64_t> line);

  Done done_;
  std::function<void()> progressed_;
  surface::Client* client_ = nullptr;
  LogTarget target_;
  LogPattern pattern_;
  bool forward_ = true;
  bool running_ = false;
  bool again_ = false;
  uint64_t from_ = 0;
  uint64_t size_ = 0;
  uint64_t generation_ = 0;
  std::optional<int64_t> subscription_;
  std::optional<LogScan> scan_;
  uint64_t part_begin_ = 0;
  uint64_t part_end_ = 0;
  uint64_t at_ = 0;
  uint64_t looked_ = 0;
  bool skipping_ = false;
  bool part_over_ = false;
};

}  // namespace odu::terminal
