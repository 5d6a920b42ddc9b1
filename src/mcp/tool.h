#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "mcp/call.h"
#include "mcp/schema.h"
#include "surface/codec.h"

namespace mcp {

/// What a host may conclude before it lets a model call the tool. Without a word a tool is taken
/// for one that destroys, so every tool says.
struct ToolHints {
  bool read_only = false;
  bool destructive = false;
  bool idempotent = false;
  bool open_world = false;
};

/// What a call came to: both forms hold the whole answer, for hosts show one or the other.
struct ToolResult {
  std::string structured;  ///< a JSON object
  std::string text;        ///< empty = the same JSON
};

using ToolFunction = std::function<boost::asio::awaitable<base::Result<ToolResult>>(
    base::json::value arguments, Call& call)>;

/// A tool as it is declared. Errors that its function returns become results with `isError`.
struct Tool {
  std::string name;
  std::string title;
  std::string description;
  ToolHints hints;
  base::json::object input_schema;
  base::json::object output_schema;
  base::json::object meta;    ///< `_meta` of the declaration; empty = none
  bool task_support = false;  ///< may be called as a task
  ToolFunction function;
};

namespace detail {

template <class In, class Out, class F>
boost::asio::awaitable<base::Result<ToolResult>> RunTool(F handler, base::json::value arguments,
                                                         Call& call) {
  auto input = surface::Decode<In>(arguments);
  if (!input) {
    co_return base::Fail(base::ErrorKind::kUsage, "bad_argument", input.error().message(),
                         input.error().hint());
  }
  base::Result<Out> output = co_await handler(std::move(*input), call);
  if (!output) {
    co_return base::Pass(output.error());
  }
  ToolResult result;
  result.structured = surface::Encoded(*output);
  co_return result;
}

}  // namespace detail

/// A tool of described types: `handler` is called with (In, Call&) and returns
/// `awaitable<Result<Out>>`. It is copied; what it refers to must outlive the server.
template <class In, class Out, class F>
Tool MakeTool(std::string name, ToolHints hints, F handler) {
  Tool tool;
  tool.name = std::move(name);
  tool.hints = hints;
  tool.input_schema = InputSchemaOf<In>();
  tool.output_schema = OutputSchema(surface::Schema<Out>());
  tool.function = [handler = std::move(handler)](base::json::value arguments, Call& call) {
    return detail::RunTool<In, Out, F>(handler, std::move(arguments), call);
  };
  return tool;
}

}  // namespace mcp
