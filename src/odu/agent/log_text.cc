#include "odu/agent/log_text.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace odu::agent {
namespace {

constexpr uint64_t kHead = uint64_t{128} << 10;
/// A line longer than this is cut: nobody reads it.
constexpr size_t kLongestLine = 4096;

/// One past the escape sequence that begins at `at`.
size_t SkipEscape(std::string_view bytes, size_t at) {
  size_t end = at + 1;
  if (end >= bytes.size()) {
    return end;
  }
  if (bytes[end] == '[') {
    ++end;
    while (end < bytes.size() && static_cast<unsigned char>(bytes[end]) < 0x40) {
      ++end;
    }
    return std::min(end + 1, bytes.size());
  }
  if (bytes[end] == ']') {
    // An operating system command (a link, a title) ends with BEL or ESC \.
    while (end < bytes.size() && bytes[end] != '\a' && bytes[end] != '\x1b' && bytes[end] != '\n') {
      ++end;
    }
    if (end < bytes.size() && bytes[end] == '\x1b') {
      ++end;
    }
    return std::min(end + (end < bytes.size() && bytes[end] != '\n' ? 1 : 0), bytes.size());
  }
  return end + 1;
}

base::Result<std::string> ReadPart(int fd, uint64_t offset, uint64_t size) {
  std::string bytes(size, '\0');
  const auto count = os::ReadAt(fd, offset, bytes);
  if (!count) {
    return base::Pass(count.error());
  }
  bytes.resize(*count);
  return bytes;
}

}  // namespace

std::string PlainText(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte == 0x1b) {
      at = SkipEscape(bytes, at);
    } else if (byte < 0x20 || byte == 0x7f) {
      if (byte == '\n' || byte == '\t') {
        text += bytes[at];
      }
      ++at;
    } else if (byte < 0x80) {
      text += bytes[at++];
    } else {
      const base::Utf8Character character = base::Utf8At(bytes, at);
      text += character.length == 0 ? "\xEF\xBF\xBD" : bytes.substr(at, character.length);
      at += std::max<size_t>(character.length, 1);
    }
  }
  return text;
}

void CutLines(std::string_view bytes, uint64_t offset, uint64_t number, LogLines& lines) {
  size_t begin = 0;
  while (begin < bytes.size()) {
    const size_t newline = std::min(bytes.find('\n', begin), bytes.size());
    std::string_view raw = bytes.substr(begin, newline - begin);
    // What a progress bar wrote over is gone on a terminal, too.
    while (raw.ends_with('\r')) {
      raw.remove_suffix(1);
    }
    if (const size_t last = raw.rfind('\r'); last != std::string_view::npos) {
      raw.remove_prefix(last + 1);
    }
    LogLines::Line line;
    line.text = PlainText(raw.size() <= kLongestLine ? raw : raw.substr(0, kLongestLine / 2));
    if (raw.size() > kLongestLine) {  // what went wrong stands at its end as often
      line.text += " … " + PlainText(raw.substr(raw.size() - kLongestLine / 2));
    }
    line.number = number == 0 ? 0 : number++;
    line.offset = offset + begin;
    lines.lines.push_back(std::move(line));
    begin = newline + 1;
  }
}

base::Result<LogLines> ReadLog(const std::string& path) {
  const auto file = os::OpenFile(path, O_RDONLY);
  if (!file) {
    return base::Pass(file.error());
  }
  const auto status = os::StatusOf(file->get());
  if (!status) {
    return base::Pass(status.error());
  }
  LogLines lines;
  lines.size = status->size;
  if (status->size <= kMostRead) {
    const auto bytes = ReadPart(file->get(), 0, status->size);
    if (!bytes) {
      return base::Pass(bytes.error());
    }
    CutLines(*bytes, 0, 1, lines);
    return lines;
  }
  lines.whole = false;
  const auto head = ReadPart(file->get(), 0, kHead);
  const uint64_t tail_at = status->size - (kMostRead - kHead);
  auto tail = ReadPart(file->get(), tail_at, kMostRead - kHead);
  if (!head || !tail) {
    return base::Pass(head ? tail.error() : head.error());
  }
  CutLines(std::string_view(*head).substr(0, head->rfind('\n') + 1), 0, 1, lines);
  const size_t first = std::min(tail->find('\n'), tail->size() - 1) + 1;
  CutLines(std::string_view(*tail).substr(first), tail_at + first, 0, lines);
  return lines;
}

}  // namespace odu::agent
