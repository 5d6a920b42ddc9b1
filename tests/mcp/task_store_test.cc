#include "mcp/task_store.h"

#include <gtest/gtest.h>

#include <string>

#include "mcp/peer.h"
#include "mcp/sample_tools.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace mcp {
namespace {

class TaskTest : public testing::Test {
 protected:
  TaskTest() : server(loop.executor(), clock, ServerInfo{"s", "", "1", "", "", "", false, 9}) {
    AddSampleTools(server);
  }
  static std::string TaskParams(const std::string& id) { return R"({"taskId":")" + id + R"("})"; }

  support::Loop loop;
  support::FakeClock clock;
  Server server;
};

constexpr std::string_view kKnown = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";

TEST_F(TaskTest, ALegacyCallAsATaskAnswersAtOnceAndItsResultLater) {
  Peer peer(loop, server);
  EXPECT_TRUE(At(peer.Initialize(), "/result/capabilities/tasks/requests/tools/call").is_object());
  const auto made = peer.Call("tools/call", R"({"name":"hold","task":{"ttl":60000}})");
  const std::string id(At(made, "/result/task/taskId").as_string());
  EXPECT_EQ(At(made, "/result/task/status"), "working");
  EXPECT_EQ(At(made, "/result/task/ttl"), 60000);
  EXPECT_EQ(At(peer.Call("tasks/get", TaskParams(id)), "/result/status"), "working");
  EXPECT_EQ(At(peer.Call("tasks/list"), "/result/tasks/0/taskId").as_string(), id);
  peer.Ask(R"({"jsonrpc":"2.0","id":"r","method":"tasks/result","params":)" + TaskParams(id) + "}");
  EXPECT_TRUE(peer.heard().texts.empty());
  loop.Advance(clock, std::chrono::seconds(11));
  EXPECT_EQ(At(peer.Last(), "/result/structuredContent/said/0"), "held");
  EXPECT_EQ(
      At(peer.Last(), "/result/_meta/io.modelcontextprotocol~1related-task/taskId").as_string(),
      id);
  EXPECT_EQ(At(peer.Call("tasks/get", TaskParams(id)), "/result/status"), "completed");
  EXPECT_EQ(CodeOf(peer.Call("tasks/cancel", TaskParams(id))), kInvalidParams);
}

TEST_F(TaskTest, AModernClientThatKnowsTasksIsGivenOne) {
  Peer peer(loop, server);
  const auto made = peer.CallModern("tools/call", R"(,"name":"hold")", kKnown);
  EXPECT_EQ(At(made, "/result/resultType"), "task");
  const std::string id(At(made, "/result/taskId").as_string());
  loop.Advance(clock, std::chrono::seconds(11));
  const auto got = peer.CallModern("tasks/get", R"(,"taskId":")" + id + "\"", kKnown);
  EXPECT_EQ(At(got, "/result/status"), "completed");
  EXPECT_EQ(At(got, "/result/result/structuredContent/said/0"), "held");
  EXPECT_EQ(At(got, "/result/resultType"), "complete");
  EXPECT_EQ(CodeOf(peer.CallModern("tasks/get", R"(,"taskId":")" + id + "\"")), kMissingCapability);
}

TEST_F(TaskTest, ACancelledTaskEndsAndSaysSo) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto made = peer.Call("tools/call", R"({"name":"hold","task":{}})");
  const std::string id(At(made, "/result/task/taskId").as_string());
  EXPECT_EQ(At(peer.Call("tasks/cancel", TaskParams(id)), "/result/status"), "cancelled");
  loop.RunUntilIdle();
  EXPECT_EQ(clock.sleepers(), 0u);
  EXPECT_NE(CodeOf(peer.Call("tasks/result", TaskParams(id))), 0);
}

TEST_F(TaskTest, ATaskIsForgottenAfterItsTimeAndUnknownOnesAreRefused) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto made = peer.Call("tools/call", R"({"name":"hold","task":{"ttl":20000}})");
  const std::string id(At(made, "/result/task/taskId").as_string());
  loop.Advance(clock, std::chrono::seconds(21));
  EXPECT_EQ(CodeOf(peer.Call("tasks/get", TaskParams(id))), kInvalidParams);
  EXPECT_EQ(CodeOf(peer.Call("tasks/get", TaskParams("nope"))), kInvalidParams);
  EXPECT_EQ(CodeOf(peer.Call("tasks/get", "{}")), kInvalidParams);
}

TEST_F(TaskTest, TasksThatHaveEndedAreForgottenWhenThereAreMany) {
  const auto start = [&] {
    const auto task = server.tasks().Start(
        std::nullopt, []() -> boost::asio::awaitable<TaskStore::Outcome> { co_return "{}"; });
    EXPECT_TRUE(task);
    loop.RunUntilIdle();
    loop.Advance(clock, std::chrono::milliseconds(1));
    return task ? task->id : "";
  };
  const std::string first = start();
  const std::string second = start();
  for (size_t i = 1; i < TaskStore::kMostEnded; ++i) {
    start();
  }
  EXPECT_FALSE(server.tasks().Find(first));
  EXPECT_TRUE(server.tasks().Find(second));
}

TEST_F(TaskTest, AToolWithoutTasksAndAnEarlierRevisionHaveNone) {
  Peer peer(loop, server);
  peer.Initialize();
  EXPECT_EQ(
      CodeOf(peer.Call("tools/call", R"({"name":"echo","arguments":{"text":"x"},"task":{}})")),
      kMethodNotFound);
  Peer old(loop, server);
  old.Initialize("2025-06-18");
  EXPECT_EQ(CodeOf(old.Call("tasks/list")), kMethodNotFound);
}

}  // namespace
}  // namespace mcp
