#include "odu/face/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "odu/face/display.h"

namespace odu::face {
namespace {

constexpr OptionSpec kOutput{"--output", "-o", "json", false, "print JSON, errors too"};

constexpr OptionSpec kRequestId{"--request-id", "", "ID", false,
                                "a repeat under the same id is carried out once"};
constexpr std::array kRunOptions{
    OptionSpec{"--platform", "", "P", true, "only this platform's lane"},
    OptionSpec{"--host", "", "P=ADDR", true, "run the lane of platform P on this host"},
    OptionSpec{"--root", "", "NAMEPATH", false, "this recipe instead of the tagged one"},
    OptionSpec{"--pipeline", "", "FILE", false, "read the pipeline from an odu.json"},
    OptionSpec{"--no-deps", "", "", false, "without what the selected recipes need"},
    OptionSpec{"--no-strict", "", "", false, "run the work tree as it is; posts nothing"},
    OptionSpec{"--no-snapshot", "", "", false, "as --no-strict, on this machine only"},
    OptionSpec{"--no-post", "", "", false, "post no commit statuses"},
    OptionSpec{"--progress", "", "json[=2]", false, "one JSON line for each transition"},
    OptionSpec{"--jobs", "-j", "N", false, "at most N recipes at once on a host"},
    OptionSpec{"--lane-lost-after", "", "SECONDS", false, "without contact to another machine"},
    OptionSpec{"--supersede", "", "", false, "cancel the run in progress and take its place"},
    OptionSpec{"--queue", "", "", false, "wait for the run in progress to end"},
    OptionSpec{"--detach", "-d", "", false, "print the run's name and leave it running"},
    kRequestId,
};
constexpr std::array kRerunOptions{
    OptionSpec{"--run", "", "RUN", false, "of this run (ref, id, 'latest') instead of the newest"},
    kRequestId,
    kOutput,
};
constexpr std::array kReportOptions{kOutput};
constexpr std::array kLogsOptions{
    OptionSpec{"--follow", "-f", "", false, "go on until the node has ended"},
    OptionSpec{"--attempt", "", "N", false, "of this attempt instead of the newest"},
    OptionSpec{"--offset", "", "BYTES", false, "from this byte; negative: so many from the end"},
    OptionSpec{"--raw", "", "", false, "byte for byte, to a terminal too"},
    OptionSpec{"--run", "", "RUN", false, "of this run (ref, id, 'latest') instead of the newest"},
};
constexpr std::array kWaitOptions{
    OptionSpec{"--settle", "", "", false, "until the run settles, not only until the first red"},
    OptionSpec{"--timeout", "", "SECONDS", false, "give up after so long (exit 4)"},
    OptionSpec{"--expected-sha", "", "SHA", false, "refuse unless the run is of this commit"},
    OptionSpec{"--after", "", "CURSOR", false, "only what came after an earlier answer's cursor"},
    kOutput,
};
constexpr std::array kCancelOptions{
    OptionSpec{"--at-once", "", "", false, "without the time to clean up"},
    kRequestId,
    kOutput,
};
constexpr std::array kRunsOptions{
    OptionSpec{"--all", "", "", false, "of every checkout"},
    OptionSpec{"--limit", "-n", "N", false, "at most so many (default 20)"},
    OptionSpec{"--since", "", "AGE", false, "not older than this: 7d, 12h, 30m"},
    OptionSpec{"--node", "", "NODE", false, "in which this node or recipe has ended"},
    OptionSpec{"--failed", "", "", false, "that failed; with --node: in which that one was red"},
    kOutput,
};
constexpr std::array kFlakesOptions{
    OptionSpec{"--all", "", "", false, "of every checkout"},
    kOutput,
};
constexpr std::array kPruneOptions{
    OptionSpec{"--keep", "", "AGE", false, "keep finished runs this long (default 30d)"},
    OptionSpec{"--quota", "", "SIZE", false, "and at most so much of them (default 20G)"},
    OptionSpec{"--dry-run", "", "", false, "only say what would go"},
    kOutput,
};
constexpr std::array kDoctorOptions{
    OptionSpec{"--fix", "", "", false, "put right what can be put right"},
    OptionSpec{"--logs", "", "", false, "read every stored log: is it what its node wrote?"},
    kOutput,
};
constexpr std::array kPlanOptions{
    OptionSpec{"--root", "", "NAMEPATH", false, "this recipe instead of the tagged one"},
    OptionSpec{"--pipeline", "", "FILE", false, "read the pipeline from an odu.json"},
    OptionSpec{"--platform", "", "P", false, "as it is on this platform"},
    OptionSpec{"--output", "-o", "json", false, "with what was pruned, and why; errors as JSON"},
};
constexpr std::array kGraphOptions{
    OptionSpec{"--root", "", "NAMEPATH", false, "this recipe instead of the tagged one"},
    OptionSpec{"--pipeline", "", "FILE", false, "read the pipeline from an odu.json"},
    OptionSpec{"--platform", "", "P", false, "as it is on this platform"},
};
constexpr std::array kHostsOptions{
    OptionSpec{"--check", "", "", false, "look at each host; 3 when a lane could not run there"},
    OptionSpec{"--init", "", "", false, "write a hosts file with this machine as localhost"},
    kOutput,
};
constexpr std::array kPostOptions{
    OptionSpec{"--retry", "", "", false, "try what is owed now; 3 when something is left"},
    kOutput,
};
constexpr std::array kProtectOptions{
    OptionSpec{"--dry-run", "", "", false, "print the contexts and the change, change nothing"},
    OptionSpec{"--create", "", "", false, "make a ruleset where none requires statuses"},
    OptionSpec{"--branch", "", "B", false, "of this branch instead of the default one"},
    OptionSpec{"--platform", "", "P", true, "of this platform instead of the hosts file's"},
    kOutput,
};
constexpr std::array kShellOptions{
    OptionSpec{"--run", "", "RUN", false, "of this run (ref or id) instead of the newest"},
};
constexpr std::array kMcpOptions{
    OptionSpec{"--http", "", "", false, "over HTTP on the loopback instead, with a token"},
    OptionSpec{"--port", "", "PORT", false, "with --http: on this port (default 18441, 0: any)"},
    OptionSpec{"--allow", "", "DIR", true, "also drive the checkouts below this folder"},
    OptionSpec{"--install", "", "HOST", false, "write it into an agent's configuration"},
    OptionSpec{"--yes", "-y", "", false, "with --install: without asking"},
};
constexpr std::array kServeOptions{
    OptionSpec{"--foreground", "", "", false, "in this terminal, log to stderr"},
    OptionSpec{"--stop", "", "", false, "end the coordinator; its lanes run on"},
    OptionSpec{"--restart", "", "", false, "end it and start this build's"},
};

constexpr std::array kCommands{
    CommandSpec{"run", "[recipe[@platform]...]", 0, kAnyNumber, "run the pipeline and watch it",
                "Starts a run of HEAD (or of the work tree, with --no-strict) and follows it to "
                "its\nverdict. ^C cancels it, a second ^C at once; when the terminal goes away "
                "the run goes on.\n\nExit: 0 passed, 1 red or cancelled, 2 refused, 3 could not "
                "be carried out, 130 interrupted.\n",
                kRunOptions},
    CommandSpec{"status", "", 0, 0, "print the state of the run", "", kReportOptions},
    CommandSpec{"attach", "", 0, 0, "follow the run in progress",
                "Shows the live run of this checkout until it settles; leaving (q or ^C) never "
                "touches it.\n",
                kReportOptions},
    CommandSpec{"logs", "<node>", 1, 1, "print the log of a node",
                "<node> is a node's id, or a recipe where only one node has it.\n", kLogsOptions},
    CommandSpec{"wait", "", 0, 0, "wait for the first red node, or the verdict",
                "Prints one line of JSON. Exit: 0 passed, 1 red or cancelled, 3 no run, 4 still "
                "running.\n",
                kWaitOptions},
    CommandSpec{
        "rerun", "<node|@platform|recipe>...", 1, kAnyNumber,
        "run nodes and what depends on them again",
        "In a run that is open that is their next attempt; of one that is closed, a new run\n"
        "of the same commit.\n",
        kRerunOptions},
    CommandSpec{"cancel", "[node|@platform...]", 0, kAnyNumber,
                "cancel the run, a lane or some nodes", "", kCancelOptions},
    CommandSpec{"runs", "", 0, 0, "list the newest runs of this checkout", "", kRunsOptions},
    CommandSpec{"show", "[run]", 0, 1, "show everything that is known of a run",
                "A run is named by its ref (26d2c2d#2), a sha, its id or a beginning of it, or\n"
                "'latest'. Ids also name runs of other checkouts.\n",
                kReportOptions},
    CommandSpec{"flakes", "", 0, 0, "list nodes that were red and then ok on the same commit", "",
                kFlakesOptions},
    CommandSpec{"diff", "<run> <run>", 2, 2, "show what is different in the second run",
                "Nodes that appeared or vanished, that ended otherwise, or that took half as long\n"
                "again or less. Runs are named as for 'odu show'.\n",
                kReportOptions},
    CommandSpec{"prune", "", 0, 0, "remove old runs of every checkout",
                "Finished runs go by their age, then the oldest until the others fit. What is not\n"
                "finished stays. A run that has gone still says how it had ended. A coordinator\n"
                "does the same once a day.\n",
                kPruneOptions},
    CommandSpec{"doctor", "", 0, 0, "look for what is broken or left behind",
                "Looks at folders, index, coordinators, lanes and work trees of this user.\n"
                "Exit: 0 all is well (or was put right), 3 something is wrong.\n",
                kDoctorOptions},
    CommandSpec{"dump", "", 0, 0, "print the pipeline as JSON", "", kPlanOptions},
    CommandSpec{"graph", "", 0, 0, "print the pipeline as a Mermaid flowchart", "", kGraphOptions},
    CommandSpec{"hosts", "", 0, 0, "show where each platform's lane runs", "", kHostsOptions},
    CommandSpec{"post", "", 0, 0, "show the commit statuses that are not posted yet",
                "A run posts its statuses by itself, and goes on trying when it is over. With\n"
                "--retry they are tried at once, with the token that this call finds.\n",
                kPostOptions},
    CommandSpec{"protect", "", 0, 0, "make what a run posts required on the forge",
                "Changes the one repository ruleset that requires statuses of the branch, so that "
                "it\nrequires exactly the contexts of the pipeline as it is here; what other "
                "programs post\nstays required. Refuses where several rulesets do, or the "
                "organisation's.\n",
                kProtectOptions},
    CommandSpec{"auth", "", 0, 0, "say which forge token is used and what it may do",
                "Exit: 0 when it may post statuses, 3 when not.\n", kReportOptions},
    CommandSpec{"shell", "<node>", 1, 1, "open a terminal in a node's work tree",
                "On the host of its lane, with what its recipe has around it. The work tree is "
                "there\nwhile the run goes on, and for a day of a red one.\n\nExit: the "
                "terminal's own, 3 where there is no work tree.\n",
                kShellOptions},
    CommandSpec{"mcp", "", 0, 0, "serve tools and resources to coding agents (MCP)",
                "What an agent's configuration names: it speaks on stdin and stdout, drives the "
                "repository\nthat it was started in, and ends with its input; runs go on. "
                "--install knows claude,\ncodex, opencode, gemini and vscode.\n",
                kMcpOptions},
    CommandSpec{"skill", "", 0, 0, "print a text that teaches agents to use odu", "", {}},
    CommandSpec{"serve", "", 0, 0, "start, stop or restart the coordinator", "", kServeOptions},
    CommandSpec{"monitor", "", 0, 0, "", "", {}, "attach"},
};

std::string_view Dash(std::string_view value) {
  return value.empty() ? "" : " ";
}

std::string OptionLine(const OptionSpec& option) {
  const std::string left =
      fmt::format("  {}{} {}{}{}", option.letter.empty() ? "  " : option.letter,
                  option.letter.empty() ? " " : ",", option.name, Dash(option.value), option.value);
  return fmt::format("{}  {}\n", Padded(left, 28), option.help);
}

}  // namespace

std::span<const CommandSpec> Commands() {
  return kCommands;
}

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec& command : kCommands) {
    if (command.name == name) {
      return command.alias_of.empty() ? &command : FindCommand(command.alias_of);
    }
  }
  return nullptr;
}

