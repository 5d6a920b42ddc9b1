#include "support/checkout_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <variant>

#include "os/child.h"
#include "os/environment.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/git_repo.h"

namespace support {
namespace {

constexpr size_t kFileLimit = size_t{1} << 30;

int ExitCode(const os::WaitStatus& status) {
  const auto* exited = std::get_if<os::Exited>(&status);
  return exited != nullptr ? exited->code : 128 + std::get<os::Signalled>(status).signal;
}

std::vector<std::string> Merged(const CliCall& call) {
  std::vector<std::string> entries = call.environment;
  if (entries.empty()) {
    entries = os::Environment::Current().entries();
  }
  entries.insert(entries.end(), call.extra_environment.begin(), call.extra_environment.end());
  return os::Environment(std::move(entries)).entries();
}

std::string CommandLine(pid_t pid) {
  auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", kFileLimit);
  std::string text = line ? *line : std::string();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

/// Who holds a lock now; 0 when nobody does.
pid_t HolderOf(const std::string& lock) {
  const auto locked = os::IsLocked(lock);
  const auto holder = os::HolderOf(lock);
  return locked && *locked && holder ? holder->pid : 0;
}

std::vector<std::string> Below(const std::string& folder) {
  std::vector<std::string> paths;
  if (const auto entries = os::ListDir(folder)) {
    for (const os::DirEntry& entry : *entries) {
      paths.push_back(folder + "/" + entry.name);
    }
  }
  return paths;
}

}  // namespace

bool Eventually(const std::function<bool()>& done) {
  constexpr int kLooks = 6000;
  for (int look = 0; look < kLooks; ++look) {
    if (done()) {
      return true;
    }
    poll(nullptr, 0, 10);
  }
  return done();
}

Program::Program(const std::string& folder, const CliCall& call, Place place) {
  static int number = 0;
  const std::string name = folder + "/program" + std::to_string(++number);
  out_path_ = name + ".out";
  err_path_ = name + ".err";
  const auto out = os::OpenFile(out_path_, O_CREAT | O_WRONLY | O_APPEND);
  const auto err = os::OpenFile(err_path_, O_CREAT | O_WRONLY | O_APPEND);
  if (place == Place::kTerminal) {
    StartOnTerminal(call);
    return;
  }
  const std::vector<std::string> environment = Merged(call);
  os::SpawnSpec spec;
  spec.argv = call.argv;
  spec.environment = environment;
  spec.directory = call.directory.c_str();
  spec.stdout_fd = out->get();
  spec.stderr_fd = err->get();
  pid_ = os::Spawn(spec).value();
}

void Program::StartOnTerminal(const CliCall& call) {
  const std::vector<std::string> environment = Merged(call);
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (const std::string& word : call.argv) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  for (const std::string& entry : environment) {
    envp.push_back(const_cast<char*>(entry.c_str()));
  }
  envp.push_back(nullptr);
  winsize size{};
  size.ws_row = 30;
  size.ws_col = 100;
  int master = -1;
  pid_ = forkpty(&master, nullptr, nullptr, &size);
  if (pid_ == 0) {
    if (chdir(call.directory.c_str()) == 0) {
      execvpe(argv[0], argv.data(), envp.data());
    }
    _exit(127);
  }
  terminal_ = os::Fd(master);
  fcntl(master, F_SETFD, FD_CLOEXEC);
  fcntl(master, F_SETFL, O_NONBLOCK);
}

Program::~Program() {
  if (!exit_code_) {
    Signal(SIGKILL);
    Wait();
  }
}

void Program::Signal(int signal) const {
  kill(pid_, signal);
}

void Program::ReadTerminal() {
  char bytes[4096];
  while (terminal_.get() >= 0) {
    const ssize_t got = read(terminal_.get(), bytes, sizeof bytes);
    if (got <= 0) {
      return;
    }
    shown_.append(bytes, static_cast<size_t>(got));
  }
}

CliResult Program::Wait() {
  if (!exit_code_) {
    const bool ended = Eventually([this] {
      ReadTerminal();
      int raw = 0;
      const pid_t got = waitpid(pid_, &raw, WNOHANG);
      if (got == pid_) {
        exit_code_ = ExitCode(os::DecodeWaitStatus(raw));
      }
      return got != 0;
    });
    if (!ended) {
      std::fprintf(stderr, "test support: a program hangs; it said\n%s%s\n", Out().c_str(),
                   Err().c_str());
      std::abort();
    }
  }
  CliResult said;
  said.exit_code = exit_code_.value_or(-1);
  said.stdout_text = Out();
  said.stderr_text = Err();
  return said;
}

std::string Program::Out() {
  ReadTerminal();
  return shown_ + os::ReadFile(out_path_, kFileLimit).value_or("");
}

std::string Program::Err() const {
  return os::ReadFile(err_path_, kFileLimit).value_or("");
}

CheckoutFixture::CheckoutFixture()
    : home_(root_ / "home"), state_(home_ + "/.local/state/odu"), bin_(ODU_BIN_DIR) {
  static_cast<void>(os::MakeDirs(home_).value());
  UseRepository(root_ / "repo");
}

CheckoutFixture::~CheckoutFixture() {
  for (const pid_t pid : Processes()) {
    kill(pid, SIGKILL);
  }
}

void CheckoutFixture::UseRepository(const std::string& path) {
  repo_ = path;
  if (!os::Exists(path + "/.git")) {
    CliCall call;
    call.argv = {"git", "init", "--quiet", "--initial-branch=main", path};
    call.extra_environment = GitRepo::CleanEnvironment();
    ASSERT_EQ(RunCli(call).exit_code, 0);
  }
}

void CheckoutFixture::Write(const std::string& name, std::string_view bytes, int mode) const {
  const std::string path = repo_ + "/" + name;
  static_cast<void>(os::MakeDirs(path.substr(0, path.rfind('/')), 0755).value());
  static_cast<void>(os::WriteFileAtomic(path, bytes, {static_cast<mode_t>(mode), false}).value());
}

CliResult CheckoutFixture::Git(const std::vector<std::string>& arguments) const {
  CliCall call;
  call.argv = {"git", "-C", repo_, "-c", "protocol.file.allow=always"};
  call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
  call.extra_environment = GitRepo::CleanEnvironment();
  CliResult result = RunCli(call);
  EXPECT_EQ(result.exit_code, 0) << result;
  if (result.stdout_text.ends_with('\n')) {
    result.stdout_text.pop_back();
  }
  return result;
}

std::string CheckoutFixture::Commit() const {
  Git({"add", "--all"});
  Git({"commit", "--quiet", "--allow-empty", "--message", "change"});
  return Git({"rev-parse", "HEAD"}).stdout_text;
}

std::string CheckoutFixture::Justfile(std::string_view text) const {
  Write("justfile", text);
  return Commit();
}

CliCall CheckoutFixture::Call(const std::vector<std::string>& arguments) const {
  CliCall call;
  call.argv = before_;
  call.argv.push_back(bin_ + "/odu");
  call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
  call.directory = directory_.empty() ? repo_ : directory_;
  call.environment = GitRepo::CleanEnvironment();
  call.environment.push_back("HOME=" + home_);
  call.environment.push_back("PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
  call.environment.push_back("TERM=xterm-256color");
  // The waits that people are promised, short: the grace of 10 s is half a second.
  call.environment.push_back("ODU_TIME_SCALE=20");
  call.extra_environment = environment_;
  call.timeout_seconds = 120;
  return call;
}

CliResult CheckoutFixture::Odu(const std::vector<std::string>& arguments) const {
  return RunCli(Call(arguments));
}

std::vector<std::string> CheckoutFixture::RunWords(const std::vector<std::string>& more) const {
  std::vector<std::string> words{"run", "--no-post", "--host", Here() + "=localhost"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

CliResult CheckoutFixture::Run(const std::vector<std::string>& more) const {
  return Odu(RunWords(more));
}

std::unique_ptr<Program> CheckoutFixture::Start(const std::vector<std::string>& arguments,
                                                Program::Place place) const {
  return std::make_unique<Program>(root_.path(), Call(arguments), place);
}

std::string CheckoutFixture::Here() {
#if defined(__aarch64__)
  return "aarch64-linux";
#else
  return "x86_64-linux";
#endif
}

base::json::object CheckoutFixture::Status() const {
  const CliResult said = Odu({"status", "-o", "json"});
  const auto json = base::ParseJson(said.stdout_text, "status");
  return json && json->is_object() ? json->as_object() : base::json::object();
}

namespace {

std::string FieldOfNode(const base::json::object& status, const std::string& name,
                        std::string_view field) {
  const auto* nodes = status.if_contains("nodes");
  if (nodes == nullptr || !nodes->is_array()) {
    return "";
  }
  for (const auto& node : nodes->as_array()) {
    if (node.as_object().at("name").as_string() == name) {
      const auto& value = node.as_object().at(field);
      return value.is_string() ? std::string(value.as_string()) : base::json::serialize(value);
    }
  }
  return "";
}

}  // namespace

std::string CheckoutFixture::StatusOfNode(std::string_view recipe) const {
  return FieldOfNode(Status(), std::string(recipe) + "@" + Here(), "status");
}

std::string CheckoutFixture::ReasonOfNode(std::string_view recipe) const {
  return FieldOfNode(Status(), std::string(recipe) + "@" + Here(), "reason");
}

bool CheckoutFixture::UntilNode(std::string_view recipe, std::string_view status) const {
  return Eventually([&] { return StatusOfNode(recipe) == status; });
}

std::string CheckoutFixture::CiLog(const std::string& sha, std::string_view recipe) const {
  return repo_ + "/.ci/" + sha.substr(0, 7) + "/" + Here() + "/" + std::string(recipe) + ".log";
}

std::vector<std::string> CheckoutFixture::RunFolders() const {
  return Below(state_ + "/runs");
}

pid_t CheckoutFixture::CoordinatorPid() const {
  for (const std::string& checkout : Below(state_ + "/checkouts")) {
    if (const pid_t pid = HolderOf(checkout + "/lock")) {
      return pid;
    }
  }
  return 0;
}

pid_t CheckoutFixture::LanePid() const {
  const auto runs = RunFolders();
  return runs.empty() ? 0 : HolderOf(runs.back() + "/lanes/" + Here() + "/lock");
}

std::vector<pid_t> CheckoutFixture::Processes() const {
  std::vector<pid_t> found;
  for (const pid_t pid : os::AllProcesses()) {
    const auto status = os::StatusOfProcess(pid);
    if (!status || status->state == 'Z' || pid == getpid()) {
      continue;
    }
    if (os::EnvironmentValueOf(pid, "HOME") == home_ ||
        CommandLine(pid).find(root_.path()) != std::string::npos) {
      found.push_back(pid);
    }
  }
  return found;
}

std::vector<pid_t> CheckoutFixture::RecipeProcesses() const {
  std::vector<pid_t> found;
  for (const pid_t pid : Processes()) {
    if (os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID")) {
      found.push_back(pid);
    }
  }
  return found;
}

void CheckoutFixture::PutMark(std::string_view name) const {
  const auto made = os::OpenFile(Mark(name), O_CREAT | O_WRONLY);
  ASSERT_TRUE(made);
}

bool CheckoutFixture::UntilMark(std::string_view name) const {
  return Eventually([&] { return os::Exists(Mark(name)); });
}

std::string CheckoutFixture::ReadMark(std::string_view name) const {
  return os::ReadFile(Mark(name), kFileLimit).value_or("");
}

bool CheckoutFixture::WasRed(const std::string& run_folder) const {
  const std::string journal = os::ReadFile(run_folder + "/journal.ndjson", kFileLimit).value_or("");
  return journal.find("\"verdict\":\"failed\"") != std::string::npos;
}

bool CheckoutFixture::IsOpen(const std::string& run_folder) const {
  const std::string journal = os::ReadFile(run_folder + "/journal.ndjson", kFileLimit).value_or("");
  return journal.find("\"t\":\"closed\"") == std::string::npos && WasRed(run_folder);
}

void CheckoutFixture::EndServices() {
  if (const pid_t coordinator = CoordinatorPid()) {
    kill(coordinator, SIGCONT);
    kill(coordinator, SIGTERM);
  }
  // The lane of a red run waits for reruns.
  for (const std::string& run : RunFolders()) {
    for (const std::string& lane : Below(run + "/lanes")) {
      const pid_t pid = IsOpen(run) ? HolderOf(lane + "/lock") : 0;
      if (pid != 0) {
        kill(pid, SIGTERM);
      }
    }
  }
}

void CheckoutFixture::TearDown() {
  bool is_open = false;
  for (const std::string& run : RunFolders()) {
    is_open = is_open || IsOpen(run);
  }
  if (!is_open) {
    EXPECT_TRUE(Eventually([&] { return LanePid() == 0; })) << "a lane outlived its run";
    CliCall list;
    list.argv = {"git", "-C", repo_, "worktree", "list", "--porcelain"};
    for (const std::string& run : RunFolders()) {
      const std::string run_id = run.substr(run.rfind('/') + 1);
      // Of a lane that ended by itself the coordinator removes it, when it closes the run.
      EXPECT_TRUE(WasRed(run) || Eventually([&] {
                    return RunCli(list).stdout_text.find(run_id) == std::string::npos;
                  }))
          << RunCli(list).stdout_text;
    }
  }
  EndServices();
  const bool all_gone = Eventually([&] { return Processes().empty(); });
  for (const pid_t pid : Processes()) {
    ADD_FAILURE() << "left behind: " << pid << " " << CommandLine(pid);
  }
  EXPECT_TRUE(all_gone);
}

}  // namespace support
