#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "odu/lane/lane_life.h"
#include "odu/lane/relay.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "transport/stdio_link.h"

namespace {

constexpr std::string_view kHelp =
    "odu-runner: runs one platform's nodes of one odu run\n"
    "\n"
    "  odu-runner --lane DIR            start the lane of that folder, unless it lives already\n"
    "  odu-runner --stdio --lane DIR    the same, then relay stdin and stdout to it\n"
    "  odu-runner --foreground --lane DIR   be that lane, in this very process\n"
    "  odu-runner --self-check SHA256   exit 0 if this program file has that sha256\n"
    "  odu-runner --version, --help\n"
    "\n"
    "odu starts it; people rarely have to.\n";

struct Arguments {
  std::optional<std::string> lane;
  std::optional<std::string> self_check;
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
    if (word == "--lane" || word == "--self-check") {
      if (!value(word == "--lane" ? arguments.lane : arguments.self_check)) {
        return std::unexpected(Usage(word + " needs a value"));
      }
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
  const bool asks = arguments.version || arguments.help || arguments.self_check;
  if (!asks && !arguments.lane) {
    return std::unexpected(Usage("nothing to do"));
  }
  if (arguments.lane && !arguments.lane->starts_with('/')) {
    return std::unexpected(
        Usage("--lane: " + base::Quoted(*arguments.lane) + " is not an absolute path"));
  }
  return arguments;
}

base::Result<int> SelfCheck(const std::string& wanted) {
  auto program = os::ReadFile("/proc/self/exe", size_t{256} << 20);
  if (!program) {
    return base::Pass(program.error());
  }
  if (base::Sha256Hex(*program) != wanted) {
    return base::Fail(base::ErrorKind::kHost, "self_check",
                      "this program file is not the one that was sent", "send it again");
  }
  return 0;
}

double TimeScale() {
  const char* text = std::getenv("ODU_TIME_SCALE");
  const double scale = text == nullptr ? 1.0 : std::atof(text);
  return scale > 0 ? scale : 1.0;
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
    return SelfCheck(*arguments.self_check);
  }
  const odu::lane::LaneLifeOptions options{odu::model::LaneFolder(*arguments.lane), ODU_VERSION,
                                           TimeScale()};
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
  auto arguments = Parse(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments) {
    return Report(arguments.error());
  }
  auto result = Run(*arguments);
  return result ? *result : Report(result.error());
}
