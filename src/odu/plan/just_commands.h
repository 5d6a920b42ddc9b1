#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "odu/plan/justfile.h"

namespace odu::plan {

/// What runs a recipe instance: `just --no-deps <namepath> [arguments]`, as just takes them on its
/// command line [tried with just 1.50, 1.57 and 1.58]:
/// - all that follows the recipe's name is an argument, also `--flag`, `a=b` and the empty string;
///   a `--` in between would become an argument itself;
/// - parameters that [arg(…, long=…)] made options are not positional: they are given as
///   `--name=value`, and only then must a `--` stand before the positional ones.
/// Without a value: why just's command line cannot express the call, as a sentence.
std::expected<std::vector<std::string>, std::string> RecipeCommand(
    const Recipe& recipe, std::span<const std::string> arguments);

/// `just --justfile <justfile> --dump --dump-format json`: runs nothing that the justfile contains.
std::vector<std::string> DumpCommand(const std::string& justfile);

/// `just --justfile <justfile> --evaluate <variable>`.
std::vector<std::string> EvaluateCommand(const std::string& justfile, const std::string& variable);

}  // namespace odu::plan
