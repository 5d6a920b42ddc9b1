#include <cstdlib>
#include <map>

#include "base/json.h"
#include "cli_fixture.h"
#include "support/fake_forge.h"

// The gate from end to end: real odu, real lanes, real HTTP to tests/forge/fake_forge.py.
namespace odu {
namespace {

using support::FakeForge;

const std::string kToken = "ghp_theSecretOfThisTest";

class GateTest : public CliTest {
 protected:
  explicit GateTest(const std::vector<std::string>& forge_options = {"--window", "3.0"})
      : forge_(forge_options) {
    extra_.push_back("GITHUB_API_URL=" + forge_.url());
    extra_.push_back("GH_TOKEN=" + kToken);
    extra_.emplace_back("ODU_TIME_SCALE=20");
    repo_.Git({"remote", "add", "origin", FakeForge::Origin()});
  }

  /// A strict run that posts.
  support::CliResult Post(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"run", "--host", Here() + "=localhost"};
    words.insert(words.end(), more.begin(), more.end());
    return Odu(words);
  }
  std::string At(const std::string& recipe) const { return recipe + "@" + Here(); }
  /// "pending success" of a context of this commit, oldest first.
  std::string States(const std::string& recipe, const std::string& sha = {}) const {
    std::string states;
    for (const FakeForge::Status& status : forge_.Statuses()) {
      if (status.context == At(recipe) && (sha.empty() || status.sha == sha)) {
        states += (states.empty() ? "" : " ") + status.state;
      }
    }
    return states;
  }
  std::string Lock() const {
    const auto folders = os::ListDir(state_ / "checkouts");
    return state_ / ("checkouts/" + folders->front().name + "/lock");
  }
  void KillCoordinator() const {
    const std::string holder = os::ReadFile(Lock(), 1 << 10).value();
    kill(static_cast<pid_t>(std::strtol(holder.c_str(), nullptr, 10)), SIGKILL);
  }
  /// No run owes anything, and none may still get a late post.
  bool AllPaid() const {
    const auto runs = os::ListDir(state_ / "runs");
    for (const os::DirEntry& run : *runs) {
      if (os::Exists(state_ / ("runs/" + run.name + "/gate.ndjson"))) {
        return false;
      }
    }
    return true;
  }
  std::string JsonOf(const std::vector<std::string>& words, std::string_view key) const {
    const auto json = base::ParseJson(Odu(words).stdout_text, "answer");
    const base::json::value* value = json ? json->get_object().if_contains(key) : nullptr;
    return value == nullptr ? "" : base::json::serialize(*value);
  }

