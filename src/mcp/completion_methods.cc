#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "mcp/method_groups.h"
#include "mcp/session.h"

namespace mcp {
namespace {

constexpr size_t kMostCompletions = 100;

/// A variable of a resource template; an empty template completes nothing.
struct Variable {
  std::string uri_template;
  std::string name;
};

/// What is to be completed: the variable of a template, or the argument of a prompt that stands for
/// one.
std::expected<Variable, RpcFault> FindVariable(const Server& server, const base::json::object& ref,
                                               const base::json::string& argument) {
  const base::json::string* type = StringIn(ref, "type");
  const bool of_prompt = type != nullptr && *type == "ref/prompt";
  if (!of_prompt && (type == nullptr || *type != "ref/resource")) {
    return Fault(kInvalidParams, "ref is neither 'ref/prompt' nor 'ref/resource'");
  }
  const base::json::string* name = StringIn(ref, of_prompt ? "name" : "uri");
  if (name == nullptr) {
    return Fault(kInvalidParams, "ref does not say of what");
  }
  if (!of_prompt) {
    const auto templates = server.resources() == nullptr ? std::vector<TemplateInfo>()
                                                         : server.resources()->Templates();
    if (std::ranges::find(templates, std::string_view(*name), &TemplateInfo::uri_template) ==
        templates.end()) {
      return Fault(kInvalidParams, "there is no resource template " + base::Quoted(*name));
    }
    return Variable{std::string(*name), std::string(argument)};
  }
  const Prompt* prompt = server.FindPrompt(*name);
  if (prompt == nullptr) {
    return Fault(kInvalidParams, "there is no prompt " + base::Quoted(*name));
  }
  const auto found =
      std::ranges::find(prompt->arguments, std::string_view(argument), &PromptArgument::name);
  if (found == prompt->arguments.end()) {
    return Fault(kInvalidParams, "this prompt has no argument " + base::Quoted(argument));
  }
  return Variable{found->completed_by, found->variable};
}

}  // namespace

bool OffersCompletion(const Server& server) {
  return server.resources() != nullptr || !server.prompts().empty();
}

boost::asio::awaitable<Reply> Complete(Session& session, Call& call) {
  const base::json::object* ref = ObjectIn(call.params(), "ref");
  const base::json::object* argument = ObjectIn(call.params(), "argument");
  const base::json::string* name = argument == nullptr ? nullptr : StringIn(*argument, "name");
  const base::json::string* begin = argument == nullptr ? nullptr : StringIn(*argument, "value");
  if (ref == nullptr || name == nullptr || begin == nullptr) {
    co_return Fault(kInvalidParams, "ref or argument is not as it must be");
  }
  const auto variable = FindVariable(session.server(), *ref, *name);
  if (!variable) {
    co_return std::unexpected(variable.error());
  }
  Completion found;
  if (!variable->uri_template.empty() && session.server().resources() != nullptr) {
    found = co_await session.server().resources()->Complete(variable->uri_template, variable->name,
                                                            std::string(*begin));
  }
  ArrayText values;
  for (size_t i = 0; i < std::min(found.values.size(), kMostCompletions); ++i) {
    std::string text;
    base::AppendJsonString(text, found.values[i]);
    values.Add(text);
  }
  Result result;
  result.fields.Raw("completion", ObjectText()
                                      .Raw("values", values.Take())
                                      .Number("total", static_cast<int64_t>(found.values.size()))
                                      .Flag("hasMore", found.values.size() > kMostCompletions)
                                      .Take());
  co_return result;
}

}  // namespace mcp
