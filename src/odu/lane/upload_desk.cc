#include "odu/lane/upload_desk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "async/notifier.h"
#include "base/bug.h"
#include "base/text.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace odu::lane {

namespace {

constexpr std::string_view kFilePrefix = "upload.";

}  // namespace

struct UploadDesk::Asked {
  explicit Asked(const boost::asio::any_io_executor& executor) : over(executor) {}
  model::SourceNeed need;
  std::string path;
  os::Fd file;
  bool complete = false;
  std::optional<base::Error> failure;
  async::Notifier over;
};

/// The asker, who may go at any await.
class UploadDesk::Asking {
 public:
  explicit Asking(UploadDesk& desk) : desk_(desk), alive_(desk.alive_) {}
  ~Asking() {
    if (*alive_) {
      desk_.Close();
    }
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

 private:
  UploadDesk& desk_;
  std::shared_ptr<bool> alive_;
};

UploadedFile::~UploadedFile() {
  ::unlink(path_.c_str());
}

UploadDesk::UploadDesk(boost::asio::any_io_executor executor, std::string folder, Publish publish,
                       uint64_t max_bytes)
    : executor_(std::move(executor)),
      folder_(std::move(folder)),
      publish_(std::move(publish)),
      max_bytes_(max_bytes) {}

UploadDesk::~UploadDesk() {
  *alive_ = false;
}

boost::asio::awaitable<base::Result<std::shared_ptr<UploadedFile>>> UploadDesk::Ask(
    std::string kind, std::vector<std::string> have) {
  BUG_IF(asked_ != nullptr, "two needs at once");
  const auto asked = std::make_shared<Asked>(executor_);
  asked->need.id = std::to_string(++count_);
  asked->need.kind = std::move(kind);
  asked->need.have = std::move(have);
  asked->path = folder_ + "/" + std::string(kFilePrefix) + asked->need.id;
  auto file = os::OpenFile(asked->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
  if (!file) {
    co_return base::Pass(file.error());
  }
  asked->file = std::move(*file);
  auto kept = std::make_shared<UploadedFile>(asked->path);
  asked_ = asked;
  const Asking asking(*this);
  publish_(asked->need);
  while (!asked->complete && !asked->failure) {
    const bool woken = co_await asked->over.Wait();
    if (!woken) {
      co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "upload: cancelled");
    }
  }
  if (asked->failure) {
    co_return base::Pass(*asked->failure);
  }
  over_id_ = asked->need.id;
  over_bytes_ = asked->need.received;
  kept->size_ = over_bytes_;
  co_return kept;
}

void UploadDesk::Close() {
  asked_.reset();
  publish_(model::SourceNeed());
}

base::Result<uint64_t> UploadDesk::Take(std::string_view need, uint64_t offset,
                                        std::string_view bytes, bool last) {
  if (bytes.size() > kMaxPieceBytes) {
    return base::Fail(
        base::ErrorKind::kLimit, "too_large",
        fmt::format("upload: a piece of {} bytes, at most {}", bytes.size(), kMaxPieceBytes));
  }
  if (!over_id_.empty() && need == over_id_ && offset <= over_bytes_ &&
      bytes.size() <= over_bytes_ - offset) {
    return over_bytes_;
  }
  if (!asked_ || need != asked_->need.id) {
    return base::Fail(base::ErrorKind::kRefused, "not_needed",
                      fmt::format("upload: nobody asks for {}", base::Quoted(need)));
  }
  Asked& asked = *asked_;
  if (asked.failure) {
    return base::Pass(*asked.failure);
  }
  uint64_t& received = asked.need.received;
  if (offset > received) {
    return base::Fail(base::ErrorKind::kRefused, "bad_offset",
                      fmt::format("upload: {} bytes are here, not {}", received, offset));
  }
  const uint64_t known = received - offset;
  if (asked.complete || bytes.size() < known) {
    return received;
  }
  const std::string_view fresh = bytes.substr(known);
  const auto fail = [&asked](base::Error error) {
    asked.failure = std::move(error);
    asked.over.Notify();
    return base::Pass(*asked.failure);
  };
  if (fresh.size() > max_bytes_ - received) {
    return fail(base::Error(base::ErrorKind::kLimit, "too_large",
                            fmt::format("upload: more than {} bytes", max_bytes_)));
  }
  if (auto written = os::WriteAll(asked.file.get(), fresh); !written) {
    return fail(written.error());
  }
  received += fresh.size();
  if (last) {
    asked.complete = true;
    asked.over.Notify();
  }
  publish_(asked.need);
  return received;
}

void UploadDesk::ClearLeftBehind(const std::string& folder) {
  const auto entries = os::ListDir(folder);
  if (!entries) {
    return;
  }
  for (const os::DirEntry& entry : *entries) {
    if (entry.kind == os::FileKind::kFile && entry.name.starts_with(kFilePrefix)) {
      ::unlink((folder + "/" + entry.name).c_str());
    }
  }
}

}  // namespace odu::lane
