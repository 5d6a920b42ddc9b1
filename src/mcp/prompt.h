#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mcp {

/// What a prompt is told by whoever picks it.
struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
  /// The resource template whose variable it is completed as; empty = it is not completed.
  std::string completed_by = {};
  std::string variable = {};
};

/// A beginning of a conversation that a person picks: one message to the model.
struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  /// The message; called with the arguments that were given, the required ones among them.
  std::function<std::string(const std::map<std::string, std::string>& arguments)> text;
};

}  // namespace mcp
