#include "odu/plan/instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/plan/just_commands.h"

namespace odu::plan {
namespace {

constexpr size_t kMaxArgumentBytes = size_t{8} << 20;  ///< over all instances

base::Error TooLarge(std::string what) {
  return base::Error(base::ErrorKind::kLimit, "too_large", "plan: " + std::move(what));
}

/// Grows the graph of instances breadth first.
class Expansion {
 public:
  Expansion(const View& view, Values& values)
      : view_(view), values_(values), resolved_(view.justfile.recipes.size()) {}

  base::Result<std::vector<Instance>> From(size_t root) {
    const Recipe& recipe = view_.justfile.recipes[root];
    for (const Parameter& parameter : recipe.parameters) {
      if (parameter.required) {
        return base::Fail(
            base::ErrorKind::kInput, "missing_argument",
            AtRecipe(view_.sources, recipe.namepath, view_.system,
                     fmt::format("recipe '{}' is the root of the pipeline, but needs a value for "
                                 "'{}'",
                                 recipe.namepath, parameter.name)),
            "give the parameter a default, or tag a recipe that calls it with one");
      }
    }
    if (auto added = Add(root, {}); !added) {
      const base::Error& error = added.error();
      return base::Fail(error.kind(), error.code(),
                        AtRecipe(view_.sources, recipe.namepath, view_.system, error.message()),
                        error.hint());
    }
    for (size_t i = 0; i < instances_.size(); ++i) {
      if (auto grown = Grow(i); !grown) {
        return base::Pass(grown.error());
      }
    }
    return std::move(instances_);
  }

 private:
  base::Result<void> Grow(size_t index) {
    const Recipe& recipe = view_.justfile.recipes[instances_[index].recipe];
    auto& targets = resolved_[instances_[index].recipe];
    if (targets.empty() && !recipe.dependencies.empty()) {
      auto resolved = ResolveDependencies(view_, recipe);
      if (!resolved) {
        return base::Pass(resolved.error());
      }
      targets = *std::move(resolved);
    }
    for (size_t i = 0; i < recipe.dependencies.size(); ++i) {
      auto arguments = Arguments(index, i, targets[i]);
      if (!arguments) {
        return base::Pass(arguments.error());
      }
      auto added = Add(targets[i], *std::move(arguments));
      if (!added) {
        const base::Error& error = added.error();
        if (error.kind() != base::ErrorKind::kInput) {
          return base::Pass(error);
        }
        return base::Fail(error.kind(), error.code(),
                          AtDependency(view_, recipe, i, error.message()), error.hint());
      }
      auto& list = i < recipe.priors ? instances_[index].priors : instances_[index].afters;
      list.push_back(*added);
    }
    Deduplicate(instances_[index].priors);
    Deduplicate(instances_[index].afters);
    return {};
  }

  /// The values of the arguments of dependency `dependency` of instance `index`.
  base::Result<std::vector<std::string>> Arguments(size_t index, size_t dependency, size_t target) {
    const Recipe& recipe = view_.justfile.recipes[instances_[index].recipe];
    const RecipeDependency& wanted = recipe.dependencies[dependency];
    const std::string& callee = view_.justfile.recipes[target].namepath;
    const auto refuse = [&](const std::string& message) {
      return base::Fail(base::ErrorKind::kInput, "unresolved_argument",
                        AtDependency(view_, recipe, dependency, message),
                        "a plan runs nothing to find a value: write a string, or a variable or "
                        "parameter that is one");
    };
    if (wanted.mapped) {
      return refuse(fmt::format("recipe '{}' maps '{}' over a list", recipe.namepath, callee));
    }
    std::vector<std::string> out;
    out.reserve(wanted.arguments.size());
    for (size_t i = 0; i < wanted.arguments.size(); ++i) {
      auto value = values_.Of(wanted.arguments[i], recipe, instances_[index].arguments);
      if (!value) {
        return refuse(fmt::format("recipe '{}' calls '{}' with an argument that is {}",
                                  recipe.namepath, callee, value.error()));
      }
      argument_bytes_ += value->size();
      out.push_back(*std::move(value));
    }
    if (argument_bytes_ > kMaxArgumentBytes) {
      return std::unexpected(
          TooLarge(fmt::format("more than {} MiB of arguments", kMaxArgumentBytes >> 20)));
    }
    return out;
  }

  base::Result<size_t> Add(size_t recipe_index, std::vector<std::string> arguments) {
    const Recipe& recipe = view_.justfile.recipes[recipe_index];
    std::string key = recipe.namepath;
    for (const std::string& argument : arguments) {
      if (argument.find('\0') != std::string::npos) {
        return base::Fail(base::ErrorKind::kInput, "bad_argument",
                          fmt::format("an argument of '{}' holds a NUL byte", recipe.namepath),
                          "programs cannot be given NUL bytes");
      }
      key.push_back('\0');
      key += argument;
    }
    const auto [known, is_new] = keys_.try_emplace(std::move(key), instances_.size());
    if (!is_new) {
      return known->second;
    }
    if (recipe.name == model::kSetupRecipe) {
      return base::Fail(
          base::ErrorKind::kInput, "reserved_name",
          fmt::format("recipe '{}' has the name of the node that prepares a lane", recipe.namepath),
          "rename the recipe");
    }
    if (instances_.size() == kMaxInstances) {
      return std::unexpected(TooLarge(fmt::format("more than {} nodes", kMaxInstances)));
    }
    auto argv = RecipeCommand(recipe, arguments);
    if (!argv) {
      return base::Fail(base::ErrorKind::kInput, "bad_argument",
                        fmt::format("the call of '{}' {}", recipe.namepath, argv.error()),
                        "call it with a value that its option takes");
    }
    Instance instance;
    instance.recipe = recipe_index;
    instance.id = model::InstanceId(recipe.namepath, arguments);
    instance.arguments = std::move(arguments);
    instance.argv = *std::move(argv);
    if (!ids_.emplace(instance.id, instances_.size()).second) {
      return base::Fail(base::ErrorKind::kInput, "bad_argument",
                        fmt::format("two calls share the shortened id '{}'", instance.id),
                        "shorten an argument");
    }
    instances_.push_back(std::move(instance));
    return instances_.size() - 1;
  }

  /// Keeps the first of each.
  void Deduplicate(std::vector<size_t>& list) {
    ++round_;
    seen_.resize(instances_.size(), 0);
    std::erase_if(list, [&](size_t item) { return std::exchange(seen_[item], round_) == round_; });
  }

  const View& view_;
  Values& values_;
  std::vector<std::vector<size_t>> resolved_;
  std::vector<Instance> instances_;
  std::unordered_map<std::string, size_t> keys_;
  std::unordered_map<std::string, size_t> ids_;
  size_t argument_bytes_ = 0;
  std::vector<size_t> seen_;
  size_t round_ = 0;
};

}  // namespace

base::Result<std::vector<Instance>> Expand(const View& view, size_t root, Values& values) {
  return Expansion(view, values).From(root);
}

}  // namespace odu::plan
