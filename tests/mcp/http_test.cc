#include "mcp/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "async/notifier.h"
#include "async/task_group.h"
#include "mcp/sample_tools.h"
#include "os/fd.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace mcp {
namespace {

/// A server on loopback, and connections to it that this thread makes.
class HttpTest : public testing::Test {
 protected:
  HttpTest()
      : server(loop.executor(), clock, ServerInfo{"s", "", "1", "", "", "", false, 9}),
        stopped(loop.executor()),
        tasks(loop.executor()) {
    AddSampleTools(server);
    HttpOptions options;
    options.token = "t";
    http = HttpServer::Listen(server, options).value();
    tasks.Spawn("serve", [this] { return http->Serve([this] { return UntilStopped(&stopped); }); });
  }
  ~HttpTest() override {
    stopped.Notify();
    loop.Run(tasks.Join());
  }
  static boost::asio::awaitable<void> UntilStopped(async::Notifier* stopped) {
    static_cast<void>(co_await stopped->Wait());
  }

  os::Fd Connect() const {
    os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(http->port());
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&place), sizeof place), 0);
    return fd;
  }
  static std::string Post(const std::string& body) {
    return "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n"
           "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
           "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string Echo(size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":)"
           R"({"times":3,"text":")" +
           std::string(bytes, 'x') +
           R"("},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  }
  /// Turns the loop until it is so; false after a hang.
  bool Until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < end) {
      loop.RunUntilIdle();
    }
    return done();
  }
  /// Sends all of it while the server runs.
  void Send(const os::Fd& fd, const std::string& bytes) {
    size_t sent = 0;
    EXPECT_TRUE(Until([&] {
      const ssize_t count =
          send(fd.get(), bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      sent += count > 0 ? static_cast<size_t>(count) : 0;
      return sent == bytes.size();
    }));
  }
  /// Reads until the server hangs up.
  std::string ReadAll(const os::Fd& fd) {
    std::string all;
    bool ended = false;
    EXPECT_TRUE(Until([&] {
      char buffer[65536];
      const ssize_t count = ended ? 0 : recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      all.append(buffer, count > 0 ? static_cast<size_t>(count) : 0);
      ended = count == 0 || (count < 0 && errno != EAGAIN);
      return ended;
    }));
    return all;
  }

  support::Loop loop;
  support::FakeClock clock;
  Server server;
  async::Notifier stopped;
  async::TaskGroup tasks;
  std::unique_ptr<HttpServer> http;
};

TEST_F(HttpTest, ARequestInPiecesIsAnswered) {
  const os::Fd fd = Connect();
  const std::string request = Post(Echo(5));
  for (const char byte : request) {
    Send(fd, std::string(1, byte));
  }
  char byte = 0;
  EXPECT_TRUE(Until([&] { return recv(fd.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1; }));
  EXPECT_EQ(byte, 'H');
}

TEST_F(HttpTest, AClientThatTakesNothingForAMinuteIsHungUpOn) {
  const os::Fd fd = Connect();
  // The answer is six times as long: no socket holds it.
  Send(fd, Post(Echo(size_t{4} << 20)));
  char byte = 0;
  EXPECT_TRUE(Until([&] { return recv(fd.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1; }));
  loop.Advance(clock, std::chrono::seconds(61));
  EXPECT_LT(ReadAll(fd).size(), size_t{16} << 20);
}

TEST_F(HttpTest, ARequestThatComesToNoEndIsHungUpOn) {
  const os::Fd silent = Connect();
  const os::Fd half = Connect();
  Send(half, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
  loop.Advance(clock, std::chrono::seconds(16));
  EXPECT_EQ(ReadAll(silent), "");
  EXPECT_EQ(ReadAll(half), "");
}

TEST_F(HttpTest, AStrangersLongMessageIsRefusedBeforeItIsRead) {
  const os::Fd fd = Connect();
  Send(fd, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16000000\r\n\r\n");
  EXPECT_TRUE(ReadAll(fd).starts_with("HTTP/1.1 401 "));
}

}  // namespace
}  // namespace mcp
