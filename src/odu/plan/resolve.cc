#include "odu/plan/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/plan/systems.h"

namespace odu::plan {
namespace {

constexpr std::string_view kTag = "[metadata(\"ci\")]";

/// The variant of `recipe` in the sources whose dependencies are those of the dump.
std::optional<RecipeSite> SiteOf(const View& view, const Recipe& recipe) {
  for (const RecipeSite& site : view.sources.VariantsOf(recipe.namepath)) {
    const auto& written = site.recipe->dependencies;
    const bool same = std::equal(written.begin(), written.end(), recipe.dependencies.begin(),
                                 recipe.dependencies.end(),
                                 [](const SourceDependency& here, const RecipeDependency& there) {
                                   return model::Leaf(here.path) == model::Leaf(there.recipe);
                                 });
    if (same && IsEnabledOn(*site.recipe, view.system)) {
      return site;
    }
  }
  return std::nullopt;
}

base::Result<size_t> NamedRoot(const Justfile& justfile, const std::string& root) {
  if (const auto found = FindRecipe(justfile, 0, root)) {
    return *found;
  }
  const size_t leaf_at = root.rfind("::");
  const std::string module_path = leaf_at == std::string::npos ? "" : root.substr(0, leaf_at);
  std::vector<std::string> known;
  for (const Module& module : justfile.modules) {
    const auto alias = module.aliases.find(model::Leaf(root));
    if (module.path == module_path && alias != module.aliases.end()) {
      const auto target = module.recipes.find(alias->second);
      if (target != module.recipes.end()) {
        return target->second;
      }
    }
  }
  for (const Recipe& recipe : justfile.recipes) {
    known.push_back(recipe.namepath);
  }
  const std::string nearest = base::NearestName(root, known);
  return base::Fail(base::ErrorKind::kUsage, "unknown_root",
                    fmt::format("plan: the justfile has no recipe {}", base::Quoted(root)),
                    nearest.empty() ? "'just --list' shows what it has"
                                    : fmt::format("did you mean '{}'?", nearest));
}

}  // namespace

std::optional<size_t> FindRecipe(const Justfile& justfile, size_t module, std::string_view path) {
  for (size_t end = path.find("::"); end != std::string_view::npos; end = path.find("::")) {
    const auto child = justfile.modules[module].children.find(path.substr(0, end));
    if (child == justfile.modules[module].children.end()) {
      return std::nullopt;
    }
    module = child->second;
    path.remove_prefix(end + 2);
  }
  const auto found = justfile.modules[module].recipes.find(path);
  if (found == justfile.modules[module].recipes.end()) {
    return std::nullopt;
  }
  return found->second;
}

base::Result<size_t> FindRoot(const View& view, const std::optional<std::string>& root) {
  if (root) {
    return NamedRoot(view.justfile, *root);
  }
  std::vector<size_t> tagged;
  std::vector<std::string> names;
  for (size_t i = 0; i < view.justfile.recipes.size(); ++i) {
    if (view.justfile.recipes[i].tagged) {
      tagged.push_back(i);
      names.push_back(view.justfile.recipes[i].namepath);
    }
  }
  if (tagged.size() == 1) {
    return tagged[0];
  }
  if (tagged.empty()) {
    return base::Fail(base::ErrorKind::kInput, "no_root",
                      fmt::format("plan: no recipe of the justfile is tagged {}", kTag),
                      "put it above the recipe whose dependencies are the pipeline, or name that "
                      "recipe with --root");
  }
  std::sort(names.begin(), names.end());
  const std::string message = fmt::format("{} recipes are tagged {}, where one must be: '{}'",
                                          tagged.size(), kTag, fmt::join(names, "', '"));
  return base::Fail(base::ErrorKind::kInput, "two_roots",
                    AtRecipe(view.sources, names[1], view.system, message),
                    "take the tag from all but one, or name the one with --root");
}

base::Result<std::vector<size_t>> ResolveDependencies(const View& view, const Recipe& recipe) {
  std::vector<size_t> out;
  out.reserve(recipe.dependencies.size());
  if (recipe.dependencies.empty()) {
    return out;
  }
  const auto site = SiteOf(view, recipe);
  for (size_t i = 0; i < recipe.dependencies.size(); ++i) {
    const std::string& dumped = recipe.dependencies[i].recipe;
    const std::string& path = site ? site->recipe->dependencies[i].path : dumped;
    auto found = FindRecipe(view.justfile, recipe.module, path);
    if (!found) {
      found = FindRecipe(view.justfile, recipe.module, dumped);
    }
    if (!found) {
      return base::Fail(
          base::ErrorKind::kHost, "bad_dump",
          fmt::format("plan: recipe '{}' needs '{}', which just did not say where to find",
                      recipe.namepath, dumped),
          "a newer just may help ('just --version')");
    }
    out.push_back(*found);
  }
  return out;
}

std::string AtDependency(const View& view, const Recipe& recipe, size_t index,
                         std::string_view message) {
  const auto site = SiteOf(view, recipe);
  return site ? AtPlace(*site->source, site->recipe->dependencies[index].span, message)
              : AtRecipe(view.sources, recipe.namepath, view.system, message);
}

}  // namespace odu::plan
