#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "odu/lane/lane_world.h"
#include "os/child.h"
#include "os/file_system.h"
#include "support/git_repo.h"

namespace odu::lane {

/// A lane whose source has to be brought, and the coordinator's repository.
class ShippedWorld {
 public:
  explicit ShippedWorld(std::string folder = {})
      : world(LaneWorld::QuickTimes(), std::move(folder)) {
    repo.Write("file", "one\n");
    base = repo.Commit("one");
    repo.Write("file", "two\n");
    sha = repo.Commit("two");
    request = world.Request({world.Shell("a", "cat file; git rev-parse HEAD 2>&1 | head -c 5")});
    request.source.mode = model::SourceMode::kShipped;
    request.source.repository = cache;
    request.source.workspace = work;
    request.source.sha = sha;
    for (const std::string& entry : support::GitRepo::CleanEnvironment()) {
      request.env.push_back(entry);
    }
  }
  void Begin() { world.lane.Configure(request); }
  model::SourceNeed& need() { return world.lane.cell().need; }
  [[nodiscard]] bool Needs(std::string_view kind) {
    return world.loop.RunUntil([&] { return need().kind == kind || world.lane.terminal(); }) &&
           need().kind == kind;
  }
  std::string Bundle(std::vector<std::string> revisions) {
    std::vector<std::string> call{"bundle", "create", "--quiet", world.dir / "bundle"};
    call.insert(call.end(), revisions.begin(), revisions.end());
    repo.Git(call);
    return world.dir.Read("bundle");
  }
  std::string Archive() {
    repo.Git({"archive", "--format=tar", "--output=" + (world.dir / "tar"), sha});
    return world.dir.Read("tar");
  }
  void Bring(const std::string& bytes) {
    const std::string id = need().id;
    ASSERT_FALSE(id.empty());
    const size_t piece = 1000;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      const bool last = at + piece >= bytes.size();
      const auto taken = world.lane.desk().Take(id, at, bytes.substr(at, piece), last);
      ASSERT_TRUE(taken) << taken.error().message();
    }
  }
  /// Only these programs are on PATH.
  void Only(std::vector<std::string> programs) {
    for (const std::string& program : programs) {
      const auto found = os::FindProgram(program, std::vector<std::string>{"PATH=/usr/bin:/bin"});
      world.dir.Write("bin/" + program, "#!/bin/sh\nexec " + *found + " \"$@\"\n", 0755);
    }
    ASSERT_TRUE(os::MakeDirs(world.dir / "bin"));
    request.env[0] = "PATH=" + (world.dir / "bin");
  }
  std::string Setup(int n = 1) { return world.Word("_ci-setup", n); }
  std::string Log(int n = 1) { return world.Log("_ci-setup", n); }
  size_t Uploads() {
    size_t count = 0;
    const auto entries = os::ListDir(world.folder_path);
    for (const auto& entry : *entries) {
      count += entry.name.starts_with("upload.") ? 1 : 0;
    }
    return count;
  }

  LaneWorld world;
  support::GitRepo repo;
  std::string cache = world.dir / "repos/0123456789abcdef.git";
  std::string work = world.dir / "works/R.x86_64-linux";
  std::string base;
  std::string sha;
  model::ConfigureRequest request;
};

}  // namespace odu::lane
