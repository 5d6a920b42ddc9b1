#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "surface/schema.h"

/// What a tool takes and gives as JSON Schema, made of what the surface's types say of themselves.
namespace mcp {

/// What a model is told of one field of a tool's input. A described struct gives them as
/// `static constexpr std::array<mcp::FieldNote, N> kNotes`.
struct FieldNote {
  std::string_view field;
  std::string_view text;
  std::optional<int64_t> least = {};
  std::optional<int64_t> most = {};
};

/// The input schema of a tool: a closed object without `$ref`, `anyOf` or null, each field with its
/// note. A field that may be absent is not required, and that is all it takes.
base::json::object InputSchema(base::json::value schema, std::span<const FieldNote> notes);

/// The output schema: an open object that also admits `{"error": …}`, for clients hold errors
/// against it too; so nothing is required.
base::json::object OutputSchema(base::json::value schema);

/// Refuses arguments that the schema does not know, naming the nearest: kUsage "unknown_argument";
/// and numbers beyond their note: kUsage "bad_argument".
base::Result<void> CheckArguments(const base::json::object& arguments,
                                  const base::json::object& schema);

template <class T>
base::json::object InputSchemaOf() {
  if constexpr (requires { T::kNotes; }) {
    return InputSchema(surface::Schema<T>(), T::kNotes);
  } else {
    return InputSchema(surface::Schema<T>(), {});
  }
}

}  // namespace mcp
