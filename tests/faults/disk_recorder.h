#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace odu::faults {

/// One thing that this process did to files below a folder.
struct DiskOp {
  enum class Kind {
    kMakeDir,   ///< `path`
    kCreate,    ///< `file` appeared at `path`
    kWrite,     ///< `bytes` at `offset` of `file`
    kTruncate,  ///< `file` to `offset` bytes
    kRename,    ///< `path` to `other`, replacing what was there
    kUnlink,    ///< `path`
    kSync,      ///< the content of `file` is on the disk
    kSyncDir,   ///< the names in the folder `path` are
    kPromise,   ///< not the disk: from here on `offset` promises have been made
  };
  Kind kind = Kind::kWrite;
  int file = -1;  ///< a number for each file that ever was
  uint64_t offset = 0;
  std::string path;  ///< relative to the folder
  std::string other;
  std::string bytes;
};

/// While it lives everything that this process does to files below `root` is written down, whoever
/// does it: the calls are caught between the code under test and the C library. Everything is
/// carried out too. One at a time.
class DiskRecorder {
 public:
  explicit DiskRecorder(const std::string& root);
  ~DiskRecorder();
  DiskRecorder(const DiskRecorder&) = delete;
  DiskRecorder& operator=(const DiskRecorder&) = delete;

  /// Something has been told to somebody that a loss of power must not undo.
  void Promise();
  std::vector<DiskOp> Take();
};

}  // namespace odu::faults
