#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/remote_fixture.h"

/// Connections cut at chosen bytes: whatever the place, the run is as if nothing had been. A few
/// places in the suite; all of them with ODU_ALL_FAULTS=1, in minutes (tests/hosts/README.md).
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;

bool All() {
  return std::getenv("ODU_ALL_FAULTS") != nullptr;
}

/// What one session carried, as the fault pipe's log tells it.
struct Passed {
  uint64_t up = 0;
  uint64_t down = 0;
  bool cut = false;
};

class CutSweep : public RemoteFixture {
 protected:
  CutSweep() {
    SshIs(std::string(ODU_TEST_BIN_DIR) + "/fault_pipe --plan " + Plan() + " --log " +
          (root_ / "log") + " -- /usr/bin/ssh");
    environment_.emplace_back("ODU_TIME_SCALE=10");
  }
  std::string Plan() const { return root_ / "plan"; }
  void SetPlan(const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& line : lines) {
      text += line + "\n";
    }
    ASSERT_TRUE(os::WriteFileAtomic(Plan(), text));
  }
  size_t LinesLeft() const {
    const std::string text = os::ReadFile(Plan(), kMost).value_or("");
    return static_cast<size_t>(std::ranges::count(text, '\n'));
  }
  std::vector<Passed> Sessions() const {
    std::istringstream log(os::ReadFile(root_ / "log", kMost).value_or(""));
    std::vector<Passed> sessions;
    std::string up;
    std::string down;
    std::string end;
    for (Passed one; log >> up >> one.up >> down >> one.down >> end;) {
      one.cut = end == "cut";
      if (!one.cut) {
        log >> end;  // exit CODE
      }
      sessions.push_back(one);
    }
    return sessions;
  }
  size_t Cuts() const {
    return static_cast<size_t>(std::ranges::count_if(Sessions(), &Passed::cut));
  }
  /// Starts a new connection, and waits until the plan's cuts have happened. A connection that odu
  /// itself gave up took its line with it: another cut takes its place, which is rare.
  void CutAll(const hosts::TestHost& host, const std::vector<std::string>& plan) const {
    const size_t all = Cuts() + plan.size();
    SetPlan(plan);
    DropConnections(host);
    for (size_t spare = 2 + plan.size() / 2; Cuts() < all;) {
      const size_t now = Cuts();
      // By then a connection has carried more than any plan lets pass.
      const int enough = FarCount(host) + 1500;
      const bool cut =
          Eventually([&] { return Cuts() > now || (LinesLeft() == 0 && FarCount(host) > enough); });
      ASSERT_TRUE(cut && spare > 0) << "no more cuts; the sessions were\n"
                                    << os::ReadFile(root_ / "log", kMost).value_or("");
      if (Cuts() == now) {
        --spare;
        SetPlan({"--cut-down 3000"});
        DropConnections(host);
      }
    }
  }
};

TEST_F(CutSweep, AtEveryFrameBoundaryAndAByteBesideIt) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  // Calls of a session that only reads on: surface.hello, lane.hello, two subscriptions, a stream.
  const int most_up = All() ? 5 : 2;
  const int most_down = All() ? 12 : 2;
  std::vector<std::string> plan;
  for (const char* shift : {"", "short-", "over-"}) {
    for (int frame = 1; frame <= most_up; ++frame) {
      // A byte beyond the last frame that is sent would never come.
      if (std::string(shift) != "over-" || frame < most_up) {
        plan.push_back("--cut-frame-" + std::string(shift) + "up " + std::to_string(frame));
      }
    }
    for (int frame = 1; frame <= most_down; ++frame) {
      plan.push_back("--cut-frame-" + std::string(shift) + "down " + std::to_string(frame));
    }
  }
  CutAll(ant, plan);
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

TEST_F(CutSweep, AtSeededBytesOfARunThatIsThere) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  // How much a session that only reads on sends before it has nothing more to say.
  CutAll(ant, {"--cut-down 6000"});
  const Passed whole = Sessions().back();
  std::mt19937 random(20251);
  std::uniform_int_distribution<uint64_t> up(1, whole.up - whole.up / 20);
  std::uniform_int_distribution<uint64_t> down(1, 8000);
  std::vector<std::string> plan;
  for (int i = 0, count = All() ? 100 : 4; i < count; ++i) {
    plan.push_back("--cut-up " + std::to_string(up(random)));
    plan.push_back("--cut-down " + std::to_string(down(random)));
  }
  CutAll(ant, plan);
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

TEST_F(CutSweep, OnTheWayThereFromTheFirstLookToThePlan) {
  SKIP_WITHOUT_HOSTS();
  std::mt19937 random(77);
  // Small: looking and starting; large: what is copied.
  std::uniform_int_distribution<uint64_t> few(1, 3000);
  std::uniform_int_distribution<uint64_t> many(3000, 3'000'000);
  for (int i = 0, runs = All() ? 10 : 1; i < runs; ++i) {
    hosts::TestNetwork network;
    hosts::TestHost& ant = network.Add("ant", {.without = {"just"}});
    OneHost("ant");
    unlink((root_ / "log").c_str());
    std::vector<std::string> plan;
    for (int cut = 0; cut < 6; ++cut) {
      plan.push_back("--cut-up " + std::to_string(cut % 2 == 0 ? few(random) : many(random)));
      plan.push_back("--cut-down " + std::to_string(few(random)));
    }
    SetPlan(plan);
    Write("run", std::to_string(i));
    const std::string sha = Justfile(kCounting);
    const auto run = Start(Words());
    ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }))
        << LogThere(sha, "_ci-setup");
    EXPECT_GT(Cuts(), 4U) << LogThere(sha, "_ci-setup");
    unlink(Plan().c_str());
    LetItEnd(ant);
    ExpectUndisturbed(ant, sha, run->Wait());
    CloseRun();  // the next run is in another network
  }
}

TEST_F(CutSweep, BelowSshAtSeededEncryptedBytes) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  SshIs("/usr/bin/ssh");
  ant.SetClientConfig("  ProxyCommand " ODU_TEST_BIN_DIR "/fault_pipe --plan " + Plan() +
                      " --log " + (root_ / "log") + " --connect %h:%p");
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  std::mt19937 random(4711);
  // Greeting, keys and login take about 4000 bytes each way.
  std::uniform_int_distribution<uint64_t> up(1, 5000);
  std::uniform_int_distribution<uint64_t> down(1, 16000);
  std::vector<std::string> plan;
  for (int i = 0, count = All() ? 15 : 2; i < count; ++i) {
    plan.push_back("--cut-up " + std::to_string(up(random)));
    plan.push_back("--cut-down " + std::to_string(down(random)));
  }
  CutAll(ant, plan);
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

}  // namespace
}  // namespace odu
