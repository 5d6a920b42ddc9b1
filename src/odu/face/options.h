#pragma once

#include <span>
#include <string>
#include <string_view>

/// The table of everything that can be written on odu's command line. The parser, the help texts
/// and the check of the man page all read it; nothing else knows an option's name.
namespace odu::face {

struct OptionSpec {
  std::string_view name;         ///< "--platform", or "-o" where there is only a letter
  std::string_view letter = {};  ///< "-f", empty when there is none
  std::string_view value = {};   ///< what follows it, for people: "P=ADDR"; empty for a switch
  bool repeats = false;
  std::string_view help;
};

struct CommandSpec {
  std::string_view name;
  std::string_view arguments;  ///< for people: "[recipe[@platform]…]"
  size_t least = 0;            ///< how many arguments
  size_t most = 0;             ///< kAnyNumber for no bound
  std::string_view summary;    ///< one line
  std::string_view details;    ///< more lines for `odu <command> --help`, may be empty
  std::span<const OptionSpec> options;
  std::string_view alias_of = {};  ///< a hidden second name of another command
};

inline constexpr size_t kAnyNumber = static_cast<size_t>(-1);

/// All commands, in the order of the help; hidden aliases last.
std::span<const CommandSpec> Commands();

/// The command of that name, aliases resolved; null when there is none.
const CommandSpec* FindCommand(std::string_view name);

/// What `odu --help` prints.
std::string MainHelp();
/// What `odu <command> --help` prints.
std::string CommandHelp(const CommandSpec& command);
/// The table as one JSON object, for tools that check the man page and the completions.
std::string OptionsJson();

}  // namespace odu::face
