#include "odu/command/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "odu/command/checkout.h"
#include "odu/command/stored_runs.h"
#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_name.h"
#include "odu/ledger/run_record.h"
#include "odu/model/ids.h"
#include "odu/model/selector.h"
#include "os/file_system.h"
#include "os/replace_process.h"
#include "provision/terminal.h"

namespace odu::command {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;

/// Which node, of which run.
struct Target {
  ledger::RunRecord record;
  ledger::RunLane lane;
  model::NodeName name;
  int32_t attempt = 1;

  std::string node() const { return model::NodeId(name.instance, name.platform); }
};

Result<std::string> RunIdOf(const Checkout& checkout, const std::string& word) {
  if (!word.empty()) {
    return ledger::FindRun(checkout.home.state, checkout.id, word);
  }
  const auto newest = StoredRuns(checkout, 1);
  if (!newest) {
    return Pass(newest.error());
  }
  if (newest->runs.empty()) {
    return Fail(ErrorKind::kGone, "no_run", "this checkout has had no run", "'odu run' starts one");
  }
  return newest->runs.front().run_id;
}

Result<Target> FindTarget(const ShellCall& call) {
  const auto checkout = FindCheckout(call.cwd, call.environment);
  if (!checkout) {
    return Pass(checkout.error());
  }
  const auto run_id = RunIdOf(*checkout, call.run);
  if (!run_id) {
    return Pass(run_id.error());
  }
  auto record = ledger::ReadRun(ledger::FolderOf(checkout->home.state, *run_id));
  if (!record) {
    return Pass(record.error());
  }
  const auto id = model::MatchOneId(record->header.expected, call.node);
  if (!id) {
    return Pass(id.error());
  }
  const auto name = model::SplitNodeId(*id);
  Target target;
  target.name = *name;
  const auto lane =
      std::ranges::find(record->header.lanes, name->platform, &ledger::RunLane::platform);
  if (lane == record->header.lanes.end()) {
    return Fail(ErrorKind::kHost, "bad_run",
                fmt::format("run {} has no lane {}", record->header.ref, name->platform));
  }
  target.lane = *lane;
  if (const auto node = record->nodes.find(*id); node != record->nodes.end()) {
    target.attempt = std::max(1, node->second.attempt);
  }
  target.record = std::move(*record);
  return target;
}

std::string NoTree(const Target& target) {
  return fmt::format("there is no work tree of {} in run {}", target.node(),
                     target.record.header.ref);
}

constexpr std::string_view kRemedy =
    "it is there while its run goes on, and for a day of a red one; 'odu rerun' makes it again";

std::unexpected<base::Error> Gone(const Target& target) {
  return Fail(ErrorKind::kGone, "no_workspace", NoTree(target), std::string(kRemedy));
}

/// What a recipe of the node has beyond its lane's environment. Never ODU_ATTEMPT_ID: by that a
/// lane finds what it has to end.
std::vector<std::pair<std::string, std::string>> VariablesOf(const Target& target) {
  return {{"CI", "true"},
          {"ODU", "1"},
          {"ODU_RUN", target.record.header.ref},
          {"ODU_PLATFORM", target.name.platform},
          {"ODU_NODE", target.node()},
          {"ODU_ATTEMPT", std::to_string(target.attempt)}};
}

Result<ShellPlan> Here(const ShellCall& call, const Target& target) {
  ShellPlan plan;
  plan.directory = target.lane.workspace;
  if (plan.directory.empty() || !os::Exists(plan.directory)) {
    return Gone(target);
  }
  os::Environment environment = call.environment;
  for (const auto& [name, value] : VariablesOf(target)) {
    environment.Set(name, value);
  }
  environment.Set("PWD", plan.directory);
  plan.environment = environment.entries();
  plan.argv = target.lane.enter;
  const std::string shell(environment.Get("SHELL").value_or(""));
  plan.argv.push_back(shell.empty() ? "/bin/sh" : shell);
  return plan;
}

/// The words of the far side, each from a set that its login shell takes as it is.
Result<std::string> FarBody(const Target& target) {
  std::string body = "unset ODU_SHELL_BODY; d=\"${ODU_REMOTE_DIR:-$HOME/.cache/odu}\"; ";
  const std::string name = target.record.header.run_id + "." + target.name.platform;
  const auto say = [&](std::string_view text) -> Result<std::string> {
    const auto word = provision::TerminalWord(text);
    return word ? Result<std::string>("echo " + *word + " >&2; ") : Pass(word.error());
  };
  const auto folder = provision::TerminalWord(name);
  const auto message = say("odu: shell: " + NoTree(target));
  std::string remedy(kRemedy);
  std::erase(remedy, '\'');
  const auto hint = say("  " + remedy);
  for (const auto* text : {&folder, &message, &hint}) {
    if (!*text) {
      return Pass(text->error());
    }
  }
  body += fmt::format("w=\"$d\"/work/{0}; l=\"$d\"/lanes/{0}/bin; ", *folder);
  body += fmt::format("cd \"$w\" 2>/dev/null || {{ {}{}exit 3; }}; ", *message, *hint);
  body += "if [ -d \"$l\" ]; then PATH=\"$l:$PATH\"; export PATH; fi; ";
  for (const auto& [variable, value] : VariablesOf(target)) {
    const auto word = provision::TerminalWord(value);
    if (!word) {
      return Pass(word.error());
    }
    body += fmt::format("{0}={1}; export {0}; ", variable, *word);
  }
  body += "exec ";
  for (const std::string& given : target.lane.enter) {
    const auto word = provision::TerminalWord(given);
    if (!word) {
      return Pass(word.error().In("enter"));
    }
    body += *word + " ";
  }
  return body + "\"${SHELL:-/bin/sh}\"";
}

Result<ShellPlan> There(const ShellCall& call, const Target& target) {
  const bool green =
      target.record.closed && target.record.closed->verdict == model::Verdict::kPassed;
  if (green) {
    return Gone(target);
  }
  const auto address = target.lane.command.empty()
                           ? provision::HostAddress::Ssh(target.lane.host)
                           : provision::HostAddress::Pipe(target.lane.command);
  if (!address) {
    return Pass(address.error());
  }
  const auto body = FarBody(target);
  if (!body) {
    return Pass(body.error());
  }
  auto argv = provision::TerminalArgv(*address, *body);
  if (!argv) {
    return Pass(argv.error());
  }
  return ShellPlan{std::move(*argv), call.environment.entries(), call.cwd};
}

}  // namespace

Result<ShellPlan> PlanShell(const ShellCall& call) {
  const auto target = FindTarget(call);
  if (!target) {
    return Pass(target.error());
  }
  return target->lane.remote ? There(call, *target) : Here(call, *target);
}

base::Error EnterShell(const ShellCall& call) {
  auto plan = PlanShell(call);
  if (!plan) {
    return plan.error();
  }
  return os::ReplaceProcess(std::move(plan->argv), std::move(plan->environment), plan->directory);
}

}  // namespace odu::command
