#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/face/options.h"

namespace odu::face {

/// A command line, read against the table of options.
struct Invocation {
  /// Null for `odu --help`, `odu --version` and the like.
  const CommandSpec* command = nullptr;
  bool help = false;
  bool version = false;
  bool options_json = false;  ///< `odu --options-json`, for tools
  std::vector<std::string> arguments;
  /// What was given for each option, by its long name; a switch has one empty string.
  std::map<std::string, std::vector<std::string>, std::less<>> values;

  bool Has(std::string_view option) const { return values.contains(option); }
  /// The value of an option that does not repeat; empty when it was not given.
  std::string Value(std::string_view option) const;
  std::vector<std::string> Values(std::string_view option) const;
  /// The value as an integer within [least, most]; kUsage "bad_number" otherwise.
  base::Result<std::optional<int64_t>> Number(std::string_view option, int64_t least,
                                              int64_t most) const;
};

/// Reads what follows the program's name. Failures are kUsage, in words, with what was probably
/// meant: "unknown_command", "unknown_option", "missing_value", "unexpected_value",
/// "unexpected_argument", "missing_argument", "repeated_option", "bad_value".
base::Result<Invocation> ParseCommandLine(std::span<const std::string> arguments);

/// True when errors are to be printed as JSON: `-o json` or `--progress json` stands there, however
/// wrong the rest is.
bool WantsJsonErrors(std::span<const std::string> arguments);

}  // namespace odu::face
