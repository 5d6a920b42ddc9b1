#include "mcp/schema.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace mcp {
namespace {

using base::json::object;
using base::json::value;

/// `{"anyOf":[X,{"type":"null"}]}` is X: what is absent is absent.
value WithoutNull(value schema) {
  auto* fields = schema.if_object();
  if (fields == nullptr) {
    return schema;
  }
  if (auto* either = fields->if_contains("anyOf")) {
    value first = std::move(either->as_array()[0]);
    return WithoutNull(std::move(first));
  }
  for (auto& [name, inner] : *fields) {
    if (inner.is_object()) {
      inner = WithoutNull(std::move(inner));
    }
  }
  return schema;
}

void Note(object& properties, const FieldNote& note) {
  value* field = properties.if_contains(note.field);
  if (field == nullptr) {
    return;
  }
  object& schema = field->as_object();
  schema["description"] = note.text;
  if (note.least.has_value()) {
    schema["minimum"] = *note.least;
  }
  if (note.most.has_value()) {
    schema["maximum"] = *note.most;
  }
}

const object& PropertiesOf(const object& schema) {
  static const object none;
  const value* properties = schema.if_contains("properties");
  return properties == nullptr ? none : properties->as_object();
}

base::Result<void> CheckNumber(std::string_view name, const value& given, const object& schema) {
  const int64_t* number = given.if_int64();
  if (number == nullptr) {
    return {};
  }
  const value* least = schema.if_contains("minimum");
  const value* most = schema.if_contains("maximum");
  const bool low = least != nullptr && *number < least->as_int64();
  const bool high = most != nullptr && *number > most->as_int64();
  if (!low && !high) {
    return {};
  }
  return base::Fail(
      base::ErrorKind::kUsage, "bad_argument",
      fmt::format("{}: {} is too {}, the {} is {}", name, *number, low ? "small" : "large",
                  low ? "least" : "most", low ? least->as_int64() : most->as_int64()));
}

}  // namespace

object InputSchema(value schema, std::span<const FieldNote> notes) {
  value plain = WithoutNull(std::move(schema));
  object& fields = plain.as_object();
  if (!fields.contains("properties")) {
    fields["properties"] = object{};
  }
  for (const FieldNote& note : notes) {
    Note(fields["properties"].as_object(), note);
  }
  fields["additionalProperties"] = false;
  return std::move(fields);
}

object OutputSchema(value schema) {
  object fields;
  if (schema.is_object()) {
    fields = std::move(schema.get_object());
  }
  fields["type"] = "object";
  fields.erase("required");
  if (!fields.contains("properties")) {
    fields["properties"] = object{};
  }
  const object text{{"type", "string"}};
  fields["properties"].as_object()["error"] = object{
      {"type", "object"},
      {"description", "present when the call was refused or failed"},
      {"properties",
       object{{"kind", text}, {"code", text}, {"message", text}, {"hint", text}, {"next", text}}}};
  return fields;
}

base::Result<void> CheckArguments(const object& arguments, const object& schema) {
  const object& properties = PropertiesOf(schema);
  for (const auto& [name, given] : arguments) {
    const value* known = properties.if_contains(name);
    if (known == nullptr) {
      std::vector<std::string> names;
      for (const auto& [candidate, ignored] : properties) {
        names.emplace_back(candidate);
      }
      const std::string nearest = base::NearestName(name, names);
      std::string hint;
      if (!nearest.empty()) {
        hint = fmt::format("did you mean '{}'?", nearest);
      } else if (!names.empty()) {
        hint = fmt::format("it takes: {}", fmt::join(names, ", "));
      }
      return base::Fail(base::ErrorKind::kUsage, "unknown_argument",
                        fmt::format("there is no argument {}", base::Quoted(name)),
                        std::move(hint));
    }
    if (auto ok = CheckNumber(name, given, known->as_object()); !ok) {
      return ok;
    }
  }
  return {};
}

}  // namespace mcp
