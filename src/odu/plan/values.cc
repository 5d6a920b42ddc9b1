#include "odu/plan/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"

namespace odu::plan {
namespace {

namespace json = base::json;

/// Definitions that lean on each other; far above what people write, far below the stack's end.
constexpr int kMaxDepth = 400;
/// One argument must fit the 128 KiB that Linux allows a string of argv.
constexpr size_t kMaxValueBytes = size_t{100} << 10;

/// Calls whose result depends on their arguments alone, and is the same on every machine.
constexpr std::array<std::string_view, 27> kTextFunctions{"append",
                                                          "blake3",
                                                          "capitalize",
                                                          "clean",
                                                          "encode_uri_component",
                                                          "extension",
                                                          "file_name",
                                                          "file_stem",
                                                          "join",
                                                          "kebabcase",
                                                          "lowercamelcase",
                                                          "lowercase",
                                                          "parent_directory",
                                                          "parent_dir",
                                                          "prepend",
                                                          "quote",
                                                          "replace",
                                                          "replace_regex",
                                                          "semver_matches",
                                                          "sha256",
                                                          "shoutykebabcase",
                                                          "shoutysnakecase",
                                                          "snakecase",
                                                          "titlecase",
                                                          "trim",
                                                          "uppercase",
                                                          "without_extension"};

bool IsTextFunction(std::string_view name) {
  return std::find(kTextFunctions.begin(), kTextFunctions.end(), name) != kTextFunctions.end() ||
         name.starts_with("trim_") || name == "uppercamelcase";
}

/// The operator of `["operator", …]`; empty when the expression is not of that form.
std::string_view OperatorOf(const json::array& expression) {
  if (expression.empty() || !expression[0].is_string()) {
    return {};
  }
  const json::string& name = expression[0].get_string();
  return {name.data(), name.size()};
}

std::string_view WordAt(const json::array& expression, size_t index) {
  if (index >= expression.size() || !expression[index].is_string()) {
    return {};
  }
  const json::string& word = expression[index].get_string();
  return {word.data(), word.size()};
}

/// What an expression is that cannot be a value, to follow "is ".
std::string Described(const json::array& expression) {
  const std::string_view name = OperatorOf(expression);
  if (name == "evaluate") {
    return "a backtick";
  }
  if (name == "call") {
    return "a call of " + base::Quoted(std::string(WordAt(expression, 1)) + "()");
  }
  if (name == "if") {
    return "a conditional";
  }
  if (name == "list") {
    return "a list";
  }
  if (name.empty()) {
    return "an expression of a form this odu does not know";
  }
  return fmt::format("an expression with {}", base::Quoted(name));
}

Values::Outcome Bounded(std::string value) {
  if (value.size() > kMaxValueBytes) {
    return std::unexpected(fmt::format("longer than {} bytes", kMaxValueBytes));
  }
  return value;
}

/// Calls `visit(array)` for the expression's operator and all below it.
template <class Visit>
void Walk(const Expression& expression, const Visit& visit) {
  std::vector<const Expression*> left{&expression};
  while (!left.empty()) {
    const json::array* array = left.back()->if_array();
    left.pop_back();
    if (!array) {
      continue;
    }
    visit(*array);
    for (const Expression& part : *array) {
      left.push_back(&part);
    }
  }
}

/// True when finding the value of `expression` runs a program, or asks the machine something.
bool LooksOutside(const Expression& expression) {
  bool outside = false;
  Walk(expression, [&](const json::array& part) {
    const std::string_view name = OperatorOf(part);
    outside = outside || name == "evaluate" || (name == "call" && !IsTextFunction(WordAt(part, 1)));
  });
  return outside;
}

bool IsList(const Expression& expression) {
  bool list = false;
  Walk(expression, [&](const json::array& part) { list = list || OperatorOf(part) == "list"; });
  return list;
}

}  // namespace

Values::Values(const Justfile& justfile, EvaluateVariable evaluate)
    : justfile_(justfile), evaluate_(std::move(evaluate)) {}

Values::Outcome Values::Of(const Expression& expression, const Recipe& recipe,
                           std::span<const std::string> arguments) {
  const Scope scope{recipe.module, &recipe, arguments, recipe.parameters.size()};
  return Evaluate(expression, scope, 0);
}

Values::Outcome Values::Evaluate(const Expression& expression, const Scope& scope, int depth) {
  if (const json::string* literal = expression.if_string()) {
    return std::string(*literal);
  }
  const json::array* array = expression.if_array();
  if (!array) {
    return std::unexpected("an expression of a form this odu does not know");
  }
  if (depth > kMaxDepth) {
    return std::unexpected(fmt::format("nested deeper than {} definitions", kMaxDepth));
  }
  const std::string_view name = OperatorOf(*array);
  if (name == "variable" && array->size() == 2 && (*array)[1].is_string()) {
    return Named(std::string(WordAt(*array, 1)), scope, depth + 1);
  }
  if ((name == "concatenate" && array->size() == 3) || name == "format") {
    return Joined(*array, scope, depth + 1);
  }
  if (name == "join" && array->size() == 3) {
    const Outcome left = Evaluate((*array)[1], scope, depth + 1);
    if (!left) {
      return left;
    }
    const Outcome right = Evaluate((*array)[2], scope, depth + 1);
    if (!right) {
      return right;
    }
    return Bounded(*left + "/" + *right);
  }
  return std::unexpected(Described(*array));
}

Values::Outcome Values::Joined(const json::array& parts, const Scope& scope, int depth) {
  std::string out;
  for (size_t i = 1; i < parts.size(); ++i) {
    const Outcome part = Evaluate(parts[i], scope, depth);
    if (!part) {
      return part;
    }
    out += *part;
    if (out.size() > kMaxValueBytes) {
      break;
    }
  }
  return Bounded(std::move(out));
}

Values::Outcome Values::Named(const std::string& name, const Scope& scope, int depth) {
  if (scope.recipe) {
    for (size_t i = 0; i < scope.visible_parameters; ++i) {
      if (scope.recipe->parameters[i].name == name) {
        return ParameterValue(i, scope, depth);
      }
    }
  }
  const Module& module = justfile_.modules[scope.module];
  const auto found = module.variables.find(name);
  if (found == module.variables.end()) {
    return std::unexpected(
        fmt::format("the variable '{}', which this justfile does not set", name));
  }
  return VariableValue(scope.module, name, found->second, depth);
}

Values::Outcome Values::ParameterValue(size_t index, const Scope& scope, int depth) {
  const Parameter& parameter = scope.recipe->parameters[index];
  if (parameter.variadic && justfile_.modules[scope.module].lists) {
    return std::unexpected(fmt::format("the list '{}'", parameter.name));
  }
  if (index < scope.arguments.size()) {
    std::string value = scope.arguments[index];
    for (size_t i = index + 1; parameter.variadic && i < scope.arguments.size(); ++i) {
      value += " " + scope.arguments[i];
    }
    return value;
  }
  if (!parameter.default_value) {
    // A '*' parameter that got nothing is the empty string; others just refused before us.
    return std::string();
  }
  Scope earlier = scope;
  earlier.visible_parameters = index;
  const Outcome value = Evaluate(*parameter.default_value, earlier, depth);
  if (!value) {
    return std::unexpected(
        fmt::format("the parameter '{}', whose default is {}", parameter.name, value.error()));
  }
  return value;
}

Values::Outcome Values::VariableValue(size_t module, const std::string& name,
                                      const Expression& definition, int depth) {
  const std::pair key(module, name);
  if (const auto known = variables_.find(key); known != variables_.end()) {
    return known->second;
  }
  // Stands until the value is known: a definition that leans on itself meets it.
  variables_.emplace(key,
                     std::unexpected(fmt::format("the variable '{}', defined by itself", name)));
  Outcome value = Evaluate(definition, Scope{module, nullptr, {}, 0}, depth);
  if (!value && evaluate_ && !IsList(definition) && EvaluationRunsNothing()) {
    auto asked = evaluate_(Namepath(justfile_.modules[module].path, name));
    value = asked ? Outcome(*std::move(asked)) : std::unexpected(asked.error().message());
  }
  if (!value) {
    value =
        std::unexpected(fmt::format("the variable '{}', whose value is {}", name, value.error()));
  }
  variables_.insert_or_assign(key, value);
  return value;
}

bool Values::EvaluationRunsNothing() {
  if (!evaluation_runs_nothing_) {
    bool runs = false;
    for (const Module& module : justfile_.modules) {
      runs = runs || module.runs_dotenv_command;
      for (const auto& [name, definition] : module.variables) {
        runs = runs || LooksOutside(definition);
      }
    }
    evaluation_runs_nothing_ = !runs;
  }
  return *evaluation_runs_nothing_;
}

}  // namespace odu::plan
