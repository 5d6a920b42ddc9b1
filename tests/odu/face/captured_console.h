#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "odu/face/console.h"
#include "support/temp_dir.h"

namespace odu::face {

/// A console whose ends are files.
class CapturedConsole {
 public:
  explicit CapturedConsole(bool terminal = false, bool colour = false)
      : console_(MakeEnds(terminal, colour)) {}
  ~CapturedConsole() {
    close(out_);
    close(err_);
  }

  Console& console() { return console_; }
  std::string Out() const { return dir_.Read("out"); }
  std::string Err() const { return dir_.Read("err"); }

 private:
  Console::Ends MakeEnds(bool terminal, bool colour) {
    Console::Ends ends;
    ends.out_fd = out_;
    ends.err_fd = err_;
    ends.out_is_terminal = terminal;
    ends.err_is_terminal = terminal;
    ends.colour = colour;
    return ends;
  }

  support::TempDir dir_;
  int out_ = open((dir_ / "out").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  int err_ = open((dir_ / "err").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  Console console_;
};

}  // namespace odu::face
