#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace odu::plan {

/// An expression as just's JSON dump gives it: a string is itself, all else `["operator", …]`.
using Expression = base::json::value;

/// One parameter of a recipe.
struct Parameter {
  std::string name;
  bool variadic = false;  ///< *name or +name
  bool required = false;  ///< has to be given at least one argument
  std::optional<Expression> default_value;
  /// Set for a parameter that the command line takes as an option: `--long`, `-s`.
  std::string long_name;
  std::string short_name;
  /// For an option without a value of its own: what giving it means.
  std::optional<Expression> option_value;
  /// An option that is a mere flag, or may be given many times.
  bool unusual_option = false;

  bool IsOption() const { return !long_name.empty() || !short_name.empty(); }
};

/// One entry of a recipe's dependency list.
struct RecipeDependency {
  /// Relative to the recipe's module: `build`, `ci::lint`. just 1.50 leaves the module out.
  std::string recipe;
  std::vector<Expression> arguments;
  /// Mapped over a list (`*(…)`, an unstable feature), which a plan cannot follow.
  bool mapped = false;
};

struct Recipe {
  std::string name;
  std::string namepath;
  /// Index into Justfile::modules.
  size_t module = 0;
  std::vector<Parameter> parameters;
  std::vector<RecipeDependency> dependencies;
  /// How many of `dependencies` stand before the `&&`.
  size_t priors = 0;
  bool empty_body = false;
  /// Carries [metadata("ci")].
  bool tagged = false;
};

/// A justfile or one of its modules.
struct Module {
  /// Its namepath; empty for the root.
  std::string path;
  std::map<std::string, size_t, std::less<>> children;
  /// Name to index into Justfile::recipes.
  std::map<std::string, size_t, std::less<>> recipes;
  std::map<std::string, std::string, std::less<>> aliases;
  std::map<std::string, Expression, std::less<>> variables;
  /// `set lists`: then a variadic parameter is a list, not one string.
  bool lists = false;
  /// `set dotenv-command`: then every evaluation runs a program.
  bool runs_dotenv_command = false;
};

/// What `just --dump --dump-format json` said, checked. A value.
struct Justfile {
  std::vector<Module> modules;  ///< [0] is the root
  std::vector<Recipe> recipes;
};

/// Reads the dump. Failures: kInput "bad_json"; kHost "bad_dump" when it is JSON but not such a
/// dump (another program, or a just too old); kLimit "too_large".
base::Result<Justfile> ParseDump(std::string_view text);

/// `module::name`, or `name` in the root.
std::string Namepath(std::string_view module, std::string_view name);

}  // namespace odu::plan
