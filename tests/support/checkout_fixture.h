#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "os/fd.h"
#include "support/cli.h"
#include "support/temp_dir.h"

namespace support {

/// Waits for what other processes do, looking again and again; false only after a minute, which
/// is a hang.
[[nodiscard]] bool Eventually(const std::function<bool()>& done);

/// A command that runs beside the test, its output in files, or on a terminal of its own. Killed
/// with the object if it has not ended.
class Program {
 public:
  enum class Place { kFiles, kTerminal };

  Program(const std::string& folder, const CliCall& call, Place place);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  /// Ends the terminal it runs on, as closing its window does.
  void CloseTerminal() { terminal_ = os::Fd(); }
  /// How it ended and all it said; waits for it. On a terminal all is stdout.
  CliResult Wait();
  /// What it has said so far.
  std::string Out();
  std::string Err() const;

 private:
  void StartOnTerminal(const CliCall& call);
  void ReadTerminal();

  std::string out_path_;
  std::string err_path_;
  os::Fd terminal_;
  std::string shown_;
  pid_t pid_ = 0;
  std::optional<int> exit_code_;
};

/// The real `odu` and `odu-runner` in a git repository, with a home (and so a state) of their own.
/// After every test nothing may be left: no process, no worktree, but those of a red run, which
/// stays open by design and is told to end.
class CheckoutFixture : public testing::Test {
 protected:
  CheckoutFixture();
  ~CheckoutFixture() override;
  void TearDown() override;

  // The repository.
  const std::string& repo() const { return repo_; }
  /// Makes a repository at `path` the one that everything below is about.
  void UseRepository(const std::string& path);
  void Write(const std::string& name, std::string_view bytes, int mode = 0644) const;
  CliResult Git(const std::vector<std::string>& arguments) const;
  /// Commits everything; the full sha.
  std::string Commit() const;
  /// Commits a justfile.
  std::string Justfile(std::string_view text) const;

  // Programs.
  CliCall Call(const std::vector<std::string>& arguments) const;
  CliResult Odu(const std::vector<std::string>& arguments) const;
  /// `odu run` with this machine as the one lane, nothing posted.
  CliResult Run(const std::vector<std::string>& more = {}) const;
  std::vector<std::string> RunWords(const std::vector<std::string>& more = {}) const;
  std::unique_ptr<Program> Start(const std::vector<std::string>& arguments,
                                 Program::Place place = Program::Place::kFiles) const;

  // What can be seen.
  static std::string Here();
  /// `odu status -o json`; an empty object when it fails.
  base::json::object Status() const;
  /// Status of a node of this platform, "" when there is none.
  std::string StatusOfNode(std::string_view recipe) const;
  /// How `status` shows the reason of a node.
  std::string ReasonOfNode(std::string_view recipe) const;
  [[nodiscard]] bool UntilNode(std::string_view recipe, std::string_view status) const;
  /// The log below `.ci`.
  std::string CiLog(const std::string& sha, std::string_view recipe) const;
  std::vector<std::string> RunFolders() const;
  std::string NewestRun() const { return RunFolders().back(); }
  /// 0 when nobody serves.
  pid_t CoordinatorPid() const;
  pid_t LanePid() const;
  /// Processes of the test: its HOME, or its folder in their arguments.
  std::vector<pid_t> Processes() const;
  /// Processes that recipes of the test are or left.
  std::vector<pid_t> RecipeProcesses() const;
  /// A file in the home, which recipes and tests use to wait for each other.
  std::string Mark(std::string_view name) const { return home_ + "/" + std::string(name); }
  void PutMark(std::string_view name) const;
  [[nodiscard]] bool UntilMark(std::string_view name) const;
  std::string ReadMark(std::string_view name) const;

  /// KEY=value, added to what every program of the test gets.
  std::vector<std::string> environment_;
  /// Where programs start; the repository's top when empty.
  std::string directory_;
  /// Put before the command, as `setpriv` is.
  std::vector<std::string> before_;
  TempDir root_;
  std::string home_;
  /// Where runs are; a test that sets ODU_STATE_DIR sets this too.
  std::string state_;

 private:
  void EndServices();
  /// Its tree is kept for a day.
  bool WasRed(const std::string& run_folder) const;
  bool IsOpen(const std::string& run_folder) const;

  std::string repo_;
  std::string bin_;
};

}  // namespace support
