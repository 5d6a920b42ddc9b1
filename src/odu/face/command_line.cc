#include "odu/face/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace odu::face {
namespace {

using base::ErrorKind;

std::unexpected<base::Error> Usage(std::string code, std::string message, std::string hint) {
  return base::Fail(ErrorKind::kUsage, std::move(code), std::move(message), std::move(hint));
}

std::string HelpHint(const CommandSpec& command) {
  return fmt::format("'odu {} --help' lists its options", command.name);
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates,
                       std::string otherwise) {
  const std::string nearest = base::NearestName(word, candidates);
  return nearest.empty() ? std::move(otherwise) : fmt::format("did you mean '{}'?", nearest);
}

std::unexpected<base::Error> UnknownCommand(const std::string& word) {
  std::vector<std::string> names;
  for (const CommandSpec& command : Commands()) {
    if (command.alias_of.empty()) {
      names.emplace_back(command.name);
    }
  }
  const std::string what = word.starts_with('-') ? "option" : "command";
  return Usage("unknown_" + what, fmt::format("unknown {} {}", what, base::Quoted(word)),
               DidYouMean(word, names, "'odu --help' lists the commands"));
}

std::unexpected<base::Error> UnknownOption(const CommandSpec& command, const std::string& word) {
  const std::string option = word.substr(0, word.find('='));
  std::vector<std::string> names{"--help"};
  for (const OptionSpec& spec : command.options) {
    names.emplace_back(spec.name);
  }
  return Usage("unknown_option",
               fmt::format("{}: unknown option {}", command.name, base::Quoted(option)),
               DidYouMean(option, names, HelpHint(command)));
}

const OptionSpec* FindOption(const CommandSpec& command, std::string_view name) {
  const auto found = std::find_if(
      command.options.begin(), command.options.end(),
      [name](const OptionSpec& spec) { return spec.name == name || spec.letter == name; });
  return found == command.options.end() ? nullptr : &*found;
}

/// The options as CLI11 is told of them, and where it puts what it reads.
class Grammar {
 public:
  explicit Grammar(const CommandSpec& command) : command_(command) {
    app_.set_help_flag();
    app_.allow_extras();
    app_.add_flag("-h,--help", help_);
    // CLI11 keeps references to what it fills.
    values_.resize(command.options.size());
    counts_.resize(command.options.size());
    for (size_t i = 0; i < command.options.size(); ++i) {
      const OptionSpec& spec = command.options[i];
      const std::string names = spec.letter.empty() ? std::string(spec.name)
                                                    : fmt::format("{},{}", spec.letter, spec.name);
      if (spec.value.empty()) {
        app_.add_flag(names, counts_[i])->disable_flag_override();
      } else {
        app_.add_option(names, values_[i])->allow_extra_args(false);
      }
    }
    app_.add_option("arguments", arguments_);
  }

  base::Result<Invocation> Parse(std::span<const std::string> words) {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return Translate(error);
    }
    Invocation invocation;
    invocation.command = &command_;
    invocation.help = help_;
    if (help_) {
      return invocation;
    }
    for (const std::string& extra : app_.remaining()) {
      // CLI11 counts the mark after which everything is an argument among the extras.
      if (extra != "--") {
        return UnknownOption(command_, extra);
      }
    }
    invocation.arguments = std::move(arguments_);
    for (size_t i = 0; i < command_.options.size(); ++i) {
      const OptionSpec& spec = command_.options[i];
      if (values_[i].size() > 1 && !spec.repeats) {
        return Usage("repeated_option",
                     fmt::format("{}: '{}' is given twice", command_.name, spec.name),
                     HelpHint(command_));
      }
      // `--expected-sha "$sha"` of a variable that was never set must not mean "any".
      if (std::ranges::find(values_[i], "") != values_[i].end()) {
        return Usage("missing_value",
                     fmt::format("{}: '{}' needs a value ({}), and an empty one was given",
                                 command_.name, spec.name, spec.value),
                     HelpHint(command_));
      }
      if (counts_[i] > 0) {
        invocation.values.emplace(spec.name, std::vector<std::string>{""});
      } else if (!values_[i].empty()) {
        invocation.values.emplace(spec.name, std::move(values_[i]));
      }
    }
    return invocation;
  }

 private:
  /// CLI11 says "--host: 1 required TEXT missing" and the like: the option's name stands in front.
  base::Result<Invocation> Translate(const CLI::ParseError& error) const {
    const std::string_view text = error.what();
    const std::string name(text.substr(0, text.find_first_of(": ")));
    const OptionSpec* option = FindOption(command_, name);
    if (option == nullptr) {
      // "no-deps was given a disallowed flag override"
      option = FindOption(command_, "--" + name);
    }
    if (option == nullptr) {
      return Usage("bad_usage", fmt::format("{}: {}", command_.name, text), HelpHint(command_));
    }
    if (option->value.empty()) {
      return Usage("unexpected_value",
                   fmt::format("{}: '{}' takes no value", command_.name, option->name),
                   HelpHint(command_));
    }
    return Usage(
        "missing_value",
        fmt::format("{}: '{}' needs a value ({})", command_.name, option->name, option->value),
        HelpHint(command_));
  }

  const CommandSpec& command_;
  CLI::App app_;
  bool help_ = false;
  std::vector<std::vector<std::string>> values_;
  std::vector<int> counts_;
  std::vector<std::string> arguments_;
};

