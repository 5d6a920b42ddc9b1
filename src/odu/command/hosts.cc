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

/// Words of a command, told apart for people.
std::string Words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? "" : " ";
    text += word.find(' ') == std::string::npos ? word : base::Quoted(word);
  }
  return base::Sanitised(text, false);
}

std::string WayIn(const plan::HostEntry& entry) {
  return entry.command.empty() ? base::Sanitised(entry.address, false) : Words(entry.command);
}

/// What is not as usual.
std::string Details(const plan::HostEntry& entry) {
  std::string details;
  const auto add = [&details](const std::string& part) { details += "  " + part; };
  if (entry.jobs > 0) {
    add(fmt::format("jobs {}", entry.jobs));
  }
  if (!entry.provision.empty() && entry.provision != "auto") {
    add("provision " + entry.provision);
  }
  if (!entry.enter.empty()) {
    add("enter " + Words(entry.enter));
  }
  if (!entry.pass_env.empty()) {
    add("passes " + Words(entry.pass_env));
  }
  if (entry.durable.has_value()) {
    add(*entry.durable ? "durable" : "not durable");
  }
  return details;
}

base::json::array Strings(const std::vector<std::string>& strings) {
  return base::json::array(strings.begin(), strings.end());
}

}  // namespace

base::Result<plan::Hosts> ConfiguredHosts(const os::Environment& environment,
                                          const std::string& cwd) {
  auto hosts = plan::LoadHosts(environment.entries(), cwd);
  if (hosts && hosts->path.empty()) {
    return base::Fail(base::ErrorKind::kInput, "no_hosts", "no hosts are configured",
                      fmt::format("'odu hosts --init' writes this machine as localhost, or say "
                                  "'odu run --host {}=localhost'",
                                  model::ThisPlatform()));
  }
  return hosts;
}

std::string HostsText(const plan::Hosts& hosts) {
  size_t platform_columns = 0;
  size_t host_columns = 0;
  for (const plan::HostEntry& entry : hosts.entries) {
    platform_columns = std::max(platform_columns, entry.platform.size());
    if (!Details(entry).empty()) {
      host_columns = std::max(host_columns, WayIn(entry).size());
    }
  }
  std::string text = base::Sanitised(hosts.path, false) + "\n";
  for (const plan::HostEntry& entry : hosts.entries) {
    const std::string details = Details(entry);
    text += fmt::format("  {:<{}}  {:<{}}{}\n", entry.platform, platform_columns, WayIn(entry),
                        details.empty() ? 0 : host_columns, details);
  }
  return text;
}

std::string HostsJson(const plan::Hosts& hosts) {
  base::json::array entries;
  for (const plan::HostEntry& entry : hosts.entries) {
    base::json::object object{{"platform", entry.platform}};
    if (entry.command.empty()) {
      object["host"] = entry.address;
    } else {
      object["command"] = Strings(entry.command);
    }
    object["provision"] = entry.provision.empty() ? "auto" : entry.provision;
    object["jobs"] = entry.jobs;
    object["enter"] = Strings(entry.enter);
    object["pass_env"] = Strings(entry.pass_env);
    object["durable"] = nullptr;
    if (entry.durable.has_value()) {
      object["durable"] = *entry.durable;
    }
    entries.push_back(std::move(object));
  }
  const base::json::object all{{"path", hosts.path}, {"hosts", std::move(entries)}};
  return base::json::serialize(all) + "\n";
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
    return HostsJson(hosts);
  }
  return fmt::format("wrote {}: {} runs on localhost\n", base::Sanitised(path, false),
                     model::ThisPlatform());
}

}  // namespace odu::command
