#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/model/lane_contract.h"

namespace odu::lane {

/// A file that was brought, removed with this object.
class UploadedFile {
 public:
  explicit UploadedFile(std::string path) : path_(std::move(path)) {}
  ~UploadedFile();
  UploadedFile(const UploadedFile&) = delete;
  UploadedFile& operator=(const UploadedFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }

 private:
  friend class UploadDesk;
  std::string path_;
  uint64_t size_ = 0;
};

/// Where a lane asks for what it needs and gets it in pieces (`lane.upload`), one need at a time:
///
///   nothing --Ask()--> asked --Take()…--> complete: Ask() returns --> nothing
///                        |                              |
///                        +--(the disk is full, too much, the asker goes)--> nothing
///
/// 1. What is published as `received` is on the disk.
/// 2. A piece that is there already changes nothing, also when its need is over.
/// 3. Without an asker there is no file.
class UploadDesk {
 public:
  /// More than any source should need; a host's disk is full before.
  static constexpr uint64_t kMaxBytes = uint64_t{32} << 30;
  /// What one piece may hold.
  static constexpr size_t kMaxPieceBytes = size_t{1} << 20;

  using Publish = std::function<void(const model::SourceNeed& need)>;

  /// Files are made in `folder`; `publish` is told each change, an empty need at its end.
  UploadDesk(boost::asio::any_io_executor executor, std::string folder, Publish publish,
             uint64_t max_bytes = kMaxBytes);
  ~UploadDesk();
  UploadDesk(const UploadDesk&) = delete;
  UploadDesk& operator=(const UploadDesk&) = delete;

  /// Asks for `kind` and waits, without a bound, until it is there. One at a time. Failures: kHost
  /// "disk_full", "io"; kLimit "too_large"; kCancelled when the asker was cancelled.
  boost::asio::awaitable<base::Result<std::shared_ptr<UploadedFile>>> Ask(
      std::string kind, std::vector<std::string> have);

  /// Takes a piece and answers how much is there. Failures: kRefused "not_needed", "bad_offset";
  /// kLimit "too_large"; kHost "disk_full", "io".
  base::Result<uint64_t> Take(std::string_view need, uint64_t offset, std::string_view bytes,
                              bool last);

  /// Removes what a lane that was killed has left of an upload in its folder.
  static void ClearLeftBehind(const std::string& folder);

 private:
  struct Asked;
  class Asking;

  void Close();

  boost::asio::any_io_executor executor_;
  std::string folder_;
  Publish publish_;
  uint64_t max_bytes_;
  uint64_t count_ = 0;
  std::shared_ptr<Asked> asked_;
  std::string over_id_;  ///< the last need that was complete
  uint64_t over_bytes_ = 0;
  /// An asker may end after the desk.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace odu::lane
