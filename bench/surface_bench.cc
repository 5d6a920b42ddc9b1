// What a surface costs between two processes over a unix socket: replaying a log against a plain
// `cat log | cat`, the first full frame of a large collection, and the bytes of a small change.
//   surface_bench [LOG_MEGABYTES]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <random>

#include "async/notifier.h"
#include "async/task_group.h"
#include "os/fd.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "surface/client.h"
#include "surface/collection.h"
#include "surface/server.h"
#include "surface/stream.h"
#include "transport/descriptor_link.h"

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using surface::Client;

constexpr int kItems = 10'000;

struct Row {
  std::string recipe;
  std::string platform;
  std::string status;
  int64_t attempt = 1;
  int64_t started_ms = 0;
  int64_t duration_ms = 0;
  std::string log;
};
BOOST_DESCRIBE_STRUCT(Row, (), (recipe, platform, status, attempt, started_ms, duration_ms, log))

struct LogInput {
  std::string path;
  uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(LogInput, (), (path, offset))

struct Bench {
  static constexpr std::string_view kName = "bench";
  static constexpr int kMajor = 1;
  static constexpr int kMinor = 0;
  static constexpr surface::Collection<Row> rows{"rows"};
  static constexpr surface::Stream<LogInput> log{"log"};
  static constexpr surface::Procedure<surface::Nothing, surface::Nothing> touch{"touch"};
  static constexpr auto Members() { return std::tuple{rows, log, touch}; }
};

class FileLog final : public surface::ByteLog {
 public:
  explicit FileLog(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) override {
    return os::ReadAt(fd_.get(), offset, std::span(buffer, capacity));
  }
  bool Ended() const override { return true; }
  std::shared_ptr<void> OnGrowth(surface::Waker) override { return nullptr; }

 private:
  os::Fd fd_;
};

Row RowOf(int i) {
  Row row;
  row.recipe = fmt::format("module::recipe-{}", i);
  row.platform = "x86_64-linux";
  row.status = i % 7 == 0 ? "running" : "ok";
  row.started_ms = 1'795'000'000'000 + i;
  row.duration_ms = i * 13;
  row.log = fmt::format(".ci/26d2c2d/x86_64-linux/module::recipe-{}.log", i);
  return row;
}

int Serve(os::Fd socket) {
  asio::io_context loop(1);
  surface::CollectionSource<Row> rows;
  for (int i = 0; i < kItems; ++i) {
    rows.Put(fmt::format("module::recipe-{}@x86_64-linux", i), RowOf(i));
  }
  surface::StreamSource<LogInput> log([](const LogInput& input) {
    return base::Result<std::shared_ptr<surface::ByteLog>>(std::make_shared<FileLog>(input.path));
  });
  int touched = 0;
  surface::Server server(loop.get_executor(), surface::DescribeSurface<Bench>(), "bench");
  server.Bind(Bench::rows, rows);
  server.Bind(Bench::log, log);
  server.Bind(
      Bench::touch,
      [&](surface::Nothing, surface::Caller) -> asio::awaitable<base::Result<surface::Nothing>> {
        Row row = RowOf(7);
        row.duration_ms = ++touched;
        rows.Put("module::recipe-7@x86_64-linux", row);
        co_return surface::Nothing();
      });
  async::TaskGroup tasks(loop.get_executor());
  auto link = transport::MakeUnixLink(loop.get_executor(), std::move(socket));
  tasks.Spawn("session", [&] { return server.Serve(std::move(link)); });
  loop.run();
  return 0;
}

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

asio::awaitable<double> Replay(Client& client, std::string path, uint64_t expected) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  async::Notifier done(executor);
  uint64_t bytes = 0;
  surface::StreamHandler handler;
  handler.on_bytes = [&](uint64_t, std::string_view chunk) { bytes += chunk.size(); };
  handler.on_end = [&](const base::Result<uint64_t>&) { done.Notify(); };
  LogInput input{std::move(path), 0};
  const auto start = Clock::now();
  client.Subscribe(Bench::log, input, std::move(handler));
  co_await done.Wait();
  const double seconds = Seconds(start);
  if (bytes != expected) {
    fmt::print(stderr, "surface_bench: {} of {} bytes came\n", bytes, expected);
    co_return 0;
  }
  co_return static_cast<double>(bytes) / 1e6 / seconds;
}

