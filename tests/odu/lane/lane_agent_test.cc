#include "odu/lane/lane_agent.h"

#include <gtest/gtest.h>

#include "odu/lane/lane_world.h"
#include "support/git_repo.h"
#include "support/no_file_grows.h"
#include "surface/client.h"
#include "transport/memory_link.h"

namespace odu::lane {
namespace {

using Contract = model::LaneSurface;

/// A served lane and a client of it, in one process.
class Served {
 public:
  explicit Served(std::optional<Archive> archive = std::nullopt)
      : server(world.loop.executor(), surface::DescribeSurface<Contract>(), "test"),
        agent({world.tasks, world.clock, world.reaper, world.worker, world.sync, world.board,
               world.supervisor},
              world.lane, std::move(archive), model::LaneFolder(world.folder_path), {}) {
    agent.Serve(server);
    auto [ours, theirs] = transport::MakeMemoryLinks(world.loop.executor());
    auto link = std::make_shared<std::unique_ptr<surface::Link>>(std::move(theirs));
    world.tasks.Spawn("session", [this, link] { return server.Serve(std::move(*link)); });
    client =
        world.loop
            .Run(surface::Client::Connect<Contract>(world.loop.executor(), std::move(ours), "test"))
            .value();
  }
  ~Served() {
    client->Close();
    EXPECT_TRUE(world.loop.RunUntil([this] { return server.sessions() == 0; }));
    world.loop.RunUntilIdle();
  }

  template <class Req, class Rep>
  base::Result<Rep> Call(const surface::Procedure<Req, Rep>& procedure, Req request) {
    return world.loop.Run(client->Call(procedure, std::move(request)));
  }
  base::Result<model::LaneNodesReply> Change(
      const surface::Procedure<model::LaneNodesRequest, model::LaneNodesReply>& procedure,
      std::string request_id, std::vector<std::string> nodes, uint64_t epoch = 1) {
    model::LaneNodesRequest request;
    request.request_id = std::move(request_id);
    request.epoch = epoch;
    request.nodes = std::move(nodes);
    return Call(procedure, request);
  }
  base::Result<surface::Nothing> Release(bool keep = false) {
    model::ReleaseRequest request;
    request.request_id = "release";
    request.epoch = 1;
    request.keep_workspace = keep;
    return Call(Contract::kRelease, request);
  }
  model::LaneHeader Header() {
    return surface::DecodeText<model::LaneHeader>(world.dir.Read("lane/lane.json"), "lane.json")
        .value();
  }