/// `--pipeline --no-strict`: who writes that has forgotten the value, and CLI11 would take the next
/// option for it.
base::Result<void> CheckValuesGiven(const CommandSpec& command,
                                    std::span<const std::string> words) {
  for (size_t i = 0; i + 1 < words.size() && words[i] != "--"; ++i) {
    const OptionSpec* option = FindOption(command, words[i]);
    if (option == nullptr || words[i].empty() || option->value.empty()) {
      continue;
    }
    const std::string& value = words[++i];
    const bool is_option = (value.starts_with("--") && value.size() > 2) || value == "-h" ||
                           (value.size() == 2 && FindOption(command, value) != nullptr);
    if (is_option) {
      return Usage("missing_value",
                   fmt::format("{}: '{}' needs a value ({}), and {} is an option", command.name,
                               option->name, option->value, base::Quoted(value)),
                   option->name == "--output" || option->name == "--progress"
                       ? HelpHint(command)
                       : fmt::format("give one; if it is meant so: {}={}", option->name,
                                     base::Sanitised(value, false)));
    }
  }
  return {};
}

base::Result<void> CheckArguments(const Invocation& invocation) {
  const CommandSpec& command = *invocation.command;
  const std::vector<std::string>& given = invocation.arguments;
  if (given.size() > command.most) {
    return Usage(
        "unexpected_argument",
        fmt::format("{}: unexpected argument {}", command.name, base::Quoted(given[command.most])),
        fmt::format("usage: odu {}{}{}", command.name, command.arguments.empty() ? "" : " ",
                    command.arguments));
  }
  if (given.size() < command.least) {
    return Usage("missing_argument",
                 fmt::format("{}: it needs {}", command.name, command.arguments),
                 HelpHint(command));
  }
  if (const auto empty = std::find(given.begin(), given.end(), ""); empty != given.end()) {
    return Usage("empty_argument", fmt::format("{}: an argument is empty", command.name),
                 HelpHint(command));
  }
  return {};
}

/// Options whose value is one of a few words.
base::Result<void> CheckWords(const Invocation& invocation) {
  if (invocation.Has("--output") && invocation.Value("--output") != "json") {
    return Usage("bad_value",
                 fmt::format("{}: unknown output {}", invocation.command->name,
                             base::Quoted(invocation.Value("--output"))),
                 "the one other than text is 'json'");
  }
  const std::string progress = invocation.Value("--progress");
  if (invocation.Has("--progress") && progress != "json" && progress != "json=2") {
    return Usage("bad_value",
                 fmt::format("{}: unknown --progress format {}", invocation.command->name,
                             base::Quoted(progress)),
                 "'json' and 'json=2' are there");
  }
  if (invocation.Has("--supersede") && invocation.Has("--queue")) {
    return Usage("conflicting_options", "run: '--supersede' and '--queue' exclude each other",
                 "--supersede cancels the run in progress, --queue waits for it");
  }
  if (invocation.Has("--stop") && invocation.Has("--restart")) {
    return Usage("conflicting_options", "serve: '--stop' and '--restart' exclude each other",
                 "--restart stops the coordinator, and starts this build's");
  }
  return {};
}

}  // namespace

std::string Invocation::Value(std::string_view option) const {
  const auto found = values.find(option);
  return found == values.end() ? std::string() : found->second.back();
}

std::vector<std::string> Invocation::Values(std::string_view option) const {
  const auto found = values.find(option);
  return found == values.end() ? std::vector<std::string>() : found->second;
}

base::Result<std::optional<int64_t>> Invocation::Number(std::string_view option, int64_t least,
                                                        int64_t most) const {
  if (!Has(option)) {
    return std::nullopt;
  }
  const std::string text = Value(option);
  int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return Usage("bad_number",
                 fmt::format("{}: '{}' is no number that fits: {}", command->name, option,
                             base::Quoted(text)),
                 fmt::format("a whole number from {} to {}", least, most));
  }
  return number;
}

base::Result<Invocation> ParseCommandLine(std::span<const std::string> arguments) {
  Invocation invocation;
  if (arguments.empty()) {
    return Usage("missing_command", "it needs a command", "'odu --help' lists the commands");
  }
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    if (first == "help" && arguments.size() > 1) {
      invocation.command = FindCommand(arguments[1]);
      if (invocation.command == nullptr) {
        return UnknownCommand(arguments[1]);
      }
    }
    invocation.help = true;
    return invocation;
  }
  if (first == "--version" || first == "-V") {
    invocation.version = true;
    return invocation;
  }
  if (first == "--options-json") {
    invocation.options_json = true;
    return invocation;
  }
  const CommandSpec* command = FindCommand(first);
  if (command == nullptr) {
    return UnknownCommand(first);
  }
  if (const auto checked = CheckValuesGiven(*command, arguments.subspan(1)); !checked) {
    return base::Pass(checked.error());
  }
  Grammar grammar(*command);
  auto parsed = grammar.Parse(arguments.subspan(1));
  if (!parsed || parsed->help) {
    return parsed;
  }
  if (const auto checked = CheckArguments(*parsed); !checked) {
    return base::Pass(checked.error());
  }
  if (const auto checked = CheckWords(*parsed); !checked) {
    return base::Pass(checked.error());
  }
  return parsed;
}

bool WantsJsonErrors(std::span<const std::string> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-ojson" || word == "--output=json" || word.starts_with("--progress=json")) {
      return true;
    }
    if ((word == "-o" || word == "--output" || word == "--progress") && i + 1 < arguments.size() &&
        arguments[i + 1].starts_with("json")) {
      return true;
    }
  }
  return !arguments.empty() && arguments.front() == "wait";
}

}  // namespace odu::face
