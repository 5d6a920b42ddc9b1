#include "odu/agent/host_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace odu::agent {
namespace {

using base::json::array;
using base::json::object;
using base::json::value;

constexpr std::array kHosts{
    AgentHost{"claude", "Claude Code", ".mcp.json", false},
    AgentHost{"codex", "Codex", ".codex/config.toml", true},
    AgentHost{"opencode", "opencode", "opencode.json", false},
    AgentHost{"gemini", "Gemini CLI", ".gemini/settings.json", false},
    AgentHost{"vscode", "VS Code", ".vscode/mcp.json", false},
};

constexpr std::string_view kTomlHead = "[mcp_servers.odu]";
/// Codex gives a server almost nothing of the environment; lanes on other machines need the agent.
constexpr std::string_view kToml =
    "[mcp_servers.odu]\n"
    "command = \"odu\"\n"
    "args = [\"mcp\"]\n"
    "env_vars = [\"SSH_AUTH_SOCK\", \"ODU_HOSTS\"]\n"
    "tool_timeout_sec = 300\n";
constexpr int kTimeoutMs = 600'000;

/// Where the entry goes, and what it is.
struct Entry {
  std::string_view section;
  object json;
};

Entry EntryOf(const AgentHost& host) {
  const array args{"mcp"};
  if (host.name == "opencode") {
    return {"mcp", object{{"type", "local"},
                          {"command", array{"odu", "mcp"}},
                          {"enabled", true},
                          {"timeout", kTimeoutMs}}};
  }
  if (host.name == "gemini") {
    return {"mcpServers", object{{"command", "odu"},
                                 {"args", args},
                                 {"timeout", kTimeoutMs},
                                 {"env", object{{"SSH_AUTH_SOCK", "$SSH_AUTH_SOCK"}}}}};
  }
  if (host.name == "vscode") {
    return {"servers", object{{"type", "stdio"}, {"command", "odu"}, {"args", args}}};
  }
  return {"mcpServers",
          object{{"type", "stdio"}, {"command", "odu"}, {"args", args}, {"timeout", kTimeoutMs}}};
}

void Write(std::string& out, const value& json, size_t indent) {
  const std::string pad(indent + 2, ' ');
  if (const auto* fields = json.if_object(); fields != nullptr && !fields->empty()) {
    out += "{\n";
    for (auto field = fields->begin(); field != fields->end(); ++field) {
      out += field == fields->begin() ? pad : ",\n" + pad;
      base::AppendJsonString(out, field->key());
      out += ": ";
      Write(out, field->value(), indent + 2);
    }
    out += "\n" + std::string(indent, ' ') + "}";
  } else if (const auto* items = json.if_array(); items != nullptr && !items->empty()) {
    out += "[";
    for (size_t i = 0; i < items->size(); ++i) {
      out += i == 0 ? "" : ", ";
      Write(out, (*items)[i], indent + 2);
    }
    out += "]";
  } else {
    out += base::json::serialize(json);
  }
}

base::Result<std::string> JsonWithOdu(const AgentHost& host, const std::string& before) {
  const bool blank = before.find_first_not_of(" \t\r\n") == std::string::npos;
  auto json = blank ? base::Result<value>(object{}) : base::ParseJson(before, host.file);
  const Entry entry = EntryOf(host);
  object* fields = json ? json->if_object() : nullptr;
  value* section = fields == nullptr ? nullptr : &(*fields)[entry.section];
  if (section == nullptr || !(section->is_object() || section->is_null())) {
    std::string ours;
    Write(ours, object{{entry.section, object{{"odu", entry.json}}}}, 0);
    return base::Fail(base::ErrorKind::kInput, "bad_config",
                      fmt::format("{}: {}", host.file,
                                  json ? fmt::format("'{}' is not an object", entry.section)
                                       : json.error().message()),
                      "add this by hand:\n" + ours);
  }
  if (section->is_null()) {
    *section = object{};
  }
  if (section->as_object().contains("odu")) {
    return before;
  }
  section->as_object()["odu"] = entry.json;
  std::string text;
  Write(text, *json, 0);
  return text + "\n";
}

std::string TomlWithOdu(const std::string& before) {
  for (const std::string_view line : base::Split(before, '\n')) {
    if (line.starts_with(kTomlHead)) {
      return before;
    }
  }
  std::string text = before;
  if (!text.empty()) {
    text += text.ends_with('\n') ? "\n" : "\n\n";
  }
  return text + std::string(kToml);
}

}  // namespace

std::span<const AgentHost> AgentHosts() {
  return kHosts;
}

base::Result<AgentHost> FindAgentHost(std::string_view name) {
  std::vector<std::string> names;
  for (const AgentHost& host : kHosts) {
    if (host.name == name) {
      return host;
    }
    names.emplace_back(host.name);
  }
  return base::Fail(base::ErrorKind::kUsage, "unknown_host",
                    fmt::format("--install: no agent is called {}", base::Quoted(name)),
                    fmt::format("known are {}", fmt::join(names, ", ")));
}

base::Result<std::string> WithOdu(const AgentHost& host, const std::string& before) {
  if (host.file.ends_with(".toml")) {
    return TomlWithOdu(before);
  }
  return JsonWithOdu(host, before);
}

std::string DiffText(std::string_view before, std::string_view after) {
  const auto lines = [](std::string_view text) {
    std::vector<std::string_view> split = base::Split(text, '\n');
    if (split.back().empty()) {
      split.pop_back();
    }
    return split;
  };
  const std::vector<std::string_view> old_lines = lines(before);
  const std::vector<std::string_view> new_lines = lines(after);
  // The longest common sequence, from the end: these files are short.
  const size_t width = new_lines.size() + 1;
  std::vector<size_t> common((old_lines.size() + 1) * width, 0);
  for (size_t i = old_lines.size(); i-- > 0;) {
    for (size_t j = new_lines.size(); j-- > 0;) {
      common[i * width + j] = old_lines[i] == new_lines[j] ? common[(i + 1) * width + j + 1] + 1
                                                           : std::max(common[(i + 1) * width + j],
                                                                      common[i * width + j + 1]);
    }
  }
  std::string text;
  size_t i = 0;
  size_t j = 0;
  while (i < old_lines.size() || j < new_lines.size()) {
    if (i < old_lines.size() && j < new_lines.size() && old_lines[i] == new_lines[j]) {
      text += fmt::format("  {}\n", old_lines[i]);
      ++i;
      ++j;
    } else if (j == new_lines.size() ||
               (i < old_lines.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      text += fmt::format("- {}\n", old_lines[i++]);
    } else {
      text += fmt::format("+ {}\n", new_lines[j++]);
    }
  }
  return text;
}

}  // namespace odu::agent
