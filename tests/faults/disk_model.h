#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "faults/disk_recorder.h"

namespace odu::faults {

/// What a disk may hold when the power comes back: files with their bytes, and folders.
struct DiskState {
  std::map<std::string, std::string> files;  ///< by path
  std::vector<std::string> folders;

  /// Puts it below `root`, which is empty.
  void PutAt(const std::string& root) const;
};

/// Every way in which the disk may be found after the power went at some point of `ops`: behind
/// each of them, with what was not synced
/// - all lost, or all kept;
/// - all kept but one write, lost, or there with zeros for bytes;
/// - kept up to one write, which is torn: at each byte for short ones, at some for long ones;
/// and with the names that were not synced all lost, or all kept, or each number of the first kept.
/// A sync makes durable what it is of and nothing else: names need the sync of their folder.
///
/// `look` gets each state and how many promises had been made. States that are equal come once.
void ForEachLoss(const std::vector<DiskOp>& ops,
                 const std::function<void(const DiskState&, size_t promises)>& look);

}  // namespace odu::faults
