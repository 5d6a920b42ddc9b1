#include "odu/plan/sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

#include "base/text.h"
#include "odu/plan/justfile.h"
#include "odu/plan/systems.h"

namespace odu::plan {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 2000;
constexpr size_t kMaxTotalBytes = size_t{64} << 20;
/// A line longer than this is not printed below a message.
constexpr size_t kMaxShownLine = 400;

/// Follows the statements of a justfile to the files they name.
class Reader {
 public:
  Reader(const std::string& root, const ReadText& read)
      : root_folder_(fs::path(root).parent_path()), read_(read) {}

  base::Result<std::vector<Source>> Read(const std::string& root) {
    if (auto found = Add(root, "", std::nullopt); !found) {
      return base::Pass(found.error());
    }
    for (size_t i = 0; i < files_.size(); ++i) {
      if (auto done = Follow(i); !done) {
        return base::Pass(done.error());
      }
    }
    return std::move(files_);
  }

 private:
  base::Result<void> Follow(size_t index) {
    // Copies, because what is found makes files_ grow.
    const std::vector<SourceReference> imports = files_[index].scan.imports;
    const std::vector<SourceReference> modules = files_[index].scan.modules;
    const std::string module = files_[index].module;
    const fs::path folder = fs::path(files_[index].path).parent_path();
    for (const SourceReference& import : imports) {
      std::optional<size_t> target;
      if (import.path) {
        auto added = Add(Resolved(folder, *import.path), module, index);
        if (!added) {
          return base::Pass(added.error());
        }
        target = *added;
      }
      files_[index].import_targets.push_back(target);
    }
    for (const SourceReference& mod : modules) {
      auto target = AddModule(folder, mod, Namepath(module, mod.module), index);
      if (!target) {
        return base::Pass(target.error());
      }
      files_[index].module_targets.push_back(*target);
    }
    return {};
  }

  /// Looks where just looks for a module's file: NAME.just, NAME/mod.just, NAME/justfile, or at
  /// the path given, which may be a folder.
  base::Result<std::optional<size_t>> AddModule(const fs::path& folder, const SourceReference& mod,
                                                const std::string& module, size_t parent) {
    std::vector<std::string> candidates;
    if (mod.opaque) {
      return std::optional<size_t>();
    }
    const fs::path base = Resolved(folder, mod.path.value_or(mod.module));
    candidates.push_back(mod.path ? base.string() : base.string() + ".just");
    for (const char* name : {"mod.just", "justfile", ".justfile", "Justfile", "JUSTFILE"}) {
      candidates.push_back((base / name).string());
    }
    for (const std::string& candidate : candidates) {
      auto added = Add(candidate, module, parent);
      if (!added || *added) {
        return added;
      }
    }
    return std::optional<size_t>();
  }

  static std::string Resolved(const fs::path& folder, const std::string& path) {
    const char* home = std::getenv("HOME");
    if (path.starts_with("~/") && home) {
      return (fs::path(home) / path.substr(2)).lexically_normal().string();
    }
    return (folder / path).lexically_normal().string();
  }

  /// The index of `path` as a part of `module`; nothing when it is missing, or is a file that
  /// leads to itself, which just refuses.
  base::Result<std::optional<size_t>> Add(const std::string& path, const std::string& module,
                                          std::optional<size_t> parent) {
    for (auto ancestor = parent; ancestor; ancestor = parents_[*ancestor]) {
      if (files_[*ancestor].path == path) {
        return std::optional<size_t>();
      }
    }
    for (const size_t known : known_[path]) {
      if (files_[known].module == module) {
        return std::optional<size_t>(known);
      }
    }
    auto text = read_(path);
    if (!text) {
      return base::Pass(text.error());
    }
    if (!*text) {
      return std::optional<size_t>();
    }
    bytes_ += (*text)->size();
    if (files_.size() >= kMaxFiles || bytes_ > kMaxTotalBytes) {
      return base::Fail(base::ErrorKind::kLimit, "too_large",
                        fmt::format("plan: the justfile imports more than {} files or {} MiB",
                                    kMaxFiles, kMaxTotalBytes >> 20));
    }
    known_[path].push_back(files_.size());
    parents_.push_back(parent);
    Source& source = files_.emplace_back();
    source.path = path;
    const fs::path relative = fs::path(path).lexically_relative(root_folder_);
    source.shown = relative.empty() || *relative.begin() == ".." ? path : relative.string();
    source.module = module;
    source.text = **std::move(text);
    source.scan = ScanSource(source.text);
    return std::optional<size_t>(files_.size() - 1);
  }