std::string MainHelp() {
  std::string help =
      "odu: a CI runner that you attach to\n"
      "\n"
      "usage: odu <command> [options]\n"
      "\n";
  for (const CommandSpec& command : kCommands) {
    if (command.alias_of.empty()) {
      help += fmt::format("  {}  {}\n", Padded(command.name, 8), command.summary);
    }
  }
  return help +
         "\n"
         "  odu <command> --help   the options of a command\n"
         "  odu --version          the version of this build\n";
}

std::string CommandHelp(const CommandSpec& command) {
  std::string help =
      fmt::format("odu {}: {}\n\nusage: odu {}{}{}{}\n", command.name, command.summary,
                  command.name, command.options.empty() ? "" : " [options]",
                  command.arguments.empty() ? "" : " ", command.arguments);
  if (!command.details.empty()) {
    help += '\n';
    help += command.details;
  }
  help += '\n';
  for (const OptionSpec& option : command.options) {
    help += OptionLine(option);
  }
  return help + OptionLine(OptionSpec{"--help", "-h", "", false, "print this"});
}

std::string OptionsJson() {
  base::json::array commands;
  for (const CommandSpec& command : kCommands) {
    base::json::array options;
    for (const OptionSpec& option : command.options) {
      options.push_back(base::json::object{{"name", option.name},
                                           {"letter", option.letter},
                                           {"value", option.value},
                                           {"repeats", option.repeats},
                                           {"help", option.help}});
    }
    commands.push_back(base::json::object{{"name", command.name},
                                          {"arguments", command.arguments},
                                          {"summary", command.summary},
                                          {"alias_of", command.alias_of},
                                          {"options", std::move(options)}});
  }
  return base::json::serialize(base::json::object{{"commands", std::move(commands)}}) + "\n";
}

}  // namespace odu::face
