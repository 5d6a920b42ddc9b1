#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

/// A tar archive as `git archive` makes them, looked through before the system's `tar` unpacks it,
/// and what it unpacked looked at afterwards.
namespace odu::lane {

enum class TarKind { kFile, kDirectory, kSymlink };

struct TarEntry {
  std::string path;  ///< relative, without `.` and `..`, no slash at its end
  TarKind kind = TarKind::kFile;
  uint64_t size = 0;
  std::string target;  ///< of a symlink: any text
};

struct TarListing {
  std::vector<TarEntry> entries;
  std::string commit;  ///< what git wrote down as the archive's; may be empty
};

/// Reads `buffer.size()` bytes at `offset`, fewer at the end.
using TarReader = std::function<base::Result<size_t>(uint64_t offset, std::span<char> buffer)>;

/// What an archive may hold.
struct TarLimits {
  size_t entries = 2'000'000;
  uint64_t path_bytes = 4096;
  uint64_t all_path_bytes = uint64_t{512} << 20;
};

/// Lists it. Refused (kInput "bad_tar") are: paths that leave the folder, what would be written
/// through a symlink of the archive itself, one path twice, everything that is no file, directory
/// or symlink, header fields that two readers could read differently, and an archive that is cut
/// off.
base::Result<TarListing> ListTar(const TarReader& read, const TarLimits& limits = {});
/// The same for a file.
base::Result<TarListing> ListTarFile(const std::string& path);

/// Whether what `tar` has made at `folder` is what was listed; kHost "bad_tar".
base::Result<void> CheckUnpacked(const TarListing& listing, const std::string& folder);

}  // namespace odu::lane
