#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "os/file_system.h"
#include "provision/agent_spec.h"
#include "provision/local_sshd.h"
#include "support/temp_dir.h"

/// An agent small enough to read: it checks itself, says its first line, and repeats what it hears.
namespace provision {

class TestAgent {
 public:
  TestAgent() { Write("1"); }

  /// Another version: other bytes. `padding` makes it as large as one likes.
  void Write(const std::string& version, size_t padding = 0) {
    dir_.Write("agent",
               "#!/bin/sh\n# version " + version + R"(
if [ "$1" = --self-check ]; then
  said=$(sha256sum "${3:-$0}") && [ "${said%% *}" = "$2" ] && exit 0
  echo "agent: not the bytes that were sent" >&2
  exit 3
fi
printf 'agent says: %s\n' "$*" >&2
echo '#surface-link 1'
echo "{\"version\":\")" +
                   version +
                   R"(\",\"arguments\":\"$*\",\"greeting\":\"$GREETING\"}"
exec cat
)" + std::string(padding, '#') +
                   "\n",
               0755);
    dir_.Write("tool", "#!/bin/sh\necho tool 9.9\n", 0755);
  }

  AgentSpec Spec() const {
    AgentSpec spec;
    spec.name = "agent";
    spec.file_for = [path = dir_ / "agent"](const std::string&) { return path; };
    return spec;
  }
  Companion Tool(const char* name = "no-such-tool", const char* version = "1.0") const {
    return Companion{name, version, [path = dir_ / "tool"](const std::string&) { return path; }};
  }
  const support::TempDir& dir() const { return dir_; }

 private:
  support::TempDir dir_;
};

/// A host that is a home directory of this machine, reached by a pipe.
inline HostAddress HomeHost(const std::string& home, const std::string& shell = "/bin/bash") {
  return *HostAddress::Pipe({"env", "HOME=" + home, "SHELL=" + shell, "ENV="});
}

/// Names in `<dir>/bin`, temporary ones too.
inline std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  if (const auto entries = os::ListDir(path)) {
    for (const os::DirEntry& entry : *entries) {
      names.push_back(entry.name);
    }
  }
  return names;
}

}  // namespace provision
