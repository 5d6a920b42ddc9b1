#include "odu/plan/find_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"

namespace odu::plan {
namespace {

namespace fs = std::filesystem;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// The justfiles in `folder`, sorted; none where it cannot be read.
std::vector<std::string> JustfilesIn(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const std::string name = LowerCase(at->path().filename().string());
    std::error_code ignored;
    if ((name == "justfile" || name == ".justfile") && !at->is_directory(ignored)) {
      out.push_back(at->path().string());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// `folder` and what lies above it, up to `ceiling`.
std::vector<fs::path> FoldersUpwards(const std::string& folder, const std::string& ceiling) {
  std::vector<fs::path> out;
  const fs::path last = fs::path(ceiling).lexically_normal();
  fs::path at = fs::path(folder).lexically_normal();
  while (true) {
    out.push_back(at);
    if ((!ceiling.empty() && at == last) || !at.has_relative_path()) {
      return out;
    }
    at = at.parent_path();
  }
}

}  // namespace

base::Result<PipelineFile> FindPipeline(const std::string& folder, const std::string& ceiling) {
  const std::vector<fs::path> folders = FoldersUpwards(folder, ceiling);
  for (const fs::path& at : folders) {
    const std::vector<std::string> found = JustfilesIn(at);
    if (found.size() > 1) {
      return base::Fail(base::ErrorKind::kInput, "two_justfiles",
                        fmt::format("plan: {} and {} are both justfiles", base::Quoted(found[0]),
                                    base::Quoted(found[1])),
                        "keep one of them");
    }
    if (!found.empty()) {
      return PipelineFile{found.front(), true};
    }
  }
  for (const fs::path& at : folders) {
    std::error_code error;
    if (fs::is_regular_file(at / "odu.json", error)) {
      return PipelineFile{(at / "odu.json").string(), false};
    }
  }
  return base::Fail(base::ErrorKind::kInput, "no_pipeline",
                    fmt::format("plan: no justfile and no odu.json in {}{}", base::Quoted(folder),
                                ceiling == folder ? "" : " or above it"),
                    "tag a recipe of a justfile with [metadata(\"ci\")]: what it needs is the "
                    "pipeline");
}

}  // namespace odu::plan
