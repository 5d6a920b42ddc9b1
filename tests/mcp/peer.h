#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "mcp/session.h"
#include "support/loop.h"

namespace mcp {

/// Keeps what a session says.
class Heard final : public Outlet {
 public:
  void Answer(std::string message) override { Keep(std::move(message)); }
  void Notify(std::string message) override { Keep(std::move(message)); }
  void Forgo() override { ++forgone; }
  size_t Backlog() const override { return backlog; }

  std::vector<std::string> texts;
  int forgone = 0;
  size_t backlog = 0;

 private:
  void Keep(std::string message) {
    EXPECT_EQ(message.find('\n'), std::string::npos);
    texts.push_back(std::move(message));
  }
};

/// One peer of a server, in this process.
class Peer {
 public:
  Peer(support::Loop& loop, Server& server)
      : loop_(loop),
        heard_(std::make_shared<Heard>()),
        session_(std::make_shared<Session>(server, heard_)) {}
  ~Peer() { loop_.Run(session_->Close()); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void Say(std::string_view text) {
    session_->Receive(text, heard_);
    loop_.RunUntilIdle();
  }
  /// Says it, and returns the last thing said back.
  base::json::object Ask(std::string_view text) {
    heard_->texts.clear();
    Say(text);
    return Last();
  }
  /// A request with the id 1.
  base::json::object Call(std::string_view method, std::string_view params = "{}") {
    return Ask(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" +
               std::string(params) + "}");
  }
  /// The same as a modern client says it.
  base::json::object CallModern(std::string_view method, std::string_view fields = "",
                                std::string_view capabilities = "{}") {
    return Call(method, ModernParams(fields, capabilities));
  }
  static std::string ModernParams(std::string_view fields, std::string_view capabilities = "{}") {
    return R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":)" +
           std::string(capabilities) + "}" + std::string(fields) + "}";
  }
  base::json::object Initialize(std::string_view revision = "2025-11-25") {
    return Call("initialize",
                R"({"protocolVersion":")" + std::string(revision) +
                    R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"}})");
  }

  base::json::object Last() const {
    return heard_->texts.empty() ? base::json::object() : Parsed(heard_->texts.back());
  }
  static base::json::object Parsed(const std::string& text) {
    auto json = base::ParseJson(text, "message");
    EXPECT_TRUE(json.has_value()) << text;
    return json && json->is_object() ? json->as_object() : base::json::object();
  }
  /// What was said of one method, oldest first.
  std::vector<base::json::object> Notified(std::string_view method) const {
    std::vector<base::json::object> found;
    for (const std::string& text : heard_->texts) {
      base::json::object message = Parsed(text);
      const auto* name = message.if_contains("method");
      if (name != nullptr && name->as_string() == method) {
        found.push_back(message.at("params").as_object());
      }
    }
    return found;
  }

  Heard& heard() { return *heard_; }
  Session& session() { return *session_; }

 private:
  support::Loop& loop_;
  std::shared_ptr<Heard> heard_;
  std::shared_ptr<Session> session_;
};

inline int64_t CodeOf(const base::json::object& answer) {
  const auto* error = answer.if_contains("error");
  return error == nullptr ? 0 : error->at("code").as_int64();
}

/// A path of field names below a value.
inline const base::json::value& At(const base::json::value& value, std::string_view pointer) {
  return value.at_pointer(pointer);
}

}  // namespace mcp
