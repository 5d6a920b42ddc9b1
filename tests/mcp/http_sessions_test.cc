#include "mcp/http_sessions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mcp/peer.h"
#include "mcp/sample_tools.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace mcp {
namespace {

class HttpSessionsTest : public testing::Test {
 protected:
  HttpSessionsTest()
      : server(loop.executor(), clock, ServerInfo{"s", "", "1", "", "", "", false, 9}),
        sessions(server) {
    AddSampleTools(server);
  }
  void TearDown() override { loop.Run(sessions.EndAll()); }

  std::string Open() { return loop.Run(sessions.Open()).id; }
  std::vector<std::string> OpenAll() {
    std::vector<std::string> ids;
    while (sessions.size() < HttpSessions::kMost) {
      ids.push_back(Open());
      loop.Advance(clock, std::chrono::seconds(1));
    }
    return ids;
  }
  std::shared_ptr<Exchange> Listen(const std::string& id) {
    auto stream = std::make_shared<Exchange>(loop.executor(), 1);
    sessions.SetStream(id, stream);
    return stream;
  }
  /// Has the session wait ten seconds for an answer.
  void Ask(const std::string& id) {
    const auto heard = std::make_shared<Heard>();
    const auto session = sessions.Find(id);
    session->Receive(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":)"
                     R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{}}})",
                     heard);
    loop.RunUntilIdle();
    session->Receive(R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hold"}})",
                     heard);
    loop.RunUntilIdle();
    EXPECT_EQ(session->calls(), 1u);
  }

  support::Loop loop;
  support::FakeClock clock;
  Server server;
  HttpSessions sessions;
};

TEST_F(HttpSessionsTest, WhenThereIsNoRoomTheOneThatWasSilentLongestGoes) {
  const auto ids = OpenAll();
  sessions.Find(ids[0]);
  EXPECT_NE(Open(), "");
  EXPECT_EQ(sessions.size(), HttpSessions::kMost);
  EXPECT_NE(sessions.Find(ids[0]), nullptr);
  EXPECT_EQ(sessions.Find(ids[1]), nullptr);
}

TEST_F(HttpSessionsTest, OnesInUseStayAndThenThereIsNoRoom) {
  const auto ids = OpenAll();
  std::vector<std::shared_ptr<Exchange>> streams;
  for (size_t i = 1; i < ids.size(); ++i) {
    streams.push_back(Listen(ids[i]));
  }
  Ask(ids[0]);
  EXPECT_EQ(Open(), "");
  EXPECT_EQ(sessions.size(), HttpSessions::kMost);
}

TEST_F(HttpSessionsTest, OneThatIsSilentForAnHourEndsAndOneThatListensDoesNot) {
  const std::string silent = Open();
  const std::string listening = Open();
  const auto stream = Listen(listening);
  const std::string speaking = Open();
  loop.Advance(clock, HttpSessions::kIdle - std::chrono::minutes(1));
  EXPECT_NE(sessions.Find(speaking), nullptr);
  loop.Advance(clock, std::chrono::minutes(2));
  loop.Run(sessions.EndIdle());
  EXPECT_EQ(sessions.Find(silent), nullptr);
  EXPECT_NE(sessions.Find(listening), nullptr);
  EXPECT_NE(sessions.Find(speaking), nullptr);
  EXPECT_FALSE(stream->whole());
}

TEST_F(HttpSessionsTest, ASessionThatEndsTakesItsStreamAndItsCallsAlong) {
  const std::string id = Open();
  const auto stream = Listen(id);
  Ask(id);
  const auto session = sessions.Find(id);
  EXPECT_TRUE(loop.Run(sessions.End(id)));
  EXPECT_TRUE(stream->whole());
  EXPECT_EQ(session->calls(), 0u);
  EXPECT_FALSE(loop.Run(sessions.End(id)));
  // A stream that comes too late ends at once.
  EXPECT_TRUE(Listen(id)->whole());
}

TEST_F(HttpSessionsTest, ASecondStreamTakesThePlaceOfTheFirst) {
  const std::string id = Open();
  const auto first = Listen(id);
  const auto second = Listen(id);
  EXPECT_TRUE(first->whole());
  EXPECT_FALSE(second->whole());
}

}  // namespace
}  // namespace mcp
