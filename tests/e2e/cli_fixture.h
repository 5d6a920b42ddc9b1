#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/text.h"
#include "odu/model/ids.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/cli.h"
#include "support/git_repo.h"
#include "support/temp_dir.h"

/// The real `odu` and `odu-runner` in a real repository, each test with a state of its own.
namespace odu {

inline std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// `text` with every duration (`0s`, `1m3s`) standing alone as a word replaced by `TIME`.
inline std::string WithoutTimes(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const bool is_time = word.size() > 1 && word.ends_with('s') &&
                         word.find_first_not_of("0123456789hms") == std::string_view::npos &&
                         word.front() >= '0' && word.front() <= '9';
    out += is_time ? "TIME" : word;
    if (end < text.size()) {
      out += text[end];
    }
    at = end + 1;
  }
  return out;
}

/// Waits for what another process does: there is no event to wait for. Its guard only fires on a
/// hang.
[[nodiscard]] inline bool Until(const std::function<bool()>& done) {
  constexpr int kLooks = 3000;
  for (int look = 0; look < kLooks; ++look) {
    if (done()) {
      return true;
    }
    poll(nullptr, 0, 10);
  }
  return done();
}

/// A command that runs while the test goes on; its output goes to files.
class Background {
 public:
  Background(const support::TempDir& dir, const std::string& name,
             const std::vector<std::string>& argv, const std::string& directory,
             const std::vector<std::string>& environment)
      : out_path_(dir / (name + ".out")), err_path_(dir / (name + ".err")) {
    const auto out = os::OpenFile(out_path_, O_CREAT | O_WRONLY | O_APPEND);
    const auto err = os::OpenFile(err_path_, O_CREAT | O_WRONLY | O_APPEND);
    os::SpawnSpec spec;
    const std::vector<std::string> whole = os::Environment::Current().entries();
    spec.argv = argv;
    spec.environment = whole;
    spec.extra_environment = environment;
    spec.directory = directory.c_str();
    spec.stdout_fd = out->get();
    spec.stderr_fd = err->get();
    pid_ = os::Spawn(spec).value();
  }
  ~Background() {
    if (!status_.has_value()) {
      Signal(SIGKILL);
      Wait();
    }
  }

  void Signal(int signal) const { kill(pid_, signal); }
  /// Its exit code, 128 + signal when a signal ended it.
  int Wait() {
    if (!status_.has_value()) {
      const os::WaitStatus status = os::WaitForChild(pid_).value();
      const auto* exited = std::get_if<os::Exited>(&status);
      status_ = exited != nullptr ? exited->code : 128 + std::get<os::Signalled>(status).signal;
    }
    return *status_;
  }
  std::string Out() const { return os::ReadFile(out_path_, size_t{64} << 20).value(); }
  std::string Err() const { return os::ReadFile(err_path_, size_t{64} << 20).value(); }
  [[nodiscard]] bool UntilOut(std::string_view text) const {
    return Until([&] { return Out().find(text) != std::string::npos; });
  }

 private:
  std::string out_path_;
  std::string err_path_;
  pid_t pid_ = 0;
  std::optional<int> status_;
};

class CliTest : public testing::Test {
 protected:
  /// Whatever a test started ends with it, however it went.
  ~CliTest() override {
    for (const pid_t pid : os::AllProcesses()) {
      if (os::EnvironmentValueOf(pid, "ODU_STATE_DIR") == state_.path()) {
        kill(pid, SIGKILL);
      }
    }
  }

  std::vector<std::string> Environment() const {
    std::vector<std::string> environment = support::GitRepo::CleanEnvironment();
    environment.push_back("HOME=" + home_.path());
    environment.push_back("ODU_STATE_DIR=" + state_.path());
    environment.push_back("ODU_CACHE_DIR=" + (home_ / "cache"));
    environment.push_back("TERM=xterm-256color");
    environment.insert(environment.end(), extra_.begin(), extra_.end());
    return environment;
  }

  support::CliResult Odu(const std::vector<std::string>& arguments) const {
    support::CliCall call;
    call.argv = {kOdu};
    call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
    call.directory = repo_.path();
    call.extra_environment = Environment();
    return support::RunCli(call);
  }

  /// `odu run` of this machine as the one lane; nothing is posted.
  std::vector<std::string> RunWords(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"run", "--no-post", "--host", Here() + "=localhost"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  support::CliResult Run(const std::vector<std::string>& more = {}) const {
    return Odu(RunWords(more));
  }

  Background Start(const std::vector<std::string>& arguments, const std::string& name) const {
    std::vector<std::string> argv{kOdu};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return Background(home_, name, argv, repo_.path(), Environment());
  }

  /// Runs `arguments` on a terminal of 100 columns; everything that it wrote, as bytes.
  support::CliResult OnTerminal(const std::vector<std::string>& arguments) const {
    std::string command = "stty cols 100 rows 30; exec " + kOdu;
    for (const std::string& argument : arguments) {
      command += " '" + argument + "'";
    }
    support::CliCall call;
    call.argv = {"script", "-qfec", command, "/dev/null"};
    call.directory = repo_.path();
    call.extra_environment = Environment();
    return support::RunCli(call);
  }

  /// Commits a justfile whose recipe `ci` is the root.
  std::string Justfile(std::string_view text) {
    repo_.Write("justfile", text);
    sha_ = repo_.Commit();
    return sha_;
  }

  std::string Sha7() const { return sha_.substr(0, 7); }
  /// Output with what differs from one run to the next made the same.
  std::string Normal(const std::string& text) const {
    return WithoutTimes(Replaced(Replaced(text, Sha7(), "SHA7"), Here(), "HERE"));
  }
  std::string Log(std::string_view recipe) const {
    return repo_.path() + "/.ci/" + Sha7() + "/" + Here() + "/" + std::string(recipe) + ".log";
  }
  static std::string Here() { return std::string(model::ThisPlatform()); }

  /// The processes whose arguments hold `mark`.
  static std::vector<pid_t> ProcessesWith(std::string_view mark) {
    std::vector<pid_t> found;
    for (const pid_t pid : os::AllProcesses()) {
      const auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", 1 << 20);
      if (line && line->find(mark) != std::string::npos) {
        found.push_back(pid);
      }
    }
    return found;
  }

  const std::string kOdu = std::string(ODU_BIN_DIR) + "/odu";
  support::GitRepo repo_;
  support::TempDir home_;
  support::TempDir state_;
  std::string sha_;
  std::vector<std::string> extra_;
};

}  // namespace odu
