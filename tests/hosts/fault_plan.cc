#include "hosts/fault_plan.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include "os/fd.h"
#include "os/file_system.h"

namespace hosts {
namespace {

base::Error Usage(std::string message) {
  return base::Error(base::ErrorKind::kUsage, "usage", std::move(message));
}

base::Result<uint64_t> Number(std::string_view option, std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::unexpected(
        Usage(std::string(option) + ": '" + std::string(text) + "' is no number"));
  }
  return number;
}

base::Result<bool> SetFault(FaultPlan& plan, std::string_view option, std::string_view value) {
  const bool up = option.ends_with("-up");
  FaultLane& lane = up ? plan.up : plan.down;
  const std::string_view what = option.substr(0, option.size() - (up ? 3 : 5));
  auto number = Number(option, value);
  if (!number) {
    return base::Pass(number.error());
  }
  if (what == "--cut") {
    lane.cut = *number;
  } else if (what == "--cut-frame" || what == "--cut-frame-short" || what == "--cut-frame-over") {
    if (*number == 0) {
      return std::unexpected(Usage(std::string(option) + ": frames are counted from 1"));
    }
    lane.cut_frame = *number;
    lane.frame_shift = what.ends_with("-short") ? -1 : what.ends_with("-over") ? 1 : 0;
  } else if (what == "--stall") {
    lane.stall = *number;
  } else if (what == "--delay") {
    lane.delay_ms = *number;
  } else if (what == "--rate") {
    lane.bytes_per_second = *number;
  } else {
    return false;
  }
  return true;
}

base::Result<void> ParseInto(FaultPlan& plan, const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      plan.command.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      return {};
    }
    if (word == "--close-only") {
      plan.close_only = true;
      continue;
    }
    if (i + 1 == words.size()) {
      return std::unexpected(Usage("'" + word + "' is unknown, or needs a value"));
    }
    const std::string& value = words[++i];
    if (word == "--plan") {
      plan.plan_file = value;
    } else if (word == "--log") {
      plan.log_file = value;
    } else if (word == "--connect") {
      plan.connect = value;
    } else if (word.ends_with("-up") || word.ends_with("-down")) {
      auto known = SetFault(plan, word, value);
      if (!known) {
        return base::Pass(known.error());
      }
      if (!*known) {
        return std::unexpected(Usage("unknown option '" + word + "'"));
      }
    } else {
      return std::unexpected(Usage("unknown option '" + word + "'"));
    }
  }
  return {};
}

}  // namespace

base::Result<FaultPlan> ParseFaultPlan(const std::vector<std::string>& words) {
  FaultPlan plan;
  if (auto parsed = ParseInto(plan, words); !parsed) {
    return base::Pass(parsed.error());
  }
  if (plan.command.empty() == plan.connect.empty()) {
    return std::unexpected(Usage("one of -- COMMAND and --connect HOST:PORT is needed"));
  }
  return plan;
}

base::Result<void> TakePlanLine(FaultPlan& plan) {
  if (plan.plan_file.empty()) {
    return {};
  }
  const auto lock = os::OpenFile(plan.plan_file + ".lock", O_CREAT | O_RDWR);
  if (!lock) {
    return base::Pass(lock.error());
  }
  if (flock(lock->get(), LOCK_EX) != 0) {
    return std::unexpected(base::SystemError(plan.plan_file, errno));
  }
  auto text = os::ReadFile(plan.plan_file, size_t{16} << 20);
  if (!text) {
    return {};
  }
  const size_t end = text->find('\n');
  const std::string line = text->substr(0, end);
  const std::string rest = end == std::string::npos ? "" : text->substr(end + 1);
  if (auto written = os::WriteFileAtomic(plan.plan_file, rest); !written) {
    return base::Pass(written.error());
  }
  std::istringstream words(line);
  std::vector<std::string> list;
  for (std::string word; words >> word;) {
    list.push_back(std::move(word));
  }
  return ParseInto(plan, list);
}

}  // namespace hosts
