// Any bytes from a client to a server, and any bytes from a server to a client: nobody crashes, and
// everything ends when the link does.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bug.h"
#include "support/loop.h"
#include "support/sample_server.h"
#include "surface/client.h"
#include "transport/memory_link.h"

namespace {

using support::Sample;
using surface::Client;

/// Sends `bytes` and closes once the other side has had its turn with them.
void Play(support::Loop& loop, surface::Link& link, std::string_view bytes) {
  async::TaskGroup sender(loop.executor());
  sender.Spawn("send", [&]() -> boost::asio::awaitable<void> { co_await link.Send(bytes); });
  loop.RunUntilIdle();
  link.Close();
  loop.RunUntilIdle();
  BUG_IF(sender.size() != 0, "a send hangs");
}

void ToServer(std::string_view bytes) {
  support::Loop loop;
  support::SampleServer server(loop.executor());
  server.gauge.Set(support::Gauge{.count = 1});
  server.items.Put("a", support::Item{1, "one"});
  server.log->Append("some log\xff\n");
  auto [server_end, client_end] = transport::MakeMemoryLinks(loop.executor());
  server.Serve(std::move(server_end));
  loop.RunUntilIdle();
  Play(loop, *client_end, bytes);
  BUG_IF(server.server().sessions() != 0, "a session outlives its link");
  BUG_IF(server.held() != 0, "a call outlives its session");
  BUG_IF(server.tasks() != 0, "a task outlives its session");
}

boost::asio::awaitable<void> Follow(boost::asio::any_io_executor executor,
                                    std::unique_ptr<surface::Link> link) {
  auto connected = co_await Client::Connect<Sample>(executor, std::move(link), "fuzz");
  if (!connected) {
    co_return;
  }
  Client& client = **connected;
  client.Subscribe(Sample::gauge,
                   std::function<void(const support::Gauge&)>([](const support::Gauge&) {}));
  surface::CollectionHandler<support::Item> items;
  items.on_snapshot = [](std::map<std::string, support::Item>, bool) {};
  items.on_upsert = [](const std::string&, support::Item) {};
  items.on_remove = [](const std::string&) {};
  client.Subscribe(Sample::items, std::move(items));
  bool ended = false;
  surface::StreamHandler stream;
  stream.on_bytes = [](uint64_t, std::string_view) {};
  stream.on_end = [&](const base::Result<uint64_t>&) {
    BUG_IF(ended, "a stream ended twice");
    ended = true;
  };
  support::LogInput input{"log", 0};
  client.Subscribe(Sample::log, input, std::move(stream));
  client.Subscribe(Sample::news,
                   std::function<void(const support::News&)>([](const support::News&) {}));
  support::Text text{"x"};
  const auto reply = co_await client.Call(Sample::echo, std::move(text));
  const base::Error why = co_await client.Closed();
  BUG_IF(why.message().empty(), "a link that closed without words");
  BUG_IF(!ended, "a stream did not end with its link");
}

void ToClient(std::string_view bytes) {
  support::Loop loop;
  auto [server_end, client_end] = transport::MakeMemoryLinks(loop.executor());
  async::TaskGroup tasks(loop.executor());
  auto held = std::make_shared<std::unique_ptr<surface::Link>>(std::move(client_end));
  tasks.Spawn("follow", [&loop, held] { return Follow(loop.executor(), std::move(*held)); });
  loop.RunUntilIdle();
  // A good hello and good answers, so that what follows reaches the subscriptions.
  std::string whole =
      R"({"jsonrpc":"2.0","id":1,"result":{"contract":{"name":"sample","major":1,"minor":0}}})"
      "\n";
  for (int id = 2; id <= 5; ++id) {
    whole += R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":{"subscription":)" +
             std::to_string(id - 1) + "}}\n";
  }
  whole += bytes;
  Play(loop, *server_end, whole);
  BUG_IF(tasks.size() != 0, "a client outlives its link");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    ToServer(bytes);
  } else {
    ToClient(bytes);
  }
  return 0;
}
