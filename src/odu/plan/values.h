#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "odu/plan/justfile.h"

namespace odu::plan {

/// Asks just for the value of the variable `namepath`; called only when that runs nothing.
using EvaluateVariable = std::function<base::Result<std::string>(const std::string& namepath)>;

/// Turns the expressions of a dump into strings without running anything that a justfile contains.
///
/// A value is: a string literal; values joined by +, / or in a format string; a parameter bound to
/// a value; a variable whose definition is a value. A variable defined in another way (by
/// uppercase(…), a conditional, …) is a value too, and just is asked for it, provided that no
/// variable of the justfile runs a program or asks the machine something: `just --evaluate NAME`
/// also evaluates whatever is exported, backticks included [tried with just 1.50, 1.57, 1.58].
class Values {
 public:
  /// A value, or why there is none, to follow "is ": "a backtick".
  using Outcome = std::expected<std::string, std::string>;

  /// `justfile` must outlive the object. Without `evaluate` no call is ever a value.
  Values(const Justfile& justfile, EvaluateVariable evaluate);

  /// `expression` in the scope of `recipe` called with `arguments`.
  Outcome Of(const Expression& expression, const Recipe& recipe,
             std::span<const std::string> arguments);

 private:
  struct Scope {
    size_t module = 0;
    const Recipe* recipe = nullptr;  ///< null inside a variable's definition
    std::span<const std::string> arguments;
    /// Only parameters before this one are visible (a default may use the earlier ones).
    size_t visible_parameters = 0;
  };

  Outcome Evaluate(const Expression& expression, const Scope& scope, int depth);
  Outcome Joined(const base::json::array& parts, const Scope& scope, int depth);
  Outcome Named(const std::string& name, const Scope& scope, int depth);
  Outcome ParameterValue(size_t index, const Scope& scope, int depth);
  Outcome VariableValue(size_t module, const std::string& name, const Expression& definition,
                        int depth);
  bool EvaluationRunsNothing();

  const Justfile& justfile_;
  EvaluateVariable evaluate_;
  std::map<std::pair<size_t, std::string>, Outcome> variables_;
  std::optional<bool> evaluation_runs_nothing_;
};

}  // namespace odu::plan
