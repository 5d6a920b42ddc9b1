#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/temp_dir.h"

namespace support {

/// tests/forge/fake_forge.py, running: a forge on loopback that speaks GitHub's API and fails as it
/// is told to. Ends with this.
class FakeForge {
 public:
  /// What it took: one status.
  struct Status {
    std::string sha;
    std::string context;
    std::string state;
    std::string description;
    std::string target_url;
    bool operator==(const Status&) const = default;
  };

  explicit FakeForge(const std::vector<std::string>& options = {});
  ~FakeForge();
  FakeForge(const FakeForge&) = delete;
  FakeForge& operator=(const FakeForge&) = delete;

  /// `http://127.0.0.1:<port>`, what GITHUB_API_URL is set to.
  const std::string& url() const { return url_; }
  /// An `origin` whose forge this is.
  static std::string Origin() { return "http://127.0.0.1/octo/demo.git"; }

  /// How it answers otherwise than well from now on; JSON, see fake_forge.py.
  void Script(std::string_view json) const { Write("script.json", json); }
  void World(std::string_view json) const { Write("world.json", json); }
  void Rulesets(std::string_view json) const { Write("rulesets.json", json); }

  /// Every status that it took, oldest first.
  std::vector<Status> Statuses() const;
  /// The last one of a context; empty state when there is none.
  Status Last(std::string_view context) const;
  /// A line of JSON for each request, for each ruleset written, for each kill.
  std::vector<std::string> Requests() const { return Lines("requests.ndjson"); }
  std::vector<std::string> Changes() const { return Lines("changes.ndjson"); }
  std::vector<std::string> Kills() const { return Lines("kills.ndjson"); }
  /// A line for each answer that was "304 Not Modified".
  std::vector<std::string> Unchanged() const { return Lines("unchanged.ndjson"); }
  /// How many requests were answered with that status.
  size_t Answered(int status) const;

 private:
  void Write(std::string_view name, std::string_view json) const;
  std::vector<std::string> Lines(const std::string& name) const;

  TempDir dir_;
  std::string url_;
  pid_t pid_ = 0;
};

}  // namespace support