  FakeForge forge_;
};

TEST_F(GateTest, ARunPostsAStatusForEachNodeThatRuns) {
  Justfile(
      "[metadata('ci')]\nci: never slow\nslow:\n    sleep 1.2\nbad:\n    false\nnever: bad\n"
      "    true\n");
  const auto run = Post();
  EXPECT_EQ(run.exit_code, 1) << run;
  ASSERT_TRUE(Until([&] { return !States("bad").empty() && States("slow").ends_with("success"); }));
  // What ends soon posts its end alone; how soon that is depends on the machine (GateBook has it).
  EXPECT_TRUE(States("_ci-setup").ends_with("success")) << States("_ci-setup");
  EXPECT_TRUE(States("bad").ends_with("failure")) << States("bad");
  EXPECT_EQ(States("slow"), "pending success");
  EXPECT_EQ(States("never"), "");  // skipped: a required one that is absent blocks the merge
  const FakeForge::Status last = forge_.Last(At("slow"));
  EXPECT_EQ(last.sha, sha_);
  EXPECT_EQ(last.description, "Succeeded (1s): .ci/" + Sha7() + "/" + Here() + "/slow.log");
  EXPECT_EQ(forge_.Last(At("bad")).description,
            "Failed (0s): .ci/" + Sha7() + "/" + Here() + "/bad.log");
  EXPECT_EQ(run.stderr_text.find("not posted"), std::string::npos) << run;
}

TEST_F(GateTest, NothingIsPostedWithNoPostAndForAWorkTree) {
  Justfile("[metadata('ci')]\nci:\n    true\n");
  EXPECT_EQ(Post({"--no-post"}).exit_code, 0);
  EXPECT_EQ(Post({"--no-strict"}).exit_code, 0);
  EXPECT_TRUE(forge_.Requests().empty());
}

TEST_F(GateTest, ATargetUrlIsSentWhenThereIsABase) {
  extra_.emplace_back("ODU_URL_BASE=https://ci.example.org");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  ASSERT_EQ(Post().exit_code, 0);
  const std::string url = forge_.Last(At("ci")).target_url;
  EXPECT_TRUE(url.starts_with("https://ci.example.org/")) << url;
  EXPECT_TRUE(url.ends_with("/ci%40" + Here())) << url;
}

TEST_F(GateTest, AForgeThatIsDownChangesNoVerdictAndIsShownEverywhere) {
  forge_.Script(R"([{"do":{"status":503}}])");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  const auto run = Post();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_NE(run.stderr_text.find("2 statuses not posted yet"), std::string::npos) << run;
  const std::string both = "[\"_ci-setup@" + Here() + "\",\"ci@" + Here() + "\"]";
  EXPECT_EQ(JsonOf({"status", "-o", "json"}, "unposted"), both);
  EXPECT_EQ(JsonOf({"wait"}, "unposted"), both);
  EXPECT_EQ(JsonOf({"show", "-o", "json"}, "unposted"), both);
  EXPECT_EQ(JsonOf({"runs", "-o", "json"}, "unposted"), both);
  EXPECT_NE(Odu({"status"}).stdout_text.find("2 statuses not posted yet"), std::string::npos);
  EXPECT_NE(Odu({"runs"}).stdout_text.find("2 statuses not posted"), std::string::npos);
  const auto still = Odu({"post", "--retry"});
  EXPECT_EQ(still.exit_code, 3) << still;
  EXPECT_NE(still.stdout_text.find("127.0.0.1 answers with 503"), std::string::npos) << still;
  EXPECT_EQ(Odu({"post"}).exit_code, 0);

  forge_.Script("[]");
  const auto paid = Odu({"post", "--retry"});
  EXPECT_EQ(paid.exit_code, 0) << paid;
  EXPECT_EQ(States("ci"), "success");
  EXPECT_EQ(Odu({"post"}).stdout_text, "nothing is owed\n");
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(JsonOf({"runs", "-o", "json"}, "unposted"), "[]");
}

TEST_F(GateTest, AFailureThatPassesIsRepairedWithoutAWord) {
  forge_.Script(R"([{"method":"POST","times":2,"do":{"status":502}},)"
                R"({"method":"POST","times":1,"do":{"drop":"after"}},)"
                R"({"method":"POST","times":1,"do":{"garbage":true}}])");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  EXPECT_EQ(Post().exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(forge_.Last(At("ci")).state, "success");
  EXPECT_EQ(forge_.Last(At("_ci-setup")).state, "success");
}

TEST_F(GateTest, DebtsOutliveTheCoordinatorAndTheNextOnePaysThem) {
  forge_.Script(R"([{"do":{"status":503}}])");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  ASSERT_EQ(Post().exit_code, 0);
  KillCoordinator();
  EXPECT_EQ(JsonOf({"status", "-o", "json"}, "unposted"),
            "[\"_ci-setup@" + Here() + "\",\"ci@" + Here() + "\"]");
  forge_.Script("[]");
  ASSERT_EQ(Odu({"serve"}).exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(States("ci"), "success");
}

TEST_F(GateTest, AnInterruptedRunEndsWhatItLeftPendingAndNothingElse) {
  Justfile(
      "[metadata('ci')]\nci: quick hang later\nquick:\n    true\nhang:\n    sleep 1000\n"
      "later: hang\n    true\n");
  Background run = Start({"run", "--host", Here() + "=localhost"}, "run");
  ASSERT_TRUE(Until([&] { return States("hang") == "pending"; }));
  run.Signal(SIGINT);
  EXPECT_EQ(run.Wait(), 130);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(States("hang"), "pending error");
  EXPECT_EQ(forge_.Last(At("hang")).description,
            "Errored (interrupted): .ci/" + Sha7() + "/" + Here() + "/hang.log");
  EXPECT_EQ(forge_.Last(At("quick")).state, "success");
  EXPECT_EQ(States("later"), "");
}

TEST_F(GateTest, ALaneThatDiesIsAnError) {
  Justfile("[metadata('ci')]\nci: hang\nhang:\n    sleep 1000\n");
  Background run = Start({"run", "--host", Here() + "=localhost"}, "run");
  ASSERT_TRUE(Until([&] { return States("hang") == "pending"; }));
  for (const pid_t pid : ProcessesWith("odu-runner")) {
    if (os::EnvironmentValueOf(pid, "ODU_STATE_DIR") == state_.path()) {
      kill(pid, SIGKILL);
    }
  }
  EXPECT_EQ(run.Wait(), 1);
  EXPECT_TRUE(Until([&] { return States("hang") == "pending error"; }));
  EXPECT_TRUE(forge_.Last(At("hang")).description.starts_with("Errored ("));
}

TEST_F(GateTest, AnOlderRunsDebtNeverOverwritesANewerRun) {
  repo_.Write("justfile", "[metadata('ci')]\nci:\n    test -e \"$MARK\"\n");
  sha_ = repo_.Commit();
  extra_.push_back("MARK=" + (home_ / "mark"));
  forge_.Script(R"([{"method":"POST","body":"failure","do":{"status":503}}])");
  EXPECT_EQ(Post().exit_code, 1);
  EXPECT_NE(JsonOf({"status", "-o", "json"}, "unposted"), "[]");
  home_.Write("mark", "");
  EXPECT_EQ(Post().exit_code, 0);
  EXPECT_EQ(forge_.Last(At("ci")).state, "success");
  forge_.Script("[]");
  EXPECT_EQ(Odu({"post", "--retry"}).exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(States("ci").find("failure"), std::string::npos) << States("ci");
}

TEST_F(GateTest, AnotherMachinesNewerRunIsNotOverwrittenByADebt) {
  Justfile("[metadata('ci')]\nci:\n    true\n");
  forge_.Script(R"([{"do":{"status":503}}])");
  ASSERT_EQ(Post().exit_code, 0);
  KillCoordinator();
  forge_.Script("[]");
  // Somebody else says so meanwhile; a second is what the forge's times tell apart.
  poll(nullptr, 0, 2100);
  support::CliCall elsewhere;
  elsewhere.argv = {
      "curl",
      "-sS",
      "-H",
      "Authorization: Bearer other",
      "-d",
      R"({"state":"failure","context":")" + At("ci") + R"(","description":"elsewhere"})",
      forge_.url() + "/repos/octo/demo/statuses/" + sha_};
  ASSERT_EQ(support::RunCli(elsewhere).exit_code, 0);
  EXPECT_EQ(Odu({"post", "--retry"}).exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(forge_.Last(At("ci")).description, "elsewhere");
  EXPECT_EQ(forge_.Last(At("_ci-setup")).state, "success");
}

TEST_F(GateTest, ACommitThatIsNotPushedGetsItsStatusesWhenItIs) {
  forge_.World(R"({"commits":[]})");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  const auto run = Post();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.stderr_text.find("'octo/demo' on 127.0.0.1 does not have this commit"),
            std::string::npos)
      << run;
  forge_.World(R"({"commits":[")" + sha_ + R"("]})");
  EXPECT_TRUE(Until([&] { return States("ci") == "success"; }));
}

TEST_F(GateTest, ARenamedRepositoryIsFollowed) {
  forge_.World(R"({"renamed":{"octo/demo":42}})");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  EXPECT_EQ(Post().exit_code, 0);
  EXPECT_TRUE(Until([&] { return States("ci") == "success"; }));
}

// `origin` is what is posted to, whatever other remotes there are, and as git reads its URL.
TEST_F(GateTest, OfTwoRemotesTheForkThatIsOriginGetsTheStatuses) {
  repo_.Git({"remote", "rename", "origin", "upstream"});
  repo_.Git({"remote", "add", "origin", "mine:demo"});
  repo_.Git({"config", "url.http://127.0.0.1/ada/.insteadOf", "mine:"});
  forge_.World(R"({"repositories":{"ada/demo":{"fork":true},"octo/demo":{}}})");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  EXPECT_EQ(Post().exit_code, 0);
  EXPECT_TRUE(Until([&] { return States("ci") == "success"; }));
  for (const std::string& request : forge_.Requests()) {
    EXPECT_NE(request.find("/repos/ada/demo/"), std::string::npos) << request;
  }
}

TEST_F(GateTest, AForgeThatDoesNotAnswerHoldsUpNoVerdict) {
  forge_.Script(R"([{"do":{"hang":600}}])");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  ASSERT_EQ(Odu({"run", "--host", Here() + "=localhost", "--detach"}).exit_code, 0);
  EXPECT_EQ(JsonOf({"wait", "--settle"}, "verdict"), "\"passed\"");
  const auto run = Post();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.stderr_text.find("2 statuses not posted yet; posting goes on"), std::string::npos)
      << run;
}

TEST_F(GateTest, WhatIsPaidIsNotShownAsOwedWhileANodeStillRuns) {
  Justfile("[metadata('ci')]\nci:\n    until [ -e \"$MARK\" ]; do sleep 0.05; done\n");
  extra_.push_back("MARK=" + (home_ / "mark"));
  ASSERT_EQ(Odu({"run", "--host", Here() + "=localhost", "--detach"}).exit_code, 0);
  ASSERT_TRUE(Until([&] { return States("ci") == "pending"; }));
  ASSERT_TRUE(Until([&] { return States("_ci-setup").ends_with("success"); }));
  EXPECT_TRUE(Until([&] { return JsonOf({"status", "-o", "json"}, "unposted") == "[]"; }));
  home_.Write("mark", "");
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
}

// Stopped with nothing on its way, replaced, and woken: it says nothing more.
TEST_F(GateTest, AnOwnerThatWasReplacedPostsNothingWhenItWakes) {
  Justfile("[metadata('ci')]\nci:\n    until [ -e \"$MARK\" ]; do sleep 0.05; done\n");
  extra_.push_back("MARK=" + (home_ / "mark"));
  ASSERT_EQ(Odu({"run", "--host", Here() + "=localhost", "--detach"}).exit_code, 0);
  ASSERT_TRUE(Until([&] { return States("ci") == "pending"; }));
  ASSERT_TRUE(Until([&] { return JsonOf({"status", "-o", "json"}, "unposted") == "[]"; }));
  const auto old =
      static_cast<pid_t>(std::strtol(os::ReadFile(Lock(), 1 << 10)->c_str(), nullptr, 10));
  ASSERT_EQ(kill(old, SIGSTOP), 0);
  ASSERT_EQ(unlink(Lock().c_str()), 0);
  ASSERT_EQ(unlink((repo_.path() + "/.ci/odu.sock").c_str()), 0);
  EXPECT_EQ(Odu({"status"}).exit_code, 0);
  home_.Write("mark", "");
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  ASSERT_TRUE(Until([&] { return AllPaid(); }));
  const size_t before = forge_.Requests().size();
  ASSERT_EQ(kill(old, SIGCONT), 0);
  EXPECT_TRUE(Until([&] {
    const auto status = os::StatusOfProcess(old);
    return !status || status->state == 'Z';
  }));
  EXPECT_EQ(forge_.Requests().size(), before);
  EXPECT_EQ(States("ci"), "pending success");
  EXPECT_TRUE(AllPaid());
}

// A run whose gate could not be opened before its coordinator died: the next one says what it was.
TEST_F(GateTest, ARunWhoseRemoteWasUnknownIsPostedByTheNextCoordinator) {
  Justfile("[metadata('ci')]\nci:\n    sleep 0.5\n");
  Background run = Start({"run", "--host", Here() + "=localhost"}, "run");
  EXPECT_EQ(run.Wait(), 0) << run.Err();
  ASSERT_TRUE(Until([&] { return AllPaid(); }));
  const size_t said = forge_.Statuses().size();
  KillCoordinator();
  // As if nothing had been written but the mark.
  const auto runs = os::ListDir(state_ / "runs");
  const std::string folder = state_ / ("runs/" + runs->front().name);
  ASSERT_EQ(unlink((folder + "/posted.ndjson").c_str()), 0);
  ASSERT_TRUE(os::WriteFileAtomic(folder + "/gate.ndjson", ""));
  ASSERT_EQ(Odu({"serve"}).exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(forge_.Statuses().size(), said + 2);
  EXPECT_EQ(forge_.Last(At("ci")).state, "success");
}

TEST_F(GateTest, WhoMayNotPostIsToldWhatIsMissingAndRunsOn) {
  forge_.World(R"({"tokens":{")" + kToken + R"(":{"login":"ada","statuses":"read"}}})");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  const auto forbidden = Post();
  EXPECT_EQ(forbidden.exit_code, 0);
  EXPECT_NE(forbidden.stderr_text.find("the token from GH_TOKEN may not post commit statuses to "
                                       "'octo/demo'"),
            std::string::npos)
      << forbidden;
  EXPECT_NE(forbidden.stderr_text.find("'Commit statuses: write'"), std::string::npos);
  forge_.World(R"({"tokens":{}})");
  const auto unknown = Odu({"post", "--retry"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_NE(unknown.stdout_text.find("does not accept the token"), std::string::npos) << unknown;
  forge_.World("{}");
  EXPECT_EQ(Odu({"post", "--retry"}).exit_code, 0);
  EXPECT_EQ(States("ci"), "success");
}

TEST_F(GateTest, WithoutATokenTheRunGoesOnAndSaysWhereWasLooked) {
  extra_.emplace_back("GH_TOKEN=");
  extra_.emplace_back("GITHUB_TOKEN=");
  Justfile("[metadata('ci')]\nci:\n    true\n");
  const auto run = Post();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.stderr_text.find("there is no token for 127.0.0.1"), std::string::npos) << run;
  EXPECT_TRUE(forge_.Requests().empty());
  extra_.back() = "GITHUB_TOKEN=" + kToken;
  EXPECT_EQ(Odu({"post", "--retry"}).exit_code, 0);
  EXPECT_EQ(States("ci"), "success");
}

TEST_F(GateTest, TheTokenIsNowhereButInTheRequest) {
  Justfile(
      "[metadata('ci')]\nci:\n    env\n    for p in /proc/[0-9]*; do tr '\\0' '\\n' <$p/environ; "
      "tr '\\0' ' ' <$p/cmdline; done 2>/dev/null | grep -a '^ODU_STATE_DIR\\|odu' || true\n"
      "    sleep 1.2\n");
  Background run = Start({"run", "--host", Here() + "=localhost"}, "run");
  ASSERT_TRUE(Until([&] { return States("ci") == "pending"; }));
  // Of all processes only the face that was given it has it.
  const std::string holder = os::ReadFile(Lock(), 1 << 10).value();
  const auto coordinator = static_cast<pid_t>(std::strtol(holder.c_str(), nullptr, 10));
  EXPECT_NE(os::EnvironmentValueOf(coordinator, "GH_TOKEN"), kToken);
  for (const pid_t pid : ProcessesWith("odu-runner")) {
    EXPECT_FALSE(os::EnvironmentValueOf(pid, "GH_TOKEN")) << pid;
  }
  EXPECT_TRUE(ProcessesWith(kToken).empty());
  EXPECT_EQ(run.Wait(), 0) << run.Err();
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  support::CliCall grep;
  grep.argv = {"grep", "-rl", "-e", kToken, state_.path(), repo_.path() + "/.ci", home_.path()};
  EXPECT_EQ(support::RunCli(grep).stdout_text, "");
}

TEST_F(GateTest, HooksAreToldOfRedsAndOfTheEnd) {
  const std::string told = home_ / "told";
  home_.Write("hook", "#!/bin/sh\nenv | grep GH_TOKEN >>" + told + "\ncat >>" + told + "\n", 0755);
  home_.Write("config.json", R"({"on_red":[")" + (home_ / "hook") + R"("],"on_settle":[")" +
                                 (home_ / "hook") + R"("]})");
  extra_.push_back("ODU_CONFIG=" + (home_ / "config.json"));
  Justfile("[metadata('ci')]\nci: bad good\nbad:\n    false\ngood:\n    true\n");
  EXPECT_EQ(Run().exit_code, 1);
  ASSERT_TRUE(Until([&] {
    const auto text = os::ReadFile(told, 1 << 20);
    return text && text->find("\"event\":\"settle\"") != std::string::npos && text->ends_with('\n');
  }));
  const std::string text = os::ReadFile(told, 1 << 20).value();
  const std::vector<std::string_view> lines = base::Split(text, '\n');
  ASSERT_EQ(lines.size(), 3U) << text;  // and nothing after the last newline
  const auto red = base::ParseJson(lines[0], "red");
  ASSERT_TRUE(red);
  EXPECT_EQ(red->at("event"), "red");
  EXPECT_EQ(red->at("node").at("name"), At("bad").c_str());
  const auto settle = base::ParseJson(lines[1], "settle");
  ASSERT_TRUE(settle);
  EXPECT_EQ(settle->at("verdict"), "failed");
  EXPECT_EQ(settle->at("failed").as_array().size(), 1U);
  EXPECT_EQ(text.find(kToken), std::string::npos);
}

// "Done means": the coordinator dies between the post and its record, again and again. All of the
// 100 times with ODU_GATE_KILLS=100.
TEST_F(GateTest, KilledBetweenThePostAndItsRecordTheForgeEndsWithTheTruth) {
  const char* asked = std::getenv("ODU_GATE_KILLS");
  const int kills = asked != nullptr ? std::atoi(asked) : 6;
  Justfile("[metadata('ci')]\nci: a b\na:\n    sleep 1\nb:\n    sleep 0.6\n");
  ASSERT_EQ(Post().exit_code, 0);
  constexpr size_t kPosts = 5;  // two beginnings, three ends
  const std::vector<std::string> when{"after", "before", "late"};
  std::vector<std::string> commits;
  for (int i = 0; i < kills; ++i) {
    commits.push_back(repo_.Commit("change " + std::to_string(i)));
    const auto step = static_cast<size_t>(i);
    forge_.Script(R"([{"method":"POST","path":")" + commits.back() + R"(","skip":)" +
                  std::to_string(step % kPosts) + R"(,"times":1,"do":{"kill":")" + Lock() +
                  R"(","when":")" + when[(step / kPosts) % when.size()] + R"("}}])");
    const auto run = Post();
    EXPECT_EQ(run.exit_code, 0) << i << run;
    if (Odu({"serve"}).exit_code != 0) {
      ADD_FAILURE() << i;
    }
  }
  EXPECT_EQ(forge_.Kills().size(), static_cast<size_t>(kills));
  ASSERT_TRUE(Until([&] { return AllPaid(); }));
  for (size_t i = 0; i < commits.size(); ++i) {
    for (const char* recipe : {"_ci-setup", "a", "b"}) {
      const std::string states = States(recipe, commits[i]);
      EXPECT_TRUE(states.ends_with("success")) << i << " " << recipe << ": " << states;
      EXPECT_EQ(states.find("error"), std::string::npos) << i << " " << recipe << ": " << states;
      EXPECT_EQ(states.find("failure"), std::string::npos) << i << " " << recipe << ": " << states;
    }
  }
}

