#include "provision/copy_provisioner.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/file_digest.h"
#include "os/file_system.h"
#include "provision/far_script.h"

namespace provision {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

constexpr uint64_t kMaxProgramBytes = uint64_t{512} << 20;

/// How the sending script ends.
enum : int { kNoFolder = 11, kNotWritten = 12, kWrongBytes = 14, kNotRenamed = 15 };

/// In: $d the folder, $n the name, $t the temporary one, and check().
constexpr std::string_view kReceive = R"sh(umask 077
b=$d/bin
[ ! -h "$b" ] || { echo "$b is a symlink" >&2; exit 11; }
[ -d "$b" ] || mkdir "$b" || [ -d "$b" ] || exit 11
t=$b/$t
trap 'rm -f "$t"' 0
trap 'exit 1' 1 2 15
cat > "$t" || exit 12
chmod 700 "$t" || exit 12
check || exit 14
sync "$t" 2>/dev/null
mv -f "$t" "$b/$n" || exit 15
if cd "$b" && [ -e /proc/self/exe ]; then
  running=
  for f in $(find . -type f -mtime +30 2>/dev/null); do
    f=${f#./}
    case $f in
      .new-*) rm -f "$f"; continue ;;
      *-*) s=${f##*-}; [ ${#s} -eq 64 ] || continue ;;
      *) continue ;;
    esac
    case $s in *[!0-9a-f]*) continue ;; esac
    [ -n "$running" ] || running=$(ls -l /proc/[0-9]*/exe 2>/dev/null)
    case $running in *"$b/$f"*) continue ;; esac
    rm -f "$f" && echo "removed $f, which nobody started for 30 days"
  done
fi
exit 0)sh";

HostFault Unwritable(const AgentSpec& spec, const HostFacts& facts, std::string_view words) {
  const bool full = words.contains("No space left") || words.contains("quota exceeded");
  return HostFault{
      FaultPhase::kPlace,
      base::Error(ErrorKind::kHost, full ? "disk_full" : "unwritable_folder",
                  fmt::format("{} on the host {}: {}", base::Quoted(facts.dir),
                              full ? "is full" : "cannot be written to", words),
                  fmt::format("{}set {} in that user's login environment to another folder",
                              full ? "make room there, or " : "", spec.remote_dir_env)),
      false};
}

/// The last line that says something.
std::string LastLine(std::string_view text) {
  std::string last;
  for (const std::string_view line : base::Split(text, '\n')) {
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      last = base::Sanitised(line, false);
    }
  }
  return last.empty() ? "it does not say why" : last;
}

