#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "git/runner.h"
#include "odu/lane/lane_life.h"
#include "odu/lane/relay.h"
#include "odu/lane/source_sweep.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "os/standard_streams.h"
#include "os/unix_socket.h"
#include "transport/stdio_link.h"

namespace {

constexpr std::string_view kHelp =
    "odu-runner: runs one platform's nodes of one odu run\n"
    "\n"
    "  odu-runner --lane DIR            start the lane of that folder, unless it lives already\n"
    "  odu-runner --stdio --lane DIR    the same, then relay stdin and stdout to it\n"
    "  odu-runner --foreground --lane DIR   be that lane, in this very process\n"
    "      --orphan-timeout 12h         that lane ends what it runs when nobody has been\n"
    "                                   connected for so long ($ODU_ORPHAN_TIMEOUT; s, m, h, d)\n"
    "  odu-runner --self-check SHA256 [FILE]   exit 0 if FILE, or this program, has that sha256\n"
    "  odu-runner --sweep DIR           remove what old lanes have left below DIR, as far as it "
    "is\n"
    "                                   not in use: lanes of 7 days, trees of 24 hours, caches of\n"
    "                                   30 days or over $ODU_REMOTE_QUOTA_MB (20480)\n"
    "  odu-runner --version, --help\n"
    "\n"
    "odu starts it; people rarely have to.\n";

struct Arguments {
  std::optional<std::string> lane;
  std::optional<std::string> self_check;
  std::optional<std::string> file;  ///< of the self-check
  std::optional<std::string> sweep;
  std::optional<std::string> orphan_timeout;
  bool stdio = false;
  bool foreground = false;
  bool version = false;
  bool help = false;
};

base::Error Usage(std::string message) {
  return base::Error(base::ErrorKind::kUsage, "usage", std::move(message), "see odu-runner --help");
}

base::Result<Arguments> Parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&](std::optional<std::string>& out) {
      if (i + 1 >= words.size()) {
        return false;
      }
      out = words[++i];
      return true;
    };
    if (word == "--lane" || word == "--self-check" || word == "--sweep" ||
        word == "--orphan-timeout") {
      if (!value(word == "--lane"         ? arguments.lane
                 : word == "--self-check" ? arguments.self_check
                 : word == "--sweep"      ? arguments.sweep
                                          : arguments.orphan_timeout)) {
        return std::unexpected(Usage(word + " needs a value"));
      }
    } else if (arguments.self_check && !arguments.file && !word.starts_with('-')) {
      arguments.file = word;
    } else if (word == "--stdio") {
      arguments.stdio = true;
    } else if (word == "--foreground") {
      arguments.foreground = true;
    } else if (word == "--version") {
      arguments.version = true;
    } else if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else {
      return std::unexpected(Usage("unknown argument " + base::Quoted(word)));
    }
  }
  const bool asks = arguments.version || arguments.help || arguments.self_check || arguments.sweep;
  if (!asks && !arguments.lane) {
    return std::unexpected(Usage("nothing to do"));
  }
  for (const auto& [option, path] :
       {std::pair{"--lane: ", &arguments.lane}, {"--sweep: ", &arguments.sweep}}) {
    if (*path && !(*path)->starts_with('/')) {
      return std::unexpected(Usage(option + base::Quoted(**path) + " is not an absolute path"));
    }
  }
  return arguments;
}

/// "90s", "30m", "12h", "7d".
base::Result<async::Duration> ReadDuration(const std::string& text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  constexpr std::string_view kUnits = "smhd";
  constexpr std::array<int64_t, 4> kSeconds{1, 60, 3600, 86400};
  const size_t unit = rest + 1 == end ? kUnits.find(*rest) : std::string_view::npos;
  if (error != std::errc() || unit == std::string_view::npos || number == 0 || number > 36500) {
    return std::unexpected(
        Usage("--orphan-timeout: " + base::Quoted(text) + " is no time like 12h"));
  }
  return std::chrono::seconds(static_cast<int64_t>(number) * kSeconds[unit]);
}

