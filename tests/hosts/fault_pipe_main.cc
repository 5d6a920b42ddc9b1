#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/fault_pipe.h"

namespace {

constexpr std::string_view kHelp =
    "fault_pipe: relays stdin and stdout of a command, and breaks where it is told to\n"
    "\n"
    "  fault_pipe [FAULT]... -- COMMAND...\n"
    "  fault_pipe [FAULT]... --connect HOST:PORT     (as ssh's ProxyCommand)\n"
    "\n"
    "FAULT, `up` being from stdin to the command, `down` from the command to stdout:\n"
    "  --cut-up N, --cut-down N      after exactly N bytes everything ends; exit 255\n"
    "  --cut-frame-up N, --cut-frame-down N  the same when N frames (lines that begin with\n"
    "                                {\"jsonrpc\":) have passed; --cut-frame-short-… a byte\n"
    "                                earlier, --cut-frame-over-… a byte later\n"
    "  --stall-up N, --stall-down N  after exactly N bytes that direction stands still\n"
    "  --delay-up MS, --delay-down MS        each byte passes so much later\n"
    "  --rate-up BYTES, --rate-down BYTES    bytes a second\n"
    "  --close-only     a cut closes the command's pipes and does not kill its process group\n"
    "  --plan FILE      takes the first line of FILE away and uses the faults it names\n"
    "  --log FILE       appends `up N down M cut|exit CODE` at the end\n";

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words.front() == "--help") {
    std::fwrite(kHelp.data(), 1, kHelp.size(), stdout);
    return 0;
  }
  auto plan = hosts::ParseFaultPlan(words);
  if (plan) {
    if (auto taken = hosts::TakePlanLine(*plan); !taken) {
      std::fprintf(stderr, "fault_pipe: %s\n", taken.error().message().c_str());
      return 2;
    }
  } else {
    std::fprintf(stderr, "fault_pipe: %s\n", plan.error().message().c_str());
    return 2;
  }
  auto code = hosts::RunFaultPipe(*plan);
  if (!code) {
    std::fprintf(stderr, "fault_pipe: %s\n", code.error().message().c_str());
    return 2;
  }
  return *code;
}
