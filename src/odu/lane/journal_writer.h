#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/model/lane_journal.h"
#include "os/append_file.h"

namespace odu::lane {

/// The one writer of a lane's journal: lines are collected and written once a turn of the loop.
/// When the disk is full they are kept and written with the next turn that can.
class JournalWriter {
 public:
  /// Opens or makes the journal; a torn last line is cut off. `history` is what it held.
  static base::Result<JournalWriter> Open(const std::string& path, model::LaneHistory& history);

  void Add(std::string_view key, std::string_view json);
  /// Writes what was added. A failure is told once until it is over.
  void Flush();
  /// Something that was added could not be written yet.
  bool failing() const { return failing_; }

  /// For syncing: another descriptor of the same file.
  const std::shared_ptr<os::Fd>& sync_fd() const { return sync_fd_; }

 private:
  JournalWriter(os::AppendFile file, std::shared_ptr<os::Fd> sync_fd)
      : file_(std::move(file)), sync_fd_(std::move(sync_fd)) {}

  os::AppendFile file_;
  std::shared_ptr<os::Fd> sync_fd_;
  std::string lines_;
  bool failing_ = false;
};

}  // namespace odu::lane