class ThousandGateTest : public GateTest {
 protected:
  ThousandGateTest() : GateTest({"--window", "0.3", "--per-window", "80"}) {
    extra_.emplace_back("ODU_TIME_SCALE=200");
  }
};

TEST_F(ThousandGateTest, AThousandContextsOfOneCommitAreAllThere) {
  std::string tasks;
  for (int i = 0; i < 1000; ++i) {
    tasks += (i == 0 ? "" : ",") + ("{\"id\":\"n" + std::to_string(i) + "\",\"command\":\"true\"}");
  }
  repo_.Write("odu.json", "{\"tasks\":[" + tasks + "]}");
  sha_ = repo_.Commit();
  EXPECT_EQ(Post({"--jobs", "64"}).exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  std::map<std::string, std::string> last;
  for (const FakeForge::Status& status : forge_.Statuses()) {
    last[status.context] = status.state;
  }
  EXPECT_EQ(last.size(), 1001U);
  for (const auto& [context, state] : last) {
    EXPECT_EQ(state, "success") << context;
  }
  EXPECT_EQ(forge_.Answered(403), 0U);
}

/// A forge whose minute is as short as ours, and that refuses what comes too fast.
class LimitedGateTest : public GateTest {
 protected:
  LimitedGateTest() : GateTest({"--window", "3.0", "--per-window", "80"}) {}
};

// "Done means": 500 nodes that finish in one second.
TEST_F(LimitedGateTest, FiveHundredNodesAtOnceStayWithinTheRateLimitAndInOrder) {
  std::string tasks;
  for (int i = 0; i < 500; ++i) {
    tasks += (i == 0 ? "" : ",") + ("{\"id\":\"n" + std::to_string(i) + "\",\"command\":\"true\"}");
  }
  repo_.Write("odu.json", "{\"tasks\":[" + tasks + "]}");
  sha_ = repo_.Commit();
  const auto run = Post({"--jobs", "500"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_TRUE(Until([&] { return AllPaid(); }));
  EXPECT_EQ(forge_.Answered(403), 0U);
  EXPECT_EQ(forge_.Answered(429), 0U);
  std::map<std::string, std::string> states;
  for (const FakeForge::Status& status : forge_.Statuses()) {
    states[status.context] += status.state + " ";
  }
  EXPECT_EQ(states.size(), 501U);
  for (const auto& [context, said] : states) {
    EXPECT_TRUE(said == "success " || said == "pending success ") << context << ": " << said;
  }
}

}  // namespace
}  // namespace odu
