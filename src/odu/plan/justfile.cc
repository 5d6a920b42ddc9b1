#include "odu/plan/justfile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace odu::plan {
namespace {

namespace json = base::json;

/// Room for more than 100,000 recipes; the whole dump is held once as text and once parsed.
constexpr base::JsonLimits kDumpLimits{.bytes = size_t{256} << 20, .depth = 512};

/// What is wrong with a dump, by the path to it; empty when nothing is.
using Fault = std::string;

bool IsName(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  });
}

bool IsPath(std::string_view text) {
  while (true) {
    const size_t end = text.find("::");
    if (!IsName(text.substr(0, end))) {
      return false;
    }
    if (end == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(end + 2);
  }
}

const json::object* ObjectAt(const json::object& in, std::string_view key) {
  const json::value* value = in.if_contains(key);
  return value ? value->if_object() : nullptr;
}

const json::array* ArrayAt(const json::object& in, std::string_view key) {
  const json::value* value = in.if_contains(key);
  return value ? value->if_array() : nullptr;
}

std::string StringAt(const json::object& in, std::string_view key) {
  const json::value* value = in.if_contains(key);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

bool BoolAt(const json::object& in, std::string_view key) {
  const json::value* value = in.if_contains(key);
  const bool* flag = value ? value->if_bool() : nullptr;
  return flag && *flag;
}

std::optional<Expression> ExpressionAt(const json::object& in, std::string_view key) {
  const json::value* value = in.if_contains(key);
  if (!value || value->is_null()) {
    return std::nullopt;
  }
  return *value;
}

Fault ReadParameter(const json::value& value, Parameter& out) {
  const json::object* object = value.if_object();
  if (!object) {
    return "a parameter that is no object";
  }
  out.name = StringAt(*object, "name");
  if (!IsName(out.name)) {
    return fmt::format("a parameter called {}", base::Quoted(out.name));
  }
  const std::string kind = StringAt(*object, "kind");
  out.default_value = ExpressionAt(*object, "default");
  out.variadic = kind == "star" || kind == "plus";
  out.required = kind != "star" && !out.default_value;
  out.long_name = StringAt(*object, "long");
  out.short_name = StringAt(*object, "short");
  out.option_value = ExpressionAt(*object, "value");
  out.unusual_option = BoolAt(*object, "flag") || BoolAt(*object, "multiple");
  return {};
}

Fault ReadDependency(const json::value& value, RecipeDependency& out) {
  const json::object* object = value.if_object();
  if (!object) {
    return "a dependency that is no object";
  }
  out.recipe = StringAt(*object, "recipe");
  if (!IsPath(out.recipe)) {
    return fmt::format("a dependency on {}", base::Quoted(out.recipe));
  }
  if (const json::array* arguments = ArrayAt(*object, "arguments")) {
    out.arguments.assign(arguments->begin(), arguments->end());
  }
  const json::value* star = object->if_contains("star");
  out.mapped = star && !star->is_null();
  return {};
}

bool IsTagged(const json::object& recipe) {
  const json::array* attributes = ArrayAt(recipe, "attributes");
  if (!attributes) {
    return false;
  }
  return std::any_of(attributes->begin(), attributes->end(), [](const json::value& attribute) {
    const json::object* object = attribute.if_object();
    const json::array* metadata = object ? ArrayAt(*object, "metadata") : nullptr;
    return metadata && std::any_of(metadata->begin(), metadata->end(), [](const json::value& word) {
             return word.is_string() && word.get_string() == "ci";
           });
  });
}

Fault ReadRecipe(const json::object& in, Recipe& out) {
  const json::array* dependencies = ArrayAt(in, "dependencies");
  const json::array* parameters = ArrayAt(in, "parameters");
  const json::array* body = ArrayAt(in, "body");
  if (!dependencies || !parameters || !body) {
    return "no dependencies, parameters or body";
  }
  for (const json::value& value : *parameters) {
    if (Fault fault = ReadParameter(value, out.parameters.emplace_back()); !fault.empty()) {
      return fault;
    }
  }
  for (const json::value& value : *dependencies) {
    if (Fault fault = ReadDependency(value, out.dependencies.emplace_back()); !fault.empty()) {
      return fault;
    }
  }
  out.priors = out.dependencies.size();
  if (const json::value* priors = in.if_contains("priors"); priors && priors->is_int64()) {
    const int64_t count = priors->get_int64();
    if (count < 0 || static_cast<uint64_t>(count) > out.dependencies.size()) {
      return "priors that exceed its dependencies";
    }
    out.priors = static_cast<size_t>(count);
  }
  out.empty_body = body->empty();
  out.tagged = IsTagged(in);
  return {};
}

/// Reads variables, aliases and settings: what is missing is taken as empty.
void ReadScope(const json::object& in, Module& out) {
  if (const json::object* variables = ObjectAt(in, "assignments")) {
    for (const auto& [name, value] : *variables) {
      const json::object* variable = value.if_object();
      if (const auto expression =
              variable ? ExpressionAt(*variable, "value") : std::optional<Expression>()) {
        out.variables.insert_or_assign(std::string(name), *expression);
      }
    }
  }
  if (const json::object* aliases = ObjectAt(in, "aliases")) {
    for (const auto& [name, value] : *aliases) {
      if (const json::object* alias = value.if_object()) {
        out.aliases.insert_or_assign(std::string(name), StringAt(*alias, "target"));
      }
    }
  }
  if (const json::object* settings = ObjectAt(in, "settings")) {
    out.lists = BoolAt(*settings, "lists");
    const json::value* command = settings->if_contains("dotenv_command");
    const json::array* words = command ? command->if_array() : nullptr;
    out.runs_dotenv_command = command && !command->is_null() && (!words || !words->empty());
  }
}

Fault ReadModule(const json::object& in, size_t index, Justfile& out) {
  const json::object* recipes = ObjectAt(in, "recipes");
  if (!recipes) {
    return fmt::format("module '{}' has no recipes", out.modules[index].path);
  }
  ReadScope(in, out.modules[index]);
  for (const auto& [name, value] : *recipes) {
    Recipe recipe;
    recipe.name = name;
    recipe.namepath = Namepath(out.modules[index].path, recipe.name);
    recipe.module = index;
    const json::object* object = value.if_object();
    if (!IsName(recipe.name) || !object) {
      return fmt::format("a recipe called {}", base::Quoted(name));
    }
    if (Fault fault = ReadRecipe(*object, recipe); !fault.empty()) {
      return fmt::format("recipe '{}' has {}", recipe.namepath, fault);
    }
    out.modules[index].recipes.emplace(recipe.name, out.recipes.size());
    out.recipes.push_back(std::move(recipe));
  }
  return {};
}

base::Error BadDump(std::string_view fault) {
  return base::Error(base::ErrorKind::kHost, "bad_dump",
                     fmt::format("plan: the dump of just makes no sense: {}", fault),
                     "odu needs just 1.50 or newer ('just --version')");
}

}  // namespace

base::Result<Justfile> ParseDump(std::string_view text) {
  auto parsed = base::ParseJson(text, "just --dump", kDumpLimits);
  if (!parsed) {
    return base::Pass(parsed.error());
  }
  const json::object* root = parsed->if_object();
  if (!root) {
    return std::unexpected(BadDump("it is not an object"));
  }
  Justfile out;
  out.modules.emplace_back();
  // Modules are found breadth first, so that none needs a stack frame.
  std::vector<const json::object*> objects{root};
  for (size_t i = 0; i < objects.size(); ++i) {
    if (Fault fault = ReadModule(*objects[i], i, out); !fault.empty()) {
      return std::unexpected(BadDump(fault));
    }
    const json::object* modules = ObjectAt(*objects[i], "modules");
    if (!modules) {
      continue;
    }
    for (const auto& [name, value] : *modules) {
      const json::object* object = value.if_object();
      if (!IsName(name) || !object) {
        return std::unexpected(BadDump(fmt::format("a module called {}", base::Quoted(name))));
      }
      out.modules[i].children.emplace(std::string(name), objects.size());
      Module module;
      module.path = Namepath(out.modules[i].path, name);
      out.modules.push_back(std::move(module));
      objects.push_back(object);
    }
  }
  return out;
}

std::string Namepath(std::string_view module, std::string_view name) {
  std::string out(module);
  out += module.empty() ? "" : "::";
  out += name;
  return out;
}

}  // namespace odu::plan
