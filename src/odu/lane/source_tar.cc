#include "odu/lane/source_tar.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::lane {

namespace {

constexpr size_t kBlock = 512;
/// Extended headers hold one path or two.
constexpr uint64_t kMaxExtendedBytes = size_t{64} << 10;

base::Error Bad(std::string message) {
  return base::Error(base::ErrorKind::kInput, "bad_tar", "tar: " + std::move(message));
}

using Block = std::array<char, kBlock>;

std::string_view Field(const Block& block, size_t at, size_t length) {
  const std::string_view field(block.data() + at, length);
  return field.substr(0, field.find('\0'));
}

/// Octal digits up to a blank or a NUL, and nothing else: base-256 and signs are not written by
/// git.
std::optional<uint64_t> Octal(const Block& block, size_t at, size_t length) {
  std::string_view text(block.data() + at, length);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) {
    text.remove_suffix(1);
  }
  if (text.empty()) {
    return std::nullopt;
  }
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '7' || value >> 60 != 0) {
      return std::nullopt;
    }
    value = value * 8 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

bool ChecksumHolds(const Block& block) {
  const auto wanted = Octal(block, 148, 8);
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return wanted == sum;
}

/// What an extended header says of the next entry.
struct Extended {
  std::optional<std::string> path;
  std::optional<std::string> target;
};

class Lister {
 public:
  Lister(const TarReader& read, const TarLimits& limits) : read_(read), limits_(limits) {}

  base::Result<TarListing> List() {
    while (true) {
      Block block;
      if (auto got = ReadWhole(block); !got) {
        return base::Pass(got.error());
      }
      if (std::ranges::all_of(block, [](char c) { return c == '\0'; })) {
        if (auto rest = OnlyZeros(); !rest) {
          return base::Pass(rest.error());
        }
        return std::move(listing_);
      }
      if (auto taken = Take(block); !taken) {
        return base::Pass(taken.error());
      }
    }
  }

 private:
  base::Result<void> ReadWhole(std::span<char> out) {
    auto got = read_(offset_, out);
    if (!got) {
      return base::Pass(got.error());
    }
    if (*got < out.size()) {
      return std::unexpected(Bad("it is cut off"));
    }
    offset_ += out.size();
    return {};
  }

  /// What stands behind the end would be read by nobody, or by somebody.
  base::Result<void> OnlyZeros() {
    std::array<char, 16 * kBlock> buffer;
    bool second = false;
    while (true) {
      auto got = read_(offset_, buffer);
      if (!got) {
        return base::Pass(got.error());
      }
      const std::string_view rest(buffer.data(), *got);
      if (rest.find_first_not_of('\0') != std::string_view::npos) {
        return std::unexpected(Bad("something stands behind its end"));
      }
      offset_ += *got;
      second = second || *got >= kBlock;
      if (*got < buffer.size()) {
        return second ? base::Result<void>() : std::unexpected(Bad("it is cut off"));
      }
    }
  }

  base::Result<void> Take(const Block& block) {
    if (!ChecksumHolds(block)) {
      return std::unexpected(Bad("a header's checksum is wrong"));
    }
    const auto size = Octal(block, 124, 12);
    if (!size) {
      return std::unexpected(Bad("a size cannot be read"));
    }
    const char type = block[156];
    if (type == 'g' || type == 'x') {
      return TakeExtended(type, *size);
    }
    TarEntry entry;
    const std::string name(Field(block, 0, 100));
    // Only the POSIX form has a prefix there; the old GNU form has other things.
    const bool posix =
        std::string_view(block.data() + 257, 8) == std::string_view("ustar\00000", 8);
    const std::string prefix(posix ? Field(block, 345, 155) : std::string_view());
    entry.path = prefix.empty() ? name : prefix + "/" + name;
    entry.target = std::string(Field(block, 157, 100));
    if (Extended told = std::exchange(extended_, {}); told.path || told.target) {
      entry.path = std::move(told.path).value_or(std::move(entry.path));
      entry.target = std::move(told.target).value_or(std::move(entry.target));
    }
    switch (type) {
      case '0':
      case '\0':
        entry.kind = TarKind::kFile;
        entry.size = *size;
        break;
      case '2':
        entry.kind = TarKind::kSymlink;
        break;
      case '5':
        entry.kind = TarKind::kDirectory;
        break;
      default:
        return std::unexpected(
            Bad(fmt::format("{} is no file, directory or symlink", base::Quoted(entry.path))));
    }
    if (entry.kind != TarKind::kFile && *size != 0) {
      return std::unexpected(
          Bad(fmt::format("{} has bytes and is no file", base::Quoted(entry.path))));
    }
    offset_ += (entry.size + kBlock - 1) / kBlock * kBlock;
    return Add(std::move(entry));
  }