asio::awaitable<double> FirstFrame(Client& client) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  async::Notifier done(executor);
  surface::CollectionHandler<Row> handler;
  size_t count = 0;
  handler.on_snapshot = [&](std::map<std::string, Row> rows, bool) {
    count = rows.size();
    done.Notify();
  };
  const auto start = Clock::now();
  const int64_t subscription = client.Subscribe(Bench::rows, std::move(handler));
  co_await done.Wait();
  const double seconds = Seconds(start);
  client.Unsubscribe(subscription);
  co_return count == kItems ? seconds * 1e3 : -1;
}

asio::awaitable<size_t> DeltaBytes(Client& client) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  async::Notifier done(executor);
  size_t size = 0;
  Client::RawHandler handler;
  handler.on_next = [&](const base::json::object& params) {
    if (params.contains("upsert")) {
      size = base::json::serialize(params).size() +
             sizeof R"({"jsonrpc":"2.0","method":"surface.next","params":})";
      done.Notify();
    }
  };
  client.SubscribeRaw("rows", "{}", std::move(handler));
  surface::Nothing nothing;
  const auto touched = co_await client.Call(Bench::touch, nothing);
  if (touched) {
    co_await done.Wait();
  }
  co_return size;
}

double CatFloor(const std::string& path, uint64_t bytes) {
  const std::string command = "cat '" + path + "' | cat > /dev/null";
  const auto start = Clock::now();
  if (std::system(command.c_str()) != 0) {
    return 0;
  }
  return static_cast<double>(bytes) / 1e6 / Seconds(start);
}

std::string WriteLog(const char* name, uint64_t bytes, bool binary) {
  std::string path = fmt::format("/tmp/surface_bench.{}.{}", getpid(), name);
  os::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::mt19937 random(1);
  std::string block;
  while (block.size() < (size_t{1} << 20)) {
    block +=
        binary ? std::string(4, static_cast<char>(random()))
               : fmt::format("[{:3}/512] Building CXX object src/surface/unit_{}.cc.o -- \"ok\"\n",
                             random() % 512, random());
  }
  block.resize(size_t{1} << 20);
  for (uint64_t written = 0; written < bytes; written += block.size()) {
    (void)os::WriteAll(fd.get(), block);
  }
  return path;
}

asio::awaitable<void> Measure(asio::any_io_executor executor, os::Fd socket, uint64_t megabytes) {
  auto connected = co_await Client::Connect<Bench>(
      executor, transport::MakeUnixLink(executor, std::move(socket)), "bench");
  if (!connected) {
    fmt::print(stderr, "surface_bench: {}\n", connected.error().message());
    co_return;
  }
  Client& client = **connected;
  const double frame_ms = co_await FirstFrame(client);
  fmt::print("first frame of {} items: {:.1f} ms (at most 100)\n", kItems, frame_ms);
  const size_t delta = co_await DeltaBytes(client);
  fmt::print("a change of one item: {} bytes (at most 1024)\n", delta);
  const uint64_t bytes = megabytes << 20;
  for (const bool binary : {false, true}) {
    std::string path = WriteLog(binary ? "bytes" : "text", bytes, binary);
    const double floor = CatFloor(path, bytes);
    const double speed = co_await Replay(client, path, bytes);
    unlink(path.c_str());
    fmt::print("replay of {} MiB of {}: {:.0f} MB/s; cat | cat: {:.0f} MB/s; ratio {:.2f}\n",
               megabytes, binary ? "bytes" : "text", speed, floor, speed / floor);
  }
}

}  // namespace

int main(int argc, char** argv) {
  os::IgnoreBrokenPipes();
  const uint64_t megabytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 256;
  auto pair = os::MakeSocketPair();
  if (!pair) {
    return 3;
  }
  const pid_t server = fork();
  if (server == 0) {
    pair->second.Reset();
    return Serve(std::move(pair->first));
  }
  pair->first.Reset();
  {
    asio::io_context loop(1);
    async::TaskGroup tasks(loop.get_executor());
    tasks.Spawn("measure",
                [&] { return Measure(loop.get_executor(), std::move(pair->second), megabytes); });
    loop.run();
  }
  waitpid(server, nullptr, 0);
  return 0;
}
