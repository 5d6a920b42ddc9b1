#include "odu/plan/render.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/json.h"

namespace odu::plan {
namespace {

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// One array of strings over several lines, as JSON.stringify(…, 2) has it.
void AppendStrings(std::string& out, std::span<const std::string> texts, std::string_view indent) {
  if (texts.empty()) {
    out += "[]";
    return;
  }
  out += "[\n";
  for (size_t i = 0; i < texts.size(); ++i) {
    out.append(indent).append("  ");
    base::AppendJsonString(out, texts[i]);
    out += i + 1 < texts.size() ? ",\n" : "\n";
  }
  out.append(indent).append("]");
}

void AppendMember(std::string& out, std::string_view indent, std::string_view key) {
  out.append(indent);
  base::AppendJsonString(out, key);
  out += ": ";
}

void AppendText(std::string& out, std::string_view key, std::string_view text, bool more) {
  AppendMember(out, "      ", key);
  base::AppendJsonString(out, text);
  out += more ? ",\n" : "\n";
}

bool IsShellCommand(const std::vector<std::string>& argv) {
  return argv.size() == 3 && argv[0] == "/bin/sh" && argv[1] == "-c";
}

void AppendTask(std::string& out, const model::PlanNode& node) {
  out += "    {\n";
  AppendText(out, "id", node.id, true);
  AppendText(out, "name", node.recipe, true);
  if (IsShellCommand(node.argv)) {
    AppendText(out, "command", node.argv[2], true);
  } else if (!node.argv.empty() && node.argv[0] == "just") {
    AppendText(out, "command", ShellLine(node.argv), true);
  } else {
    AppendMember(out, "      ", "command");
    AppendStrings(out, node.argv, "      ");
    out += ",\n";
  }
  AppendMember(out, "      ", "needs");
  AppendStrings(out, node.needs, "      ");
  out += "\n    }";
}

void AppendPruned(std::string& out, const model::PrunedRecipe& pruned) {
  out += "    {\n";
  AppendText(out, "recipe", pruned.recipe, true);
  AppendText(out, "platform", pruned.platform, true);
  AppendText(out, "reason", pruned.reason, false);
  out += "    }";
}

/// Appends `"key": [` items `]`, each item by `append`.
template <class Items, class Append>
void AppendList(std::string& out, std::string_view key, const Items& items, const Append& append) {
  AppendMember(out, "  ", key);
  out += items.empty() ? "[" : "[\n";
  for (size_t i = 0; i < items.size(); ++i) {
    append(out, items[i]);
    out += i + 1 < items.size() ? ",\n" : "\n  ";
  }
  out += "]";
}

}  // namespace

std::string ShellLine(std::span<const std::string> argv) {
  constexpr std::string_view kPlain = "@%_-+=:,./";
  std::string out;
  for (const std::string& word : argv) {
    out += out.empty() ? "" : " ";
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
      return IsWordByte(c) || kPlain.find(c) != std::string_view::npos;
    });
    if (plain) {
      out += word;
      continue;
    }
    out += '\'';
    for (const char c : word) {
      if (c == '\'') {
        out += "'\\''";
      } else {
        out += c;
      }
    }
    out += '\'';
  }
  return out;
}

std::string RenderDump(const model::Pipeline& pipeline, const model::LanePlan& lane) {
  std::vector<model::PrunedRecipe> pruned;
  std::copy_if(pipeline.pruned.begin(), pipeline.pruned.end(), std::back_inserter(pruned),
               [&](const model::PrunedRecipe& recipe) { return recipe.platform == lane.platform; });
  std::string out = "{\n";
  AppendMember(out, "  ", "name");
  base::AppendJsonString(out, pipeline.name);
  out += ",\n";
  AppendList(out, "tasks", lane.nodes, AppendTask);
  out += ",\n";
  AppendList(out, "pruned", pruned, AppendPruned);
  return out + "\n}\n";
}

std::string RenderGraph(const model::LanePlan& lane) {
  // Mermaid reads these as its own words.
  std::unordered_set<std::string> taken{"end", "graph", "subgraph", "flowchart", "style", "class"};
  std::unordered_map<std::string_view, std::string> names;
  std::string out = "flowchart TD\n";
  for (const model::PlanNode& node : lane.nodes) {
    std::string safe = node.id;
    std::replace_if(safe.begin(), safe.end(), [](char c) { return !IsWordByte(c); }, '_');
    std::string name = safe;
    for (size_t number = 2; !taken.insert(name).second; ++number) {
      name = safe + "_" + std::to_string(number);
    }
    out += "    " + name + "[\"" + node.id + "\"]\n";
    names.emplace(node.id, std::move(name));
  }
  for (const model::PlanNode& node : lane.nodes) {
    for (const std::string& need : node.needs) {
      const auto found = names.find(need);
      if (found != names.end()) {
        out += "    " + found->second + " --> " + names[node.id] + "\n";
      }
    }
  }
  return out;
}

}  // namespace odu::plan
