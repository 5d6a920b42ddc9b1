#include "support/fake_forge.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/json.h"
#include "base/text.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_system.h"

namespace support {
namespace {

constexpr size_t kLimit = size_t{64} << 20;

std::string TextOf(const base::json::object& object, std::string_view key) {
  const base::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

FakeForge::FakeForge(const std::vector<std::string>& options) {
  const std::vector<std::string> environment = os::Environment::Current().entries();
  std::vector<std::string> argv{"python3", "-B", ODU_SOURCE_DIR "/tests/forge/fake_forge.py",
                                "--dir", dir_.path()};
  argv.insert(argv.end(), options.begin(), options.end());
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.stderr_fd = os::kInherit;
  pid_ = os::Spawn(spec).value();
  constexpr int kLooks = 3000;
  for (int look = 0; look < kLooks && !os::Exists(dir_ / "port"); ++look) {
    poll(nullptr, 0, 10);
  }
  const auto port = os::ReadFile(dir_ / "port", kLimit);
  if (!port) {
    std::fprintf(stderr, "test support: the fake forge does not start\n");
    std::abort();
  }
  url_ = "http://127.0.0.1:" + *port;
}

FakeForge::~FakeForge() {
  kill(pid_, SIGKILL);
  static_cast<void>(os::WaitForChild(pid_));
}

void FakeForge::Write(std::string_view name, std::string_view json) const {
  static_cast<void>(os::WriteFileAtomic(dir_ / std::string(name), json).value());
}

std::vector<std::string> FakeForge::Lines(const std::string& name) const {
  std::vector<std::string> lines;
  const std::string text = os::ReadFile(dir_ / name, kLimit).value_or("");
  for (const std::string_view line : base::Split(text, '\n')) {
    if (!line.empty()) {
      lines.emplace_back(line);
    }
  }
  return lines;
}

std::vector<FakeForge::Status> FakeForge::Statuses() const {
  std::vector<Status> statuses;
  for (const std::string& line : Lines("statuses.ndjson")) {
    const auto json = base::ParseJson(line, "status");
    if (!json) {
      continue;  // it is just being written
    }
    const base::json::object& object = json->get_object();
    statuses.push_back(Status{TextOf(object, "sha"), TextOf(object, "context"),
                              TextOf(object, "state"), TextOf(object, "description"),
                              TextOf(object, "target_url")});
  }
  return statuses;
}

FakeForge::Status FakeForge::Last(std::string_view context) const {
  Status last;
  for (Status& status : Statuses()) {
    if (status.context == context) {
      last = std::move(status);
    }
  }
  return last;
}

size_t FakeForge::Answered(int status) const {
  const std::string mark = "\"status\": " + std::to_string(status) + ",";
  const std::vector<std::string> requests = Requests();
  return static_cast<size_t>(std::ranges::count_if(
      requests, [&](const std::string& line) { return line.find(mark) != std::string::npos; }));
}

}  // namespace support