  fs::path root_folder_;
  const ReadText& read_;
  std::vector<Source> files_;
  std::vector<std::optional<size_t>> parents_;
  std::unordered_map<std::string, std::vector<size_t>> known_;
  size_t bytes_ = 0;
};

}  // namespace

Sources::Sources(std::vector<Source> files) : files_(std::move(files)) {
  for (const Source& source : files_) {
    for (const SourceRecipe& recipe : source.scan.recipes) {
      sites_[Namepath(source.module, recipe.name)].push_back({&source, &recipe});
    }
  }
}

const std::vector<RecipeSite>& Sources::VariantsOf(std::string_view namepath) const {
  static const std::vector<RecipeSite> kNone;
  const auto found = sites_.find(std::string(namepath));
  return found == sites_.end() ? kNone : found->second;
}

std::optional<RecipeSite> Sources::SiteOf(std::string_view namepath,
                                          std::string_view system) const {
  for (const RecipeSite& site : VariantsOf(namepath)) {
    if (IsEnabledOn(*site.recipe, system)) {
      return site;
    }
  }
  return std::nullopt;
}

bool Sources::DependOnSystem() const {
  return std::any_of(files_.begin(), files_.end(), [](const Source& source) {
    return std::any_of(source.scan.recipes.begin(), source.scan.recipes.end(), IsTiedToSystems);
  });
}

std::vector<model::PrunedRecipe> Sources::PrunedOn(std::string_view platform) const {
  const std::string system = SystemOf(platform);
  std::vector<model::PrunedRecipe> out;
  for (const auto& [namepath, variants] : sites_) {
    const bool enabled = std::any_of(variants.begin(), variants.end(), [&](const RecipeSite& site) {
      return IsEnabledOn(*site.recipe, system);
    });
    if (enabled) {
      continue;
    }
    std::set<std::string> tied;
    for (const RecipeSite& site : variants) {
      tied.insert(TiedSystems(*site.recipe));
    }
    out.push_back(
        {namepath, std::string(platform), "only for " + fmt::to_string(fmt::join(tied, " and "))});
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.recipe < b.recipe; });
  return out;
}

base::Result<Sources> ReadSources(const std::string& root, const ReadText& read) {
  auto files = Reader(root, read).Read(root);
  if (!files) {
    return base::Pass(files.error());
  }
  return Sources(*std::move(files));
}

std::string AtPlace(const Source& source, Span span, std::string_view message) {
  const std::string_view text = source.text;
  const size_t begin = std::min(span.begin, text.size());
  const size_t line_begin = begin == 0 ? 0 : text.rfind('\n', begin - 1) + 1;
  const size_t line_end = std::min(text.find('\n', begin), text.size());
  std::string_view line = text.substr(line_begin, line_end - line_begin);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto number =
      1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(begin), '\n');
  const std::string_view before = text.substr(line_begin, begin - line_begin);
  const auto column = 1 + std::count_if(before.begin(), before.end(), is_character);
  std::string out = fmt::format("{}:{}:{}: {}", source.shown, number, column, message);
  if (line.size() > kMaxShownLine) {
    return out;
  }
  std::string under;
  for (const char c : before) {
    if (is_character(c)) {
      under.push_back(c == '\t' ? '\t' : ' ');
    }
  }
  const size_t end = std::clamp(span.end, begin + 1, std::max(line_end, begin + 1));
  const std::string_view marked = text.substr(begin, end - begin);
  under.append(std::max<size_t>(1, static_cast<size_t>(
                                       std::count_if(marked.begin(), marked.end(), is_character))),
               '^');
  return out + "\n" + base::Sanitised(line, false) + "\n" + under;
}

std::string AtRecipe(const Sources& sources, std::string_view namepath, std::string_view system,
                     std::string_view message) {
  const auto site = sources.SiteOf(namepath, system);
  return site ? AtPlace(*site->source, site->recipe->span, message)
              : fmt::format("plan: {}", message);
}

}  // namespace odu::plan
