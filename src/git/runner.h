#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "os/environment.h"
#include "os/reaper.h"
#include "os/run_program.h"

namespace git {

/// One git command: `arguments` after `git`.
struct Command {
  std::vector<std::string> arguments;
  /// Where it starts; empty = here.
  std::string directory;
  /// "KEY=value" strings on top of the runner's.
  std::vector<std::string> environment;
  std::string stdin_text;
  /// Read instead of `stdin_text`, from its present position on; -1 = none. The caller's.
  int stdin_fd = -1;
  async::Duration timeout = std::chrono::seconds(60);
  size_t stdout_limit = size_t{256} << 20;
};

/// Runs git, never through a shell: no hooks, no prompts, no pager, no optional locks, and deaf to
/// GIT_DIR and the like of the caller's environment. Every function of this folder is a coroutine
/// over a Runner, so that each works in a process with an event loop (LoopRunner) and in a one-shot
/// command without one (`Blocking(f(runner, …))` with a BlockingRunner).
class Runner {
 public:
  virtual ~Runner() = default;

  /// A red exit is a result, not a failure. Failures: kHost "git_missing" when there is no git on
  /// PATH, else those of os::RunProgram.
  virtual boost::asio::awaitable<base::Result<os::ProgramResult>> Run(Command command) = 0;
};

/// The whole call that a command becomes; `base` is the environment git gets (HOME, PATH, …).
os::ProgramCall CallOf(Command command, const os::Environment& base);

/// For processes that have a Reaper.
class LoopRunner final : public Runner {
 public:
  /// `environment` is what git sees of the world; all must outlive the runner.
  LoopRunner(os::Reaper& reaper, async::Clock& clock, os::Environment environment);
  boost::asio::awaitable<base::Result<os::ProgramResult>> Run(Command command) override;

 private:
  os::Reaper& reaper_;
  async::Clock& clock_;
  os::Environment environment_;
};

/// For processes without one. Its coroutines never suspend.
class BlockingRunner final : public Runner {
 public:
  explicit BlockingRunner(os::Environment environment);
  boost::asio::awaitable<base::Result<os::ProgramResult>> Run(Command command) override;

 private:
  os::Environment environment_;
};

/// Runs a coroutine that only waits for a BlockingRunner, without an event loop of the caller's.
template <class T>
T Blocking(boost::asio::awaitable<T> work) {
  boost::asio::io_context context(1);
  std::optional<T> out;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    out.emplace(std::move(value));
  });
  context.run();
  if (failure) {
    std::rethrow_exception(failure);
  }
  return std::move(*out);
}

/// Run, and the result's stdout; a red exit is kHost "git_failed", "git <verb>: <first line of its
/// stderr>".
boost::asio::awaitable<base::Result<std::string>> Output(Runner& runner, Command command);

}  // namespace git
