#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mcp/method_groups.h"
#include "mcp/page.h"
#include "mcp/session.h"

namespace mcp {
namespace {

std::string PromptText(const Prompt& prompt, Revision revision) {
  ObjectText text;
  text.Text("name", prompt.name);
  if (revision >= Revision::k20250618) {
    text.TextIfAny("title", prompt.title);
  }
  ArrayText arguments;
  for (const PromptArgument& argument : prompt.arguments) {
    arguments.Add(ObjectText()
                      .Text("name", argument.name)
                      .Text("description", argument.description)
                      .Flag("required", argument.required)
                      .Take());
  }
  return text.Text("description", prompt.description).Raw("arguments", arguments.Take()).Take();
}

using Arguments = std::map<std::string, std::string>;

std::expected<Arguments, RpcFault> ReadArguments(const Prompt& prompt, const Call& call) {
  Arguments arguments;
  if (const base::json::value* given = call.params().if_contains("arguments")) {
    if (!given->is_object()) {
      return Fault(kInvalidParams, "arguments is not an object");
    }
    for (const auto& [name, value] : given->get_object()) {
      if (std::ranges::find(prompt.arguments, name, &PromptArgument::name) ==
          prompt.arguments.end()) {
        return Fault(kInvalidParams, "this prompt has no argument " + base::Quoted(name));
      }
      if (!value.is_string()) {
        return Fault(kInvalidParams, "the argument " + base::Quoted(name) + " is not a string");
      }
      arguments.emplace(name, value.get_string());
    }
  }
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      return Fault(kInvalidParams, "the argument " + base::Quoted(argument.name) + " is missing");
    }
  }
  return arguments;
}

}  // namespace

boost::asio::awaitable<Reply> PromptsList(Session& session, Call& call) {
  co_return PageOf(session.server(), call, "prompts", session.server().prompts(), PromptText,
                   kStaticTtlMs);
}

boost::asio::awaitable<Reply> PromptsGet(Session& session, Call& call) {
  const base::json::string* name = StringIn(call.params(), "name");
  const Prompt* prompt = name == nullptr ? nullptr : session.server().FindPrompt(*name);
  if (prompt == nullptr) {
    co_return Fault(kInvalidParams, name == nullptr ? "the name of the prompt is missing"
                                                    : "there is no prompt " + base::Quoted(*name));
  }
  const auto arguments = ReadArguments(*prompt, call);
  if (!arguments) {
    co_return std::unexpected(arguments.error());
  }
  ObjectText content;
  content.Text("type", "text").Text("text", prompt->text(*arguments));
  ArrayText messages;
  messages.Add(ObjectText().Text("role", "user").Raw("content", content.Take()).Take());
  Result result;
  result.fields.Text("description", prompt->description).Raw("messages", messages.Take());
  co_return result;
}

}  // namespace mcp
