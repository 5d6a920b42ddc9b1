// Whatever a peer of an MCP server says: whole lines of it, to a session that has a tool and a
// resource, in both eras. Every answer is one JSON text on one line.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bug.h"
#include "base/json.h"
#include "mcp/http_rules.h"
#include "mcp/line_splitter.h"
#include "mcp/sample_tools.h"
#include "mcp/session.h"
#include "mcp/uri.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace {

class CheckedOutlet final : public mcp::Outlet {
 public:
  void Answer(std::string message) override { Check(message); }
  void Notify(std::string message) override { Check(message); }
  void Forgo() override {}
  size_t Backlog() const override { return 0; }

 private:
  static void Check(const std::string& message) {
    BUG_IF(message.find('\n') != std::string::npos, "a message of two lines");
    base::JsonLimits limits;
    limits.bytes = size_t{64} << 20;
    limits.depth = 128;
    BUG_IF(!base::ParseJson(message, "message", limits), "a message that is no JSON");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  support::Loop loop;
  support::FakeClock clock;
  mcp::ServerInfo info;
  info.name = "fuzz";
  info.version = "1";
  info.logging = true;
  mcp::SampleResources resources;
  resources.texts["note://a"] = "{}";
  mcp::Server server(loop.executor(), clock, info);
  mcp::AddSampleTools(server);
  mcp::Prompt prompt;
  prompt.name = "greet";
  prompt.description = "Says hello.";
  prompt.arguments = {mcp::PromptArgument{"whom", "a note", true, "note://{id}", "id"}};
  prompt.text = [](const auto& given) { return given.at("whom"); };
  server.Add(std::move(prompt));
  server.SetResources(resources);
  const auto outlet = std::make_shared<CheckedOutlet>();
  const auto session = std::make_shared<mcp::Session>(server, outlet);
  mcp::LineSplitter lines(4096);
  for (size_t at = 0; at < bytes.size(); at += 61) {
    lines.Add(bytes.substr(at, 61));
    while (const auto line = lines.Next()) {
      session->Receive(line->text, outlet);
      loop.RunUntilIdle();
    }
  }
  resources.Change("note://a");
  server.ResourcesChanged();
  loop.Advance(clock, std::chrono::seconds(12));
  loop.Run(session->Close());
  loop.Run(server.tasks().Close());
  // The texts of headers and uris.
  static_cast<void>(mcp::IsLoopbackOrigin(bytes));
  static_cast<void>(mcp::IsBearer(bytes, "token"));
  static_cast<void>(mcp::Accepts(bytes, "application/json"));
  if (const auto decoded = mcp::DecodeSegment(bytes)) {
    BUG_IF(mcp::DecodeSegment(mcp::EncodeSegment(*decoded)) != *decoded, "a segment has changed");
  }
  return 0;
}
