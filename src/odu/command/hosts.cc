#include "odu/command/hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/plan/hosts_file.h"
#include "os/file_system.h"

namespace odu::command {
namespace {

std::string WayIn(const plan::HostEntry& entry) {
  if (entry.command.empty()) {
    return entry.address;
  }
  std::string words;
  for (const std::string& word : entry.command) {
    words += (words.empty() ? "" : " ") + word;
  }
  return words;
}

std::string Details(const plan::HostEntry& entry) {
  std::string details;
  const auto add = [&details](const std::string& part) { details += "  " + part; };
  if (entry.jobs > 0) {
    add(fmt::format("jobs {}", entry.jobs));
  }
  if (!entry.provision.empty()) {
    add("provision " + entry.provision);
  }
  if (!entry.enter.empty()) {
    std::string words;
    for (const std::string& word : entry.enter) {
      words += " " + word;
    }
    add("enter" + words);
  }
  if (!entry.pass_env.empty()) {
    add("passes " + base::Counted(entry.pass_env.size(), "variable"));
  }
  return details;
}

std::string AsJson(const plan::Hosts& hosts) {
  base::json::array entries;
  for (const plan::HostEntry& entry : hosts.entries) {
    base::json::object object{{"platform", entry.platform}};
    if (entry.command.empty()) {
      object["host"] = entry.address;
    } else {
      object["command"] = base::json::array(entry.command.begin(), entry.command.end());
    }
    object["jobs"] = entry.jobs;
    entries.push_back(std::move(object));
  }
  return base::json::serialize(
             base::json::object{{"path", hosts.path}, {"hosts", std::move(entries)}}) +
         "\n";
}

}  // namespace

base::Result<std::string> ShowHosts(const os::Environment& environment, const std::string& cwd,
                                    bool as_json) {
  const auto hosts = plan::LoadHosts(environment.entries(), cwd);
  if (!hosts) {
    return base::Pass(hosts.error());
  }
  if (hosts->path.empty()) {
    return base::Fail(base::ErrorKind::kInput, "no_hosts", "no hosts are configured",
                      fmt::format("'odu hosts --init' writes this machine as localhost, or say "
                                  "'odu run --host {}=localhost'",
                                  model::ThisPlatform()));
  }
  if (as_json) {
    return AsJson(*hosts);
  }
  size_t columns = 0;
  for (const plan::HostEntry& entry : hosts->entries) {
    columns = std::max(columns, entry.platform.size());
  }
  std::string text = base::Sanitised(hosts->path, false) + "\n";
  for (const plan::HostEntry& entry : hosts->entries) {
    text +=
        fmt::format("  {:<{}}  {}{}\n", entry.platform, columns,
                    base::Sanitised(WayIn(entry), false), base::Sanitised(Details(entry), false));
  }
  return text;
}

std::string HostsFile(const os::Environment& environment, const std::string& cwd) {
  const auto hosts = plan::LoadHosts(environment.entries(), cwd);
  return hosts ? hosts->path : std::string();
}

base::Result<std::string> InitHosts(const os::Environment& environment, bool as_json) {
  std::string path(environment.Get("ODU_HOSTS").value_or(""));
  if (path.empty()) {
    const auto home = environment.Get("HOME");
    if (!home.has_value() || !home->starts_with('/')) {
      return base::Fail(base::ErrorKind::kInput, "no_home", "HOME is not set",
                        "set HOME, or ODU_HOSTS to the file to write");
    }
    path = std::string(*home) + "/.config/odu/hosts.json";
  }
  if (os::Exists(path)) {
    return base::Fail(base::ErrorKind::kRefused, "hosts_exist",
                      fmt::format("{} exists", base::Quoted(path)), "edit it, or remove it first");
  }
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) {
    if (const auto made = os::MakeDirs(path.substr(0, slash)); !made) {
      return base::Pass(made.error());
    }
  }
  const std::string text = fmt::format("{{\n  \"{}\": \"localhost\"\n}}\n", model::ThisPlatform());
  if (const auto written = os::WriteFileAtomic(path, text); !written) {
    return base::Pass(written.error());
  }
  if (as_json) {
    plan::Hosts hosts;
    hosts.path = path;
    hosts.entries.emplace_back();
    hosts.entries.back().platform = model::ThisPlatform();
    hosts.entries.back().address = "localhost";
    return AsJson(hosts);
  }
  return fmt::format("wrote {}: {} runs on localhost\n", base::Sanitised(path, false),
                     model::ThisPlatform());
}

}  // namespace odu::command
