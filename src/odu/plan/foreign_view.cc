#include "odu/plan/foreign_view.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "odu/plan/just_lexer.h"
#include "odu/plan/systems.h"
#include "os/file_system.h"

namespace odu::plan {
namespace {

std::string FileOfCopy(size_t index) {
  return fmt::format("odu-{}.just", index);
}

struct Edit {
  Span span;
  std::string text;
};

/// What points an `import` or `mod` at the copy of its target.
std::optional<Edit> Redirected(const SourceReference& reference,
                               const std::optional<size_t>& target, const std::string& folder) {
  if (!target) {
    return std::nullopt;
  }
  const std::string path = QuotedForJust(folder + "/" + FileOfCopy(*target));
  if (reference.path) {
    return Edit{reference.path_span, path};
  }
  return Edit{{reference.module_span.end, reference.module_span.end}, " " + path};
}

}  // namespace

std::string TextOfCopy(const Sources& sources, size_t index, std::string_view system,
                       const std::string& folder) {
  const Source& source = sources.files()[index];
  std::vector<Edit> edits;
  for (size_t i = 0; i < source.scan.imports.size(); ++i) {
    if (auto edit = Redirected(source.scan.imports[i], source.import_targets[i], folder)) {
      edits.push_back(*std::move(edit));
    }
  }
  for (size_t i = 0; i < source.scan.modules.size(); ++i) {
    if (auto edit = Redirected(source.scan.modules[i], source.module_targets[i], folder)) {
      edits.push_back(*std::move(edit));
    }
  }
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
  const std::string_view text = source.text;
  std::string redirected;
  size_t done = 0;
  for (const Edit& edit : edits) {
    redirected += text.substr(done, edit.span.begin - done);
    redirected += edit.text;
    done = edit.span.end;
  }
  redirected += text.substr(done);
  return RewrittenFor(redirected, ScanSource(redirected), system);
}

base::Result<ForeignView> ForeignView::Make(const Sources& sources, std::string_view system) {
  std::error_code error;
  std::string folder = (std::filesystem::temp_directory_path(error) / "odu-plan-XXXXXX").string();
  if (error || !mkdtemp(folder.data())) {
    return std::unexpected(
        base::SystemError("plan: cannot make a temporary folder", error ? error.value() : errno));
  }
  ForeignView view;
  view.folder_ = folder;
  for (size_t i = 0; i < sources.files().size(); ++i) {
    view.shown_.push_back(sources.files()[i].shown);
    auto written =
        os::WriteFileAtomic(folder + "/" + FileOfCopy(i), TextOfCopy(sources, i, system, folder));
    if (!written) {
      return std::unexpected(written.error().In("plan"));
    }
  }
  return view;
}

ForeignView::ForeignView(ForeignView&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), shown_(std::move(other.shown_)) {}

ForeignView::~ForeignView() {
  if (!folder_.empty()) {
    // Nothing is lost when a copy stays behind in the temporary folder.
    (void)os::RemoveTree(folder_);
  }
}

std::string ForeignView::justfile() const {
  return folder_ + "/" + FileOfCopy(0);
}

std::string ForeignView::WithOriginalNames(std::string text) const {
  // From the last to the first, so that `odu-1.just` is not found inside a longer name.
  for (size_t i = shown_.size(); i-- > 0;) {
    for (const std::string& name : {folder_ + "/" + FileOfCopy(i), FileOfCopy(i)}) {
      for (size_t at = text.find(name); at != std::string::npos;
           at = text.find(name, at + shown_[i].size())) {
        text.replace(at, name.size(), shown_[i]);
      }
    }
  }
  return text;
}

}  // namespace odu::plan
