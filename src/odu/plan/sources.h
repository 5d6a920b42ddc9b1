#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "odu/model/plan.h"
#include "odu/plan/source_file.h"

namespace odu::plan {

/// One file that a justfile is made of.
struct Source {
  /// As just opened it.
  std::string path;
  /// For people: relative to the folder of the root justfile where that is shorter.
  std::string shown;
  /// Namepath of the module whose recipes it holds; an import belongs to its importer's module.
  std::string module;
  std::string text;
  SourceFile scan;
  /// For each of scan.imports and scan.modules the index of what it names, where that was found.
  std::vector<std::optional<size_t>> import_targets;
  std::vector<std::optional<size_t>> module_targets;
};

/// Where a recipe is written.
struct RecipeSite {
  const Source* source = nullptr;
  const SourceRecipe* recipe = nullptr;
};

/// The text of a justfile with all it imports; the root comes first. Empty when nobody read it:
/// then errors have no place, and a just that is as old as 1.50 cannot be
/// understood where a recipe needs one of another module.
class Sources {
 public:
  Sources() = default;
  explicit Sources(std::vector<Source> files);
  Sources(Sources&&) = default;
  Sources& operator=(Sources&&) = default;

  const std::vector<Source>& files() const { return files_; }

  /// Every variant of a recipe, in the order read; empty when the sources do not show it.
  const std::vector<RecipeSite>& VariantsOf(std::string_view namepath) const;
  /// The variant that `system` gets, the first one when there are several.
  std::optional<RecipeSite> SiteOf(std::string_view namepath, std::string_view system) const;

  /// True when some recipe is tied to an operating system.
  bool DependOnSystem() const;
  /// Recipes of which `platform` gets no variant, sorted by namepath.
  std::vector<model::PrunedRecipe> PrunedOn(std::string_view platform) const;

 private:
  std::vector<Source> files_;
  std::unordered_map<std::string, std::vector<RecipeSite>> sites_;
};

/// The text of the file, or nothing when it is not there.
using ReadText = std::function<base::Result<std::optional<std::string>>(const std::string& path)>;

/// Reads the justfile at `root` and, following `import` and `mod`, the rest. What is missing is
/// left out, for just to say. Failures: those of `read`; kLimit "too_large" at 2,000 files or
/// 64 MiB.
base::Result<Sources> ReadSources(const std::string& root, const ReadText& read);

/// `<file>:<line>:<column>: <message>` with the line and carets below it.
std::string AtPlace(const Source& source, Span span, std::string_view message);

/// The same for the recipe as `system` gets it; without a place when the sources do not show it.
std::string AtRecipe(const Sources& sources, std::string_view namepath, std::string_view system,
                     std::string_view message);

}  // namespace odu::plan
