#include "os/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "os/file_system.h"

namespace os {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;

}  // namespace

AppendFile::AppendFile(Fd fd, std::string path, uint64_t size)
    : fd_(std::move(fd)), path_(std::move(path)), written_(size), synced_(size) {}

base::Result<AppendFile> AppendFile::Open(const std::string& path, mode_t mode) {
  base::Result<Fd> fd = OpenFile(path, O_RDWR | O_CREAT, mode);
  if (!fd) {
    return base::Pass(fd.error());
  }
  const base::Result<FileStatus> status = StatusOf(fd->get());
  if (!status) {
    return base::Pass(status.error());
  }
  return AppendFile(std::move(*fd), path, status->size);
}

base::Result<void> AppendFile::WriteOut(std::string_view bytes, size_t& done) {
  while (done < bytes.size()) {
    const ssize_t put =
        pwrite(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(written_));
    if (put >= 0) {
      done += static_cast<size_t>(put);
      written_ += static_cast<uint64_t>(put);
    } else if (errno != EINTR) {
      return std::unexpected(base::SystemError("'" + path_ + "'", errno));
    }
  }
  return {};
}

void AppendFile::KeepRoom(size_t bytes) {
  room_ = bytes;
  if (bytes == 0 && room_until_ > written_) {
    // The length stays: what lies beyond it is given back.
    (void)ftruncate(fd_.get(), static_cast<off_t>(written_));
  }
  room_until_ = 0;
  TakeRoom();
}

void AppendFile::TakeRoom() {
  if (room_ == 0 || written_ + room_ / 2 <= room_until_) {
    return;
  }
  // Without it (a full disk, a file system that cannot) things are as they were.
  if (fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(written_),
                static_cast<off_t>(room_)) == 0) {
    room_until_ = written_ + room_;
  }
}

base::Result<void> AppendFile::Append(std::string_view bytes) {
  if (!buffer_.empty()) {
    buffer_ += bytes;
    return Flush();
  }
  size_t done = 0;
  base::Result<void> result = WriteOut(bytes, done);
  if (!result) {
    buffer_ = bytes.substr(done);
  }
  TakeRoom();
  return result;
}

base::Result<void> AppendFile::AppendBuffered(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) {
    return Flush();
  }
  return {};
}

base::Result<void> AppendFile::Flush() {
  size_t done = 0;
  base::Result<void> result = WriteOut(buffer_, done);
  buffer_.erase(0, done);
  TakeRoom();
  return result;
}

base::Result<void> AppendFile::Sync() {
  base::Result<void> result = Flush();
  if (!result || synced()) {
    return result;
  }
  if (fdatasync(fd_.get()) != 0) {
    return std::unexpected(base::SystemError("'" + path_ + "'", errno));
  }
  synced_ = written_;
  return {};
}

base::Result<void> AppendFile::TruncateTo(uint64_t size) {
  buffer_.clear();
  if (ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
    return std::unexpected(base::SystemError("'" + path_ + "'", errno));
  }
  written_ = size;
  // The new length is not on the disk yet.
  synced_ = UINT64_MAX;
  return {};
}

}  // namespace os