base::Result<int> SelfCheck(const std::string& wanted, const std::optional<std::string>& file) {
  auto program = os::ReadFile(file.value_or("/proc/self/exe"), size_t{256} << 20);
  if (!program) {
    return base::Pass(program.error());
  }
  if (base::Sha256Hex(*program) != wanted) {
    return base::Fail(base::ErrorKind::kHost, "self_check",
                      file ? base::Quoted(*file) + " is not the file that was sent"
                           : "this program file is not the one that was sent",
                      "send it again");
  }
  return 0;
}

double TimeScale() {
  const char* text = std::getenv("ODU_TIME_SCALE");
  const double scale = text == nullptr ? 1.0 : std::atof(text);
  return scale > 0 ? scale : 1.0;
}

bool SyncsToDisk() {
  const char* text = std::getenv("ODU_DURABILITY");
  return text == nullptr || std::string_view(text) != "off";
}

base::Result<int> RelayToLane(const odu::model::LaneFolder& folder) {
  os::IgnoreBrokenPipes();
  auto socket = os::ConnectTo(folder.socket());
  if (!socket) {
    return base::Pass(socket.error());
  }
  const std::string sentinel = std::string(transport::kSentinel) + "\n";
  if (auto said = os::WriteAll(1, sentinel); !said) {
    return base::Pass(said.error());
  }
  auto relayed = odu::lane::Relay(0, 1, std::move(*socket));
  if (!relayed) {
    return base::Pass(relayed.error());
  }
  return 0;
}

base::Result<int> SweepBelow(const std::string& root) {
  namespace lane = odu::lane;
  const double scale = TimeScale();
  const auto scaled = [scale](async::Duration duration) {
    return std::chrono::duration_cast<async::Duration>(duration / scale);
  };
  lane::SweepRules rules;
  rules.lanes_after = scaled(rules.lanes_after);
  rules.trees_after = scaled(rules.trees_after);
  rules.caches_after = scaled(rules.caches_after);
  rules.grace = scaled(rules.grace);
  if (const char* quota = std::getenv("ODU_REMOTE_QUOTA_MB")) {
    rules.caches_bytes = std::strtoull(quota, nullptr, 10) << 20;
  }
  async::SystemClock clock;
  git::BlockingRunner runner(os::Environment::Current());
  auto swept = git::Blocking(lane::Sweep(runner, clock, root, rules));
  if (!swept) {
    return base::Pass(swept.error());
  }
  for (const std::string& path : swept->removed) {
    std::printf("removed %s\n", path.c_str());
  }
  return 0;
}

base::Result<int> Run(const Arguments& arguments) {
  if (arguments.help) {
    std::fwrite(kHelp.data(), 1, kHelp.size(), stdout);
    return 0;
  }
  if (arguments.version) {
    std::printf("odu-runner %s\n", ODU_VERSION);
    return 0;
  }
  if (arguments.self_check) {
    return SelfCheck(*arguments.self_check, arguments.file);
  }
  if (arguments.sweep) {
    return SweepBelow(*arguments.sweep);
  }
  odu::lane::LaneLifeOptions options{odu::model::LaneFolder(*arguments.lane), ODU_VERSION,
                                     TimeScale(), SyncsToDisk()};
  const char* orphan_timeout = std::getenv("ODU_ORPHAN_TIMEOUT");
  if (arguments.orphan_timeout || orphan_timeout != nullptr) {
    auto timeout = ReadDuration(arguments.orphan_timeout ? *arguments.orphan_timeout
                                                         : std::string(orphan_timeout));
    if (!timeout) {
      return base::Pass(timeout.error());
    }
    options.orphan_timeout = *timeout;
  }
  if (arguments.foreground) {
    return odu::lane::ServeLane(options);
  }
  auto lived = odu::lane::LiveAsLane(options);
  if (!lived) {
    return base::Pass(lived.error());
  }
  if (lived->has_value()) {
    return **lived;  // this process was the lane
  }
  return arguments.stdio ? RelayToLane(options.folder) : base::Result<int>(0);
}

int Report(const base::Error& error) {
  std::fprintf(stderr, "odu-runner: %s\n", error.message().c_str());
  if (!error.hint().empty()) {
    std::fprintf(stderr, "  %s\n", error.hint().c_str());
  }
  return error.ExitCode();
}

}  // namespace

int main(int argc, char** argv) {
  os::OpenMissingStreams();
  auto arguments = Parse(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments) {
    return Report(arguments.error());
  }
  auto result = Run(*arguments);
  return result ? *result : Report(result.error());
}
