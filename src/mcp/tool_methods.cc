#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "mcp/method_groups.h"
#include "mcp/page.h"
#include "mcp/session.h"

namespace mcp {
namespace {

std::string HintsText(const Tool& tool) {
  ObjectText text;
  text.TextIfAny("title", tool.title).Flag("readOnlyHint", tool.hints.read_only);
  if (!tool.hints.read_only) {
    text.Flag("destructiveHint", tool.hints.destructive);
  }
  return text.Flag("idempotentHint", tool.hints.idempotent || tool.hints.read_only)
      .Flag("openWorldHint", tool.hints.open_world)
      .Take();
}

std::string ToolText(const Tool& tool, Revision revision) {
  ObjectText text;
  text.Text("name", tool.name);
  if (revision >= Revision::k20250618) {
    text.TextIfAny("title", tool.title);
  }
  text.Text("description", tool.description).Json("inputSchema", tool.input_schema);
  if (revision >= Revision::k20250618) {
    text.Json("outputSchema", tool.output_schema);
  }
  if (revision >= Revision::k20250326) {
    text.Raw("annotations", HintsText(tool));
  }
  if (tool.task_support && revision == Revision::k20251125) {
    text.Raw("execution", R"({"taskSupport":"optional"})");
  }
  if (!tool.meta.empty() && revision >= Revision::k20250618) {
    text.Json("_meta", tool.meta);
  }
  return text.Take();
}

void AddContent(Result& result, Revision revision, const ToolResult& answer) {
  const std::string& text = answer.text.empty() ? answer.structured : answer.text;
  ArrayText content;
  content.Add(ObjectText().Text("type", "text").Text("text", text).Take());
  result.fields.Raw("content", content.Take());
  if (revision >= Revision::k20250618) {
    result.fields.Raw("structuredContent", answer.structured);
  }
}

/// Everything in both forms: some hosts show a model the one, some the other.
ToolResult ErrorResult(const base::Error& error, const std::string& next) {
  ObjectText inside;
  inside.Text("kind", base::KindName(error.kind()))
      .Text("code", error.code())
      .Text("message", error.message())
      .TextIfAny("hint", error.hint())
      .TextIfAny("next", next);
  ToolResult result;
  result.structured = ObjectText().Raw("error", inside.Take()).Take();
  result.text = fmt::format("{} ({})", error.message(), error.code());
  if (!error.hint().empty()) {
    result.text += "\n" + error.hint();
  }
  if (!next.empty()) {
    result.text += "\nnext: " + next;
  }
  return result;
}

}  // namespace

boost::asio::awaitable<Reply> ToolsList(Session& session, Call& call) {
  co_return PageOf(session.server(), call, "tools", session.server().tools(), ToolText,
                   kStaticTtlMs);
}

boost::asio::awaitable<Result> RunTool(Server& server, const Tool& tool,
                                       base::json::object arguments, Call& call) {
  base::Result<ToolResult> answer = ToolResult();
  if (auto ok = CheckArguments(arguments, tool.input_schema); !ok) {
    answer = base::Pass(ok.error());
  } else {
    base::json::value given(std::move(arguments));
    answer = co_await tool.function(std::move(given), call);
  }
  Result result;
  if (answer) {
    AddContent(result, call.revision(), *answer);
  } else {
    const std::string next = server.Advice(tool.name, answer.error());
    AddContent(result, call.revision(), ErrorResult(answer.error(), next));
    result.fields.Flag("isError", true);
  }
  co_return result;
}

boost::asio::awaitable<Reply> ToolsCall(Session& session, Call& call) {
  const base::json::string* name = StringIn(call.params(), "name");
  if (name == nullptr) {
    co_return Fault(kInvalidParams, "the name of the tool is missing");
  }
  const Tool* tool = session.server().FindTool(*name);
  if (tool == nullptr) {
    std::vector<std::string> names;
    for (const Tool& known : session.server().tools()) {
      names.push_back(known.name);
    }
    co_return Fault(kInvalidParams, fmt::format("there is no tool {}; there are: {}",
                                                base::Quoted(*name), fmt::join(names, ", ")));
  }
  base::json::object arguments;
  if (const base::json::value* given = call.params().if_contains("arguments")) {
    if (!given->is_object()) {
      co_return Fault(kInvalidParams, "arguments is not an object");
    }
    arguments = given->get_object();
  }
  const base::json::value* task = call.params().if_contains("task");
  const bool asked = call.revision() == Revision::k20251125 && task != nullptr;
  if (asked && (!task->is_object() || !tool->task_support)) {
    // The revision's own code for a tool that is no task.
    co_return task->is_object() ? Fault(kMethodNotFound, "this tool cannot be called as a task")
                                : Fault(kInvalidParams, "task is not an object");
  }
  if (asked || (tool->task_support && IsModern(call.revision()) && KnowsTasks(call))) {
    co_return StartAsTask(session, call, *tool, std::move(arguments));
  }
  Result result = co_await RunTool(session.server(), *tool, std::move(arguments), call);
  co_return result;
}

}  // namespace mcp
