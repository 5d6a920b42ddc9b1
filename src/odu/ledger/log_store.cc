#include "odu/ledger/log_store.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "odu/model/lane_folder.h"
#include "os/file_system.h"

namespace odu::ledger {

std::string LogFileOf(const RunFolder& folder, std::string_view platform, std::string_view instance,
                      int32_t attempt) {
  return model::LaneFolder(folder.lane(platform)).log(instance, attempt);
}

base::Result<std::optional<int32_t>> NewestLogOf(const RunFolder& folder, std::string_view platform,
                                                 std::string_view instance) {
  const auto files = os::ListDir(model::LaneFolder(folder.lane(platform)).logs());
  std::optional<int32_t> newest;
  if (!files) {
    if (files.error().code() == "not_found") {
      return newest;
    }
    return base::Pass(files.error());
  }
  constexpr std::string_view kEnding = ".log";
  for (const os::DirEntry& file : *files) {
    // `<instance>.<n>.log`
    std::string_view name = file.name;
    if (!name.starts_with(instance) || !name.ends_with(kEnding) ||
        name.size() < instance.size() + kEnding.size() + 2) {
      continue;
    }
    name.remove_suffix(kEnding.size());
    name.remove_prefix(instance.size());
    int32_t attempt = 0;
    const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), attempt);
    if (name.front() == '.' && error == std::errc() && end == name.data() + name.size() &&
        attempt > 0) {
      newest = std::max(newest.value_or(0), attempt);
    }
  }
  return newest;
}

base::Result<std::string> TailOf(const std::string& path, size_t lines, size_t limit) {
  auto file = os::OpenFile(path, O_RDONLY);
  if (!file) {
    return base::Pass(file.error());
  }
  const auto status = os::StatusOf(file->get());
  if (!status) {
    return base::Pass(status.error());
  }
  const uint64_t start = status->size > limit ? status->size - limit : 0;
  std::string text(static_cast<size_t>(status->size - start), '\0');
  auto read = os::ReadAt(file->get(), start, std::span(text.data(), text.size()));
  if (!read) {
    return base::Pass(read.error());
  }
  text.resize(*read);
  size_t begin = text.size();
  // The newline that ends the last line does not begin another.
  for (size_t found = 0; begin > 0; --begin) {
    if (text[begin - 1] == '\n' && begin != text.size() && ++found == lines) {
      break;
    }
  }
  text.erase(0, begin);
  return text;
}

}  // namespace odu::ledger
