#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace support {

/// What one run of a command line said. Tests compare all three, always.
struct CliResult {
  int exit_code = 0;  ///< 128 + signal when a signal ended it
  std::string stdout_text;
  std::string stderr_text;
  bool operator==(const CliResult&) const = default;
};
std::ostream& operator<<(std::ostream& out, const CliResult& result);

struct CliCall {
  std::vector<std::string> argv;
  std::string directory;
  /// Empty = the test's own environment.
  std::vector<std::string> environment;
  std::vector<std::string> extra_environment;
  std::string stdin_text;
  int timeout_seconds = 60;  ///< a hang, not a measure: aborts the test
};

/// Runs a command to its end.
CliResult RunCli(const CliCall& call);

}  // namespace support
