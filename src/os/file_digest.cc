#include "os/file_digest.h"

#include <fcntl.h>

#include <algorithm>
#include <span>
#include <vector>

#include "base/sha256.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace os {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;

}  // namespace

base::Result<std::string> DigestOfFile(const std::string& path, uint64_t bytes) {
  const auto file = OpenFile(path, O_RDONLY);
  if (!file) {
    return base::Pass(file.error());
  }
  return DigestOfFile(file->get(), bytes);
}

base::Result<std::string> DigestOfFile(int fd, uint64_t bytes) {
  base::Sha256 digest;
  std::vector<char> buffer(kReadBytes);
  for (uint64_t at = 0; at < bytes;) {
    const size_t wanted = std::min<uint64_t>(buffer.size(), bytes - at);
    const auto read = ReadAt(fd, at, std::span(buffer.data(), wanted));
    if (!read) {
      return base::Pass(read.error());
    }
    if (*read == 0) {
      break;
    }
    digest.Update(std::string_view(buffer.data(), *read));
    at += *read;
  }
  return digest.HexDigest();
}

}  // namespace os