  LaneWorld world;
  surface::Server server;
  LaneAgent agent;
  std::unique_ptr<surface::Client> client;
};

template <class T>
std::string CodeOf(const base::Result<T>& result) {
  return result ? "fine" : result.error().code();
}

TEST(LaneAgent, HelloSaysWhoTheLaneIsAndRaisesItsEpoch) {
  Served served;
  const auto cell = served.Call(Contract::kHello, model::LaneHelloRequest{"R", 7});
  ASSERT_TRUE(cell);
  EXPECT_EQ(cell->phase, model::LanePhase::kIdle);
  EXPECT_EQ(cell->epoch, 7U);
  EXPECT_EQ(served.Header().epoch, 7U);
  EXPECT_EQ(CodeOf(served.Call(Contract::kHello, model::LaneHelloRequest{"R", 7})), "fine");
}

TEST(LaneAgent, AnOwnerWhoseEpochIsOverIsNotHeard) {
  Served served;
  model::ConfigureRequest request = served.world.Request({served.world.Shell("a", "exit 1")});
  request.epoch = 5;
  ASSERT_TRUE(served.Call(Contract::kConfigure, request));
  ASSERT_TRUE(served.world.Settle());
  request.epoch = 4;
  EXPECT_EQ(CodeOf(served.Call(Contract::kConfigure, request)), "stale_epoch");
  EXPECT_EQ(CodeOf(served.Call(Contract::kHello, model::LaneHelloRequest{request.run_id, 4})),
            "stale_epoch");
  EXPECT_EQ(CodeOf(served.Change(Contract::kRerun, "1", {}, 4)), "stale_epoch");
  EXPECT_EQ(CodeOf(served.Change(Contract::kCancel, "2", {}, 4)), "stale_epoch");
  EXPECT_EQ(CodeOf(served.Release()), "stale_epoch");
  EXPECT_FALSE(served.world.Published("a", 2));
}

TEST(LaneAgent, ConfigureIsIdempotentAndAnotherPlanIsRefused) {
  Served served;
  model::ConfigureRequest request = served.world.Request({served.world.Shell("a", "echo a")});
  EXPECT_FALSE(served.Call(Contract::kConfigure, request)->already);
  EXPECT_TRUE(served.Call(Contract::kConfigure, request)->already);
  request.plan.nodes[0].argv.push_back("other");
  EXPECT_EQ(CodeOf(served.Call(Contract::kConfigure, request)), "configured");
  EXPECT_EQ(CodeOf(served.Call(Contract::kHello, model::LaneHelloRequest{"other", 9})),
            "wrong_run");
  ASSERT_TRUE(served.world.Settle());
  EXPECT_FALSE(served.world.Published("a", 2));
}

TEST(LaneAgent, ABadPlanIsRefusedAndAGoodOneStillTaken) {
  Served served;
  model::ConfigureRequest request = served.world.Request({served.world.Shell("a", ":")});
  request.plan.nodes[0].needs = {"b"};
  EXPECT_EQ(CodeOf(served.Call(Contract::kConfigure, request)), "bad_configure");
  request.plan.nodes[0].needs = {};
  EXPECT_EQ(CodeOf(served.Call(Contract::kConfigure, request)), "fine");
}

TEST(LaneAgent, ARepeatedRequestIsAnsweredAsBeforeAndDoneOnce) {
  Served served;
  ASSERT_TRUE(
      served.Call(Contract::kConfigure, served.world.Request({served.world.Shell("a", "exit 1")})));
  ASSERT_TRUE(served.world.Settle());
  const auto first = served.Change(Contract::kRerun, "same", {"a"});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->nodes, std::vector<std::string>{"a"});
  EXPECT_EQ(first->attempts, std::vector<int32_t>{2});
  ASSERT_TRUE(served.world.Settle());
  const auto again = served.Change(Contract::kRerun, "same", {"a"});
  EXPECT_EQ(again->nodes, first->nodes);
  EXPECT_EQ(again->attempts, first->attempts);
  ASSERT_TRUE(served.world.Settle());
  EXPECT_TRUE(served.world.Published("a", 2));
  EXPECT_FALSE(served.world.Published("a", 3));
  EXPECT_EQ(CodeOf(served.Change(Contract::kRerun, "another", {"nope"})), "no_node");
}

TEST(LaneAgent, NothingIsReleasedWhileANodeRuns) {
  Served served;
  ASSERT_TRUE(served.Call(Contract::kConfigure,
                          served.world.Request({served.world.Shell("a", "sleep 1000")})));
  EXPECT_EQ(CodeOf(served.Release()), "not_settled");
  ASSERT_TRUE(served.Change(Contract::kCancel, "1", {}));
  ASSERT_TRUE(served.world.Settle());
  EXPECT_EQ(CodeOf(served.Release()), "fine");
  served.world.loop.Run(served.agent.Released());
  EXPECT_EQ(CodeOf(served.Change(Contract::kRerun, "2", {})), "lane_ended");
  const model::LaneHistory history =
      model::ReadLaneJournal(served.world.dir.Read("lane/journal.ndjson"));
  EXPECT_EQ(history.ended->why, "released");
}

TEST(LaneAgent, ReleaseRemovesTheWorkTreeUnlessItIsToBeKept) {
  for (const bool keep : {false, true}) {
    support::GitRepo repo;
    Served served;
    model::ConfigureRequest request = served.world.Request({served.world.Shell("a", "touch x")});
    request.source.mode = model::SourceMode::kWorktree;
    request.source.repository = repo.path();
    request.source.sha = repo.Commit();
    request.source.workspace = served.world.dir / "work";
    ASSERT_TRUE(served.Call(Contract::kConfigure, request));
    ASSERT_TRUE(served.world.Settle());
    EXPECT_TRUE(os::Exists(request.source.workspace + "/x"));
    ASSERT_TRUE(served.Release(keep));
    EXPECT_EQ(os::Exists(request.source.workspace), keep);
  }
}

TEST(LaneAgent, ItsLastLinesWaitForRoomOnTheDisk) {
  Served served;
  ASSERT_TRUE(served.Call(Contract::kConfigure, served.world.Request({{"a", "a", {"true"}, {}}})));
  ASSERT_TRUE(served.world.Settle());
  auto full = std::make_unique<support::NoFileGrows>();
  bool answered = false;
  served.world.tasks.Spawn("release", [&]() -> boost::asio::awaitable<void> {
    model::ReleaseRequest release;
    release.request_id = "release";
    release.epoch = 1;
    const auto reply = co_await served.client->Call(Contract::kRelease, release);
    EXPECT_TRUE(reply);
    answered = true;
  });
  ASSERT_TRUE(served.world.loop.RunUntil([&] { return served.world.board.unwritten(); }));
  full.reset();
  EXPECT_TRUE(served.world.loop.RunUntil([&] { return answered; }));
  const auto history = model::ReadLaneJournal(served.world.dir.Read("lane/journal.ndjson"));
  EXPECT_TRUE(history.ended.has_value());
}

TEST(LaneAgent, AReleaseIsCarriedOutThoughItsCallerDies) {
  support::GitRepo repo;
  Served served;
  model::ConfigureRequest request = served.world.Request({served.world.Shell("a", "touch x")});
  request.source.mode = model::SourceMode::kWorktree;
  request.source.repository = repo.path();
  request.source.sha = repo.Commit();
  request.source.workspace = served.world.dir / "work";
  ASSERT_TRUE(served.Call(Contract::kConfigure, request));
  ASSERT_TRUE(served.world.Settle());
  bool answered = false;
  served.world.tasks.Spawn("caller", [&]() -> boost::asio::awaitable<void> {
    model::ReleaseRequest release;
    release.request_id = "release";
    release.epoch = 1;
    const auto reply = co_await served.client->Call(Contract::kRelease, release);
    EXPECT_FALSE(reply);
    answered = true;
  });
  served.world.loop.RunUntilIdle();
  served.client->Close();
  EXPECT_TRUE(served.world.loop.RunUntil([&] { return answered; }));
  served.world.loop.Run(served.agent.Released());
  EXPECT_FALSE(os::Exists(request.source.workspace));
}

TEST(LaneAgent, ALogIsStreamedWhileItGrowsFromTheOffsetAskedFor) {
  Served served;
  served.client->Subscribe(Contract::kAttemptLog, {"a#1", 0},
                           {[](uint64_t, std::string_view) { FAIL(); },
                            [](const base::Result<uint64_t>& end) {
                              ASSERT_FALSE(end);
                              EXPECT_EQ(end.error().code(), "no_attempt");
                            }});
  ASSERT_TRUE(served.Call(
      Contract::kConfigure,
      served.world.Request({served.world.Shell(
          "a", "echo one; while ! test -e go; do sleep 0.01; done; printf 'two\\377\\000'")})));
  ASSERT_TRUE(served.world.UntilLogHas("a", "one"));
  std::string text;
  std::optional<uint64_t> ended;
  model::AttemptLogInput input;
  input.attempt = "a#1";
  input.offset = 2;
  served.client->Subscribe(Contract::kAttemptLog, input,
                           {[&](uint64_t, std::string_view bytes) { text += bytes; },
                            [&](const base::Result<uint64_t>& end) { ended = end.value_or(0); }});
  ASSERT_TRUE(served.world.loop.RunUntil([&] { return text == "e\n"; }));
  served.world.dir.Write("tree/go", "");
  ASSERT_TRUE(served.world.loop.RunUntil([&] { return ended.has_value(); }));
  EXPECT_EQ(text, std::string("e\ntwo\377\0", 7));
  EXPECT_EQ(ended, 9U);
}

TEST(LaneAgent, OverAnArchiveItReadsAndNothingRuns) {
  support::TempDir folder;
  folder.Write("logs/a.1.log", "old words");
  model::LaneHistory history;
  history.configured = model::LaneConfigured{};
  history.configured->run_id = "R";
  history.configured->platform = "x86_64-linux";
  history.configured->epoch = 3;
  for (const auto& [node, status] :
       {std::pair{"a", model::NodeStatus::kOk}, {"b", model::NodeStatus::kRunning}}) {
    model::Attempt attempt;
    attempt.node = node;
    attempt.status = status;
    history.attempts[model::AttemptKey(node, 1)] = attempt;
  }
  Served served(Archive(history, model::LaneFolder(folder.path())));
  const auto cell = served.Call(Contract::kHello, model::LaneHelloRequest{"R", 4});
  ASSERT_TRUE(cell);
  EXPECT_EQ(cell->phase, model::LanePhase::kSettled);
  EXPECT_EQ(served.world.Word("a"), "ok");
  EXPECT_EQ(served.world.Word("b"), "errored (lane died)");
  EXPECT_EQ(CodeOf(served.Change(Contract::kRerun, "1", {}, 4)), "lane_ended");
  std::string text;
  bool ended = false;
  served.client->Subscribe(Contract::kAttemptLog, {"a#1", 0},
                           {[&](uint64_t, std::string_view bytes) { text += bytes; },
                            [&](const base::Result<uint64_t>&) { ended = true; }});
  ASSERT_TRUE(served.world.loop.RunUntil([&] { return ended; }));
  EXPECT_EQ(text, "old words");
}

}  // namespace
}  // namespace odu::lane
