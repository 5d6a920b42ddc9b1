#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/plan/justfile.h"
#include "odu/plan/sources.h"

namespace odu::plan {

/// The justfile as one operating system sees it.
struct View {
  const Justfile& justfile;
  const Sources& sources;
  std::string system;
};

/// The index of the recipe that the pipeline grows from: `root` (a namepath or an alias) where it
/// is given, else the one tagged [metadata("ci")]. Failures: kInput "no_root", "two_roots"; kUsage
/// "unknown_root" with a suggestion.
base::Result<size_t> FindRoot(const View& view, const std::optional<std::string>& root);

/// For each dependency of `recipe` the index of the recipe meant. just 1.50 dumps `ci::lint` as
/// `lint`; then the header in the sources decides. Failure: kHost "bad_dump".
base::Result<std::vector<size_t>> ResolveDependencies(const View& view, const Recipe& recipe);

/// The recipe at `path` seen from module `module`; nothing when there is none.
std::optional<size_t> FindRecipe(const Justfile& justfile, size_t module, std::string_view path);

/// A place for messages: dependency `index` of `recipe`, or the recipe where that is not found.
std::string AtDependency(const View& view, const Recipe& recipe, size_t index,
                         std::string_view message);

}  // namespace odu::plan