std::string Megabytes(uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

/// A file of ours, opened once: what is hashed is what is sent, even if somebody replaces it.
struct CopyProvisioner::Program {
  std::string name;  ///< `<name>-<sha256>`
  std::string sha256;
  os::Fd file;
  uint64_t size = 0;
};

CopyProvisioner::CopyProvisioner(HostShell& shell, const AgentSpec& spec,
                                 std::set<std::string> present)
    : shell_(shell), spec_(spec), present_(std::move(present)) {}

asio::awaitable<HostResult<CopyProvisioner::Program>> CopyProvisioner::Load(std::string name,
                                                                            std::string path) {
  auto file = os::OpenFile(path, O_RDONLY);
  if (!file) {
    co_return Faulty(FaultPhase::kPlace, file.error());
  }
  const auto status = os::StatusOf(file->get());
  if (!status) {
    co_return Faulty(FaultPhase::kPlace, status.error());
  }
  if (status->size > kMaxProgramBytes) {
    co_return Faulty(FaultPhase::kPlace,
                     base::Error(ErrorKind::kLimit, "too_large",
                                 fmt::format("{} has {} bytes, the limit is {}", base::Quoted(path),
                                             status->size, kMaxProgramBytes)));
  }
  Program program;
  program.file = std::move(*file);
  program.size = status->size;
  const int fd = program.file.get();
  const uint64_t size = program.size;
  const auto digest = [fd, size] { return os::DigestOfFile(fd, size); };
  base::Result<std::string> sha256 = co_await shell_.world().worker.Run(digest);
  if (!sha256) {
    co_return Faulty(FaultPhase::kPlace, sha256.error().In(path));
  }
  program.sha256 = std::move(*sha256);
  program.name = name + "-" + program.sha256;
  co_return program;
}

asio::awaitable<HostResult<bool>> CopyProvisioner::Send(const HostFacts& facts, Program& program,
                                                        const std::string& agent,
                                                        std::function<void(uint64_t)> on_sent,
                                                        const ProvisionProgress& progress) {
  const auto nonce = NewNonce();
  if (!nonce) {
    co_return Faulty(FaultPhase::kPlace, nonce.error());
  }
  // The agent checks itself before it has its name, and the others once it has. What agrees to a
  // check without a digest is no agent.
  const std::string check =
      agent.empty()
          ? fmt::format("! \"$t\" --self-check >/dev/null 2>&1 && \"$t\" --self-check {} >&2",
                        program.sha256)
          : fmt::format("{} --self-check {} \"$t\" >&2", ShellQuoted(agent), program.sha256);
  ScriptCall call;
  call.step = "copying";
  call.body = fmt::format("d={}\nn={}\nt=.new-{}\ncheck() {{ {}; }}\n{}", ShellQuoted(facts.dir),
                          program.name, *nonce, check, kReceive);
  call.payload = std::move(program.file);
  call.copying = true;
  call.on_sent = std::move(on_sent);
  call.on_line = progress.line;
  const HostResult<ScriptResult> result = co_await shell_.Run(std::move(call));
  if (!result) {
    co_return std::unexpected(result.error());
  }
  const std::string words = LastLine(result->errors);
  switch (result->status) {
    case 0:
      co_return true;
    case kNoFolder:
    case kNotWritten:
    case kNotRenamed:
      co_return std::unexpected(Unwritable(spec_, facts, words));
    default:
      co_return Faulty(
          FaultPhase::kRemote,
          base::Error(ErrorKind::kHost, "self_check",
                      fmt::format("{}: copying: {} did not arrive as it was sent: {}",
                                  shell_.address().Shown(), program.name.substr(0, 30), words)));
  }
}

asio::awaitable<HostResult<Provisioned>> CopyProvisioner::Provide(
    HostFacts facts, const ProvisionProgress& progress) {
  Provisioned provisioned;
  provisioned.companions = facts.companions;
  std::vector<Program> programs;
  std::vector<std::pair<std::string, const ProgramForSystem*>> wanted;
  const std::string recorded = spec_.name + "-" + spec_.recorded_sha256;
  const bool has_recorded = !spec_.recorded_sha256.empty() && present_.contains(recorded);
  if (has_recorded) {
    provisioned.agent = facts.dir + "/bin/" + recorded;
    provisioned.checks.push_back(FileCheck{provisioned.agent, spec_.recorded_sha256});
  } else {
    wanted.emplace_back(spec_.name, &spec_.file_for);
  }
  for (const Companion& companion : spec_.companions) {
    if (!facts.companions.contains(companion.name)) {
      wanted.emplace_back(companion.name, &companion.file_for);
    }
  }
  uint64_t total = 0;
  for (const auto& [name, file_for] : wanted) {
    base::Result<std::string> path = (*file_for)(facts.system);
    if (!path) {
      co_return Faulty(FaultPhase::kPlace, path.error().In(shell_.address().Shown()));
    }
    HostResult<Program> program = co_await Load(name, std::move(*path));
    if (!program) {
      co_return std::unexpected(program.error());
    }
    total += present_.contains(program->name) ? 0 : program->size;
    const std::string there = facts.dir + "/bin/" + program->name;
    provisioned.checks.push_back(FileCheck{there, program->sha256});
    if (provisioned.agent.empty()) {
      provisioned.agent = there;
    } else {
      provisioned.companions[name] = there;
    }
    programs.push_back(std::move(*program));
  }
  uint64_t before = 0;
  for (Program& program : programs) {
    if (present_.contains(program.name)) {
      continue;
    }
    progress.phase(HostPhase::kCopying);
    progress.bytes(before, total);
    progress.line(fmt::format("copying {} ({})", program.name, Megabytes(program.size)));
    std::function<void(uint64_t)> on_sent = [&progress, before, total](uint64_t sent) {
      progress.bytes(before + sent, total);
    };
    const bool is_agent = !has_recorded && &program == programs.data();
    const std::string agent = is_agent ? std::string() : provisioned.agent;
    const uint64_t size = program.size;
    const HostResult<bool> sent =
        co_await Send(facts, program, agent, std::move(on_sent), progress);
    if (!sent) {
      co_return std::unexpected(sent.error());
    }
    before += size;
  }
  co_return provisioned;
}

}  // namespace provision
