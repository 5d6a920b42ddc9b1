#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

/// Who must act when something goes wrong; decides the exit code (docs/SIGNALS.md).
enum class ErrorKind {
  kUsage,      ///< the command line or a request is malformed: the caller corrects the call
  kInput,      ///< a file or value the user wrote is wrong: the user corrects it
  kRefused,    ///< well-formed, but a rule forbids it now (dirty tree): the user changes the state
  kBusy,       ///< somebody else holds what is needed: wait, or replace the holder
  kGone,       ///< what was asked for does not exist or no longer answers
  kHost,       ///< a machine, a disk or a program outside failed
  kVersion,    ///< two builds do not understand each other
  kLimit,      ///< a stated limit was exceeded
  kCancelled,  ///< the caller or a signal asked to stop
  kBug,        ///< our own fault
};

/// The stable name of a kind as it travels on the wire ("usage", "input", ...).
std::string_view KindName(ErrorKind kind);

/// The kind with that wire name; kHost for a name this build does not know.
ErrorKind KindFromName(std::string_view name);

/// One failure: what went wrong, for people (`message`, `hint`) and for programs (`code`).
/// A value: copyable, comparable, survives every link.
class Error {
 public:
  Error() = default;

  /// `code` is a stable lower_snake_case word; `message` one sentence without a final period;
  /// `hint` the next step, empty when there is no true one.
  Error(ErrorKind kind, std::string code, std::string message, std::string hint = {})
      : kind_(kind), code_(std::move(code)), message_(std::move(message)), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

  /// The same error with `step: ` put before its message: "loading 'x': …".
  Error In(std::string_view step) const;
  /// The same error with another hint.
  Error WithHint(std::string hint) const;

  /// The process exit code of this kind: 2 request wrong, 3 could not be carried out, 130
  /// cancelled.
  int ExitCode() const;

  bool operator==(const Error&) const = default;

 private:
  ErrorKind kind_ = ErrorKind::kBug;
  std::string code_ = "bug";
  std::string message_;
  std::string hint_;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning a failure from a function that returns Result<T>.
inline std::unexpected<Error> Fail(ErrorKind kind, std::string code, std::string message,
                                   std::string hint = {}) {
  return std::unexpected(Error(kind, std::move(code), std::move(message), std::move(hint)));
}

/// `what` plus the system's words for `error_number` (an errno), as kind kHost, code "io".
Error SystemError(std::string_view what, int error_number);

/// Passes a failure on unchanged.
inline std::unexpected<Error> Pass(const Error& error) {
  return std::unexpected(error);
}

}  // namespace base
