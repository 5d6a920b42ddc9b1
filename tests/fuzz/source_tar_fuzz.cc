// Any bytes as a tar archive: what is listed stays in its folder and is not reached through a
// symlink, whatever the archive says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "odu/lane/source_tar.h"

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using odu::lane::TarKind;
  // A checksum is hard to guess: they are made right, so that what they protect is reached.
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (size_t at = 0; at + 512 <= bytes.size(); at += 512) {
    if (bytes.compare(at + 148, 8, "CHECKSUM") == 0) {
      unsigned sum = 0;
      for (size_t i = 0; i < 512; ++i) {
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(bytes[at + i]);
      }
      char text[9];
      std::snprintf(text, sizeof(text), "%07o", sum);
      bytes.replace(at + 148, 8, text, 8);
    }
  }
  const auto listed =
      odu::lane::ListTar([&bytes](uint64_t offset, std::span<char> buffer) -> base::Result<size_t> {
        if (offset >= bytes.size()) {
          return size_t{0};
        }
        const size_t got = std::min<uint64_t>(buffer.size(), bytes.size() - offset);
        std::memcpy(buffer.data(), bytes.data() + offset, got);
        return got;
      });
  if (!listed) {
    Require(listed.error().code() == "bad_tar");
    return 0;
  }
  std::map<std::string, TarKind> kinds;
  for (const auto& entry : listed->entries) {
    Require(!entry.path.empty() && entry.path.front() != '/');
    Require(("/" + entry.path + "/").find("/../") == std::string::npos);
    Require(entry.path.find('\0') == std::string::npos);
    Require(kinds.emplace(entry.path, entry.kind).second);
  }
  for (const auto& [path, kind] : kinds) {
    for (size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const auto above = kinds.find(path.substr(0, slash));
      Require(above == kinds.end() || above->second == TarKind::kDirectory);
    }
  }
  return 0;
}
