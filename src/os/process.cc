#include "os/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace os {
namespace {

constexpr size_t kProcFileLimit = size_t{8} << 20;

bool ParseNumber(std::string_view text, auto& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

base::Error NoProcess(pid_t pid) {
  return base::Error(base::ErrorKind::kGone, "no_process", fmt::format("process {}: gone", pid));
}

/// The numeric names in a directory of /proc.
std::vector<pid_t> NumbersIn(const std::string& path) {
  std::vector<pid_t> numbers;
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) {
    return numbers;
  }
  while (const dirent* entry = readdir(dir)) {
    pid_t number = 0;
    if (ParseNumber(std::string_view(entry->d_name), number)) {
      numbers.push_back(number);
    }
  }
  closedir(dir);
  return numbers;
}

std::vector<pid_t> ChildrenByParent(pid_t pid) {
  std::vector<pid_t> children;
  for (const pid_t candidate : AllProcesses()) {
    const base::Result<ProcessStatus> status = StatusOfProcess(candidate);
    if (status && status->parent == pid) {
      children.push_back(candidate);
    }
  }
  return children;
}

/// One read of OwnChildren: some hundred children.
constexpr size_t kOwnListBytes = 4096;
/// A list that leaves less room than this may go on: the kernel cuts it between numbers.
constexpr size_t kPidWidth = 16;

/// Adds the numbers of a list that blanks separate.
void AddPids(std::string_view list, std::vector<pid_t>& pids) {
  for (const std::string_view word : base::Split(list, ' ')) {
    pid_t pid = 0;
    if (ParseNumber(word, pid)) {
      pids.push_back(pid);
    }
  }
}

void AddDescendants(pid_t pid, std::set<pid_t>& seen, std::vector<pid_t>& out) {
  for (const pid_t child : ChildrenOf(pid)) {
    if (seen.insert(child).second) {
      AddDescendants(child, seen, out);
      out.push_back(child);
    }
  }
}

}  // namespace

base::Result<ProcessStatus> StatusOfProcess(pid_t pid) {
  const base::Result<std::string> stat = ReadFile(fmt::format("/proc/{}/stat", pid), 4096);
  if (!stat) {
    return std::unexpected(NoProcess(pid));
  }
  // The name, in brackets, may itself hold blanks and brackets: count from the last one.
  const size_t bracket = stat->rfind(") ");
  if (bracket == std::string::npos) {
    return std::unexpected(NoProcess(pid));
  }
  const std::vector<std::string_view> fields =
      base::Split(std::string_view(*stat).substr(bracket + 2), ' ');
  constexpr size_t kState = 0;
  constexpr size_t kParent = 1;
  constexpr size_t kGroup = 2;
  constexpr size_t kStartTime = 19;
  ProcessStatus status;
  status.identity.pid = pid;
  if (fields.size() <= kStartTime || fields[kState].size() != 1 ||
      !ParseNumber(fields[kParent], status.parent) || !ParseNumber(fields[kGroup], status.group) ||
      !ParseNumber(fields[kStartTime], status.identity.start_time)) {
    return std::unexpected(NoProcess(pid));
  }
  status.state = fields[kState][0];
  return status;
}

base::Result<ProcessIdentity> IdentityOf(pid_t pid) {
  const base::Result<ProcessStatus> status = StatusOfProcess(pid);
  if (!status) {
    return base::Pass(status.error());
  }
  return status->identity;
}

ProcessIdentity OwnIdentity() {
  const base::Result<ProcessIdentity> own = IdentityOf(getpid());
  return own ? *own : ProcessIdentity{getpid(), 0};
}

bool IsAlive(const ProcessIdentity& identity) {
  const base::Result<ProcessStatus> status = StatusOfProcess(identity.pid);
  return status && status->identity == identity && status->state != 'Z' && status->state != 'X';
}

bool IsStopped(const ProcessIdentity& identity) {
  const base::Result<ProcessStatus> status = StatusOfProcess(identity.pid);
  return status && status->identity == identity && (status->state == 'T' || status->state == 't');
}

base::Result<std::string> BootId() {
  base::Result<std::string> id = ReadFile("/proc/sys/kernel/random/boot_id", 4096);
  if (id && id->ends_with('\n')) {
    id->pop_back();
  }
  return id;
}

std::vector<pid_t> ChildrenOf(pid_t pid) {
  std::vector<pid_t> children;
  for (const pid_t thread : NumbersIn(fmt::format("/proc/{}/task", pid))) {
    const base::Result<std::string> list =
        ReadFile(fmt::format("/proc/{}/task/{}/children", pid, thread), kProcFileLimit);
    if (!list) {
      // Either the thread has gone or the kernel was built without this file.
      if (!Exists("/proc/thread-self/children")) {
        return ChildrenByParent(pid);
      }
      continue;
    }
    AddPids(*list, children);
  }
  return children;
}

OwnChildren::OwnChildren()
    : file_(::open(fmt::format("/proc/self/task/{}/children", ::getpid()).c_str(),
                   O_RDONLY | O_CLOEXEC)) {}

std::vector<pid_t> OwnChildren::List() const {
  std::vector<pid_t> children;
  std::string list(kOwnListBytes, '\0');
  const ssize_t length = file_.valid() ? ::pread(file_.get(), list.data(), list.size(), 0) : -1;
  if (length < 0 || static_cast<size_t>(length) + kPidWidth > list.size()) {
    return ChildrenOf(::getpid());  // not to be had this way, or perhaps longer than one read
  }
  list.resize(static_cast<size_t>(length));
  AddPids(list, children);
  return children;
}

std::vector<pid_t> DescendantsOf(pid_t pid) {
  std::set<pid_t> seen{pid};
  std::vector<pid_t> out;
  AddDescendants(pid, seen, out);
  return out;
}

std::vector<pid_t> AllProcesses() {
  return NumbersIn("/proc");
}

std::optional<std::string> EnvironmentValueOf(pid_t pid, std::string_view key) {
  const base::Result<std::string> block =
      ReadFile(fmt::format("/proc/{}/environ", pid), kProcFileLimit);
  if (!block) {
    return std::nullopt;
  }
  for (const std::string_view entry : base::Split(*block, '\0')) {
    if (entry.size() > key.size() && entry[key.size()] == '=' && entry.starts_with(key)) {
      return std::string(entry.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

bool SendSignal(const ProcessIdentity& identity, int signal) {
  // A pidfd pins the process: between the check and the signal the pid cannot become another's.
  const Fd pinned(static_cast<int>(syscall(SYS_pidfd_open, identity.pid, 0)));
  if (!IsAlive(identity)) {
    return false;
  }
  if (pinned.valid()) {
    return syscall(SYS_pidfd_send_signal, pinned.get(), signal, nullptr, 0) == 0;
  }
  return kill(identity.pid, signal) == 0;
}

}  // namespace os
