#include "odu/coordinator/setup_story.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "os/append_file.h"
#include "os/file_system.h"

namespace odu::coordinator {

SetupStory::SetupStory(std::string path, std::string teller)
    : path_(std::move(path)), teller_(std::move(teller)) {}

void SetupStory::Tell(std::string_view line) {
  std::string shown = base::Sanitised(line, false);
  std::ranges::replace(shown, '\n', ' ');
  base::LogInfo(teller_, "{}", shown);
  if (ended_) {
    return;
  }
  const auto made = os::MakeDirs(path_.substr(0, path_.rfind('/')), 0700);
  auto file = os::AppendFile::Open(path_);
  if (!made || !file) {
    base::LogError(teller_, "{}", (made ? file.error() : made.error()).message());
    return;
  }
  const std::string text = "[" + teller_ + "] " + shown + "\n";
  if (file->size() + text.size() > kMaxBytes) {
    return;
  }
  if (const auto written = file->Append(text); !written) {
    base::LogError(teller_, "{}", written.error().message());
  }
}

std::string SetupStory::Text() const {
  std::string text = os::ReadFile(path_, 2 * kMaxBytes).value_or(std::string());
  if (!text.empty() && text.back() != '\n') {
    // An earlier owner died within a line.
    if (auto file = os::AppendFile::Open(path_); file && file->Append("\n")) {
      text.push_back('\n');
    }
  }
  return text;
}

}  // namespace odu::coordinator
