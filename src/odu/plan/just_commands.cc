#include "odu/plan/just_commands.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace odu::plan {
namespace {

bool IsLiteral(const std::optional<Expression>& expression, const std::string& value) {
  return expression && expression->is_string() &&
         std::string_view(expression->get_string()) == value;
}

std::string OptionName(const Parameter& parameter) {
  return parameter.long_name.empty() ? "-" + parameter.short_name : "--" + parameter.long_name;
}

/// Adds `value` as the option that `parameter` is; else says why that cannot be.
std::string AddOption(const Parameter& parameter, const std::string& value,
                      std::vector<std::string>& argv) {
  const std::string option = OptionName(parameter);
  if (parameter.unusual_option || parameter.variadic) {
    return fmt::format("sets the option {}, which a plan cannot give", option);
  }
  if (!parameter.option_value) {
    argv.push_back(option + "=" + value);
  } else if (IsLiteral(parameter.option_value, value)) {
    argv.push_back(option);
  } else if (!IsLiteral(parameter.default_value, value)) {
    return fmt::format("sets '{}' to {}, which its option {} cannot say", parameter.name,
                       base::Quoted(value), option);
  }
  return {};
}

}  // namespace

std::expected<std::vector<std::string>, std::string> RecipeCommand(
    const Recipe& recipe, std::span<const std::string> arguments) {
  std::vector<std::string> argv{"just", "--no-deps", recipe.namepath};
  std::vector<std::string> positional;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const size_t parameter = std::min(i, recipe.parameters.size() - 1);
    if (recipe.parameters.empty() || !recipe.parameters[parameter].IsOption()) {
      positional.push_back(arguments[i]);
      continue;
    }
    const std::string fault = AddOption(recipe.parameters[parameter], arguments[i], argv);
    if (!fault.empty()) {
      return std::unexpected(fault);
    }
  }
  const bool has_options =
      std::any_of(recipe.parameters.begin(), recipe.parameters.end(),
                  [](const Parameter& parameter) { return parameter.IsOption(); });
  if (has_options && !positional.empty()) {
    argv.emplace_back("--");
  }
  argv.insert(argv.end(), positional.begin(), positional.end());
  return argv;
}

std::vector<std::string> DumpCommand(const std::string& justfile) {
  return {"just", "--justfile", justfile, "--dump", "--dump-format", "json"};
}

std::vector<std::string> EvaluateCommand(const std::string& justfile, const std::string& variable) {
  return {"just", "--justfile", justfile, "--evaluate", variable};
}

}  // namespace odu::plan