  /// "<length> <key>=<value>\n" records.
  base::Result<void> TakeExtended(char type, uint64_t size) {
    if (size > kMaxExtendedBytes) {
      return std::unexpected(Bad("an extended header is too large"));
    }
    std::string bytes((size + kBlock - 1) / kBlock * kBlock, '\0');
    if (auto got = ReadWhole(bytes); !got) {
      return got;
    }
    std::string_view rest = std::string_view(bytes).substr(0, size);
    while (!rest.empty()) {
      const size_t space = rest.find(' ');
      uint64_t length = 0;
      for (const char c : rest.substr(0, std::min<size_t>(space, 9))) {
        if (c < '0' || c > '9') {
          return std::unexpected(Bad("an extended header cannot be read"));
        }
        length = length * 10 + static_cast<uint64_t>(c - '0');
      }
      if (space == std::string_view::npos || length < space + 3 || length > rest.size() ||
          rest[length - 1] != '\n') {
        return std::unexpected(Bad("an extended header cannot be read"));
      }
      const std::string_view record = rest.substr(space + 1, length - space - 2);
      rest = rest.substr(length);
      const size_t equals = record.find('=');
      if (equals == std::string_view::npos) {
        return std::unexpected(Bad("an extended header cannot be read"));
      }
      if (auto said = TakeRecord(type, record.substr(0, equals), record.substr(equals + 1));
          !said) {
        return said;
      }
    }
    return {};
  }

  base::Result<void> TakeRecord(char type, std::string_view key, std::string_view value) {
    if (key == "comment") {
      if (type == 'g') {
        listing_.commit = std::string(value);
      }
      return {};
    }
    if (type == 'x' && key == "path") {
      extended_.path = std::string(value);
      return {};
    }
    if (type == 'x' && key == "linkpath") {
      extended_.target = std::string(value);
      return {};
    }
    if (key == "mtime") {
      return {};
    }
    return std::unexpected(
        Bad(fmt::format("an extended header says {}, which is not known", base::Quoted(key))));
  }

  base::Result<void> Add(TarEntry entry) {
    if (entry.kind == TarKind::kDirectory && entry.path.ends_with('/')) {
      entry.path.pop_back();
    }
    if (auto path = CheckPath(entry); !path) {
      return path;
    }
    path_bytes_ += entry.path.size() + entry.target.size();
    if (listing_.entries.size() >= limits_.entries || path_bytes_ > limits_.all_path_bytes) {
      return std::unexpected(Bad("it has too many entries"));
    }
    const auto [known, is_new] = kinds_.try_emplace(entry.path, entry.kind);
    if (!is_new && (known->second != TarKind::kDirectory || entry.kind != TarKind::kDirectory)) {
      return std::unexpected(Bad(fmt::format("{} is in it twice", base::Quoted(entry.path))));
    }
    if (is_new) {
      listing_.entries.push_back(std::move(entry));
    }
    return {};
  }

  base::Result<void> CheckPath(const TarEntry& entry) {
    const std::string& path = entry.path;
    if (path.empty() || path.size() > limits_.path_bytes || path.find('\0') != std::string::npos ||
        entry.target.find('\0') != std::string::npos || entry.target.size() > limits_.path_bytes ||
        (entry.kind == TarKind::kSymlink && entry.target.empty())) {
      return std::unexpected(Bad(fmt::format("{} is no path", base::Quoted(path))));
    }
    for (size_t start = 0; start <= path.size();) {
      const size_t end = std::min(path.find('/', start), path.size());
      const std::string_view part = std::string_view(path).substr(start, end - start);
      if (part.empty() || part == "." || part == "..") {
        return std::unexpected(Bad(fmt::format("{} leaves the folder", base::Quoted(path))));
      }
      if (end < path.size()) {
        const std::string above = path.substr(0, end);
        const auto [known, is_new] = kinds_.try_emplace(above, TarKind::kDirectory);
        if (known->second != TarKind::kDirectory) {
          return std::unexpected(
              Bad(fmt::format("{} lies below something that is no directory", base::Quoted(path))));
        }
      }
      start = end + 1;
    }
    return {};
  }

  const TarReader& read_;
  TarLimits limits_;
  uint64_t offset_ = 0;
  uint64_t path_bytes_ = 0;
  TarListing listing_;
  Extended extended_;
  std::unordered_map<std::string, TarKind> kinds_;
};

}  // namespace

base::Result<TarListing> ListTar(const TarReader& read, const TarLimits& limits) {
  return Lister(read, limits).List();
}

base::Result<TarListing> ListTarFile(const std::string& path) {
  auto file = os::OpenFile(path, O_RDONLY);
  if (!file) {
    return base::Pass(file.error());
  }
  return ListTar([&file](uint64_t offset, std::span<char> buffer) {
    return os::ReadAt(file->get(), offset, buffer);
  });
}

base::Result<void> CheckUnpacked(const TarListing& listing, const std::string& folder) {
  for (const TarEntry& entry : listing.entries) {
    const auto status = os::StatusOf(folder + "/" + entry.path);
    const auto wanted = entry.kind == TarKind::kFile      ? os::FileKind::kFile
                        : entry.kind == TarKind::kSymlink ? os::FileKind::kSymlink
                                                          : os::FileKind::kDirectory;
    if (!status || status->kind != wanted ||
        (entry.kind == TarKind::kFile && status->size != entry.size)) {
      return base::Fail(
          base::ErrorKind::kHost, "bad_tar",
          fmt::format("tar: this host's tar did not unpack {}", base::Quoted(entry.path)),
          "install git or GNU tar there");
    }
  }
  return {};
}

}  // namespace odu::lane
