#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"

namespace odu::face {

/// Where a face writes. stdout is the result, stderr everything else. Writes are whole and wait for
/// the reader; after the first failure stdout swallows what follows and `failure()` says why.
class Console {
 public:
  struct Ends {
    int out_fd = 1;
    int err_fd = 2;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool colour = false;
  };
  explicit Console(Ends ends) : ends_(ends) {}
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void Out(std::string_view text);
  /// Nobody is told when stderr fails: there is nowhere left to tell it.
  void Err(std::string_view text);

  bool out_is_terminal() const { return ends_.out_is_terminal; }
  bool err_is_terminal() const { return ends_.err_is_terminal; }
  bool colour() const { return ends_.colour; }
  int out_fd() const { return ends_.out_fd; }

  /// The reader of stdout is gone, or its disk is full.
  const std::optional<base::Error>& failure() const { return failure_; }
  /// True when the failure is only that nobody reads any more.
  bool reader_left() const;

 private:
  Ends ends_;
  std::optional<base::Error> failure_;
};

}  // namespace odu::face
