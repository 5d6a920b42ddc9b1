#include "odu/face/logs.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "async/notifier.h"
#include "async/task_group.h"
#include "base/text.h"
#include "odu/face/attach.h"
#include "odu/model/selector.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "os/signals.h"

namespace odu::face {
namespace {

/// One write takes so much at least while more is coming.
constexpr size_t kGatherBytes = size_t{512} << 10;
constexpr async::Duration kRedialEvery = std::chrono::milliseconds(250);
constexpr int kMostRedials = 120;
/// A line longer than this is shown in pieces.
constexpr size_t kLongestLine = size_t{64} << 10;

/// One log being read; shared with the subscriptions that feed it.
struct Reading {
  Reading(const boost::asio::any_io_executor& executor, Console& console, bool raw)
      : writer(console, raw), changed(executor) {}
  LogWriter writer;
  async::Notifier changed;
  uint64_t next = 0;  ///< the offset of the first byte that has not come
  bool flush_posted = false;
  std::optional<base::Result<uint64_t>> end;
  bool interrupted = false;
};

boost::asio::awaitable<void> ListenToSignals(std::shared_ptr<Reading> reading,
                                             os::SignalSource* signals) {
  const std::optional<int> signal = co_await signals->Next();
  if (signal.has_value()) {
    reading->interrupted = true;
    reading->changed.Notify();
  }
}

void Subscribe(surface::Client& client, const boost::asio::any_io_executor& executor,
               const model::NodeLogInput& input, const std::shared_ptr<Reading>& reading) {
  surface::StreamHandler handler;
  handler.on_bytes = [reading, executor](uint64_t offset, std::string_view bytes) {
    reading->next = offset + bytes.size();
    reading->writer.Take(bytes);
    if (!std::exchange(reading->flush_posted, true)) {
      boost::asio::post(executor, [reading] {
        reading->flush_posted = false;
        reading->writer.Flush(false);
        reading->changed.Notify();
      });
    }
  };
  handler.on_end = [reading](base::Result<uint64_t> end) {
    reading->end = std::move(end);
    reading->changed.Notify();
  };
  client.Subscribe(model::OduSurface::kNodeLog, input, std::move(handler));
}

bool IsOver(const Reading& reading, const Console& console) {
  return reading.end.has_value() || reading.interrupted || console.failure().has_value();
}

bool LinkWasLost(const Reading& reading) {
  return !reading.interrupted && reading.end.has_value() && !*reading.end &&
         (reading.end->error().code() == "closed" || reading.end->error().code() == "closing");
}

/// A link to the coordinator that comes after one that went; `redials` counts over all of them.
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Redial(FaceContext& context,
                                                                              int& redials) {
  for (;;) {
    const bool passed = co_await context.clock.Sleep(kRedialEvery);
    if (!passed) {
      co_return base::Fail(base::ErrorKind::kCancelled, "interrupted", "interrupted");
    }
    auto client = co_await Reach(context, Start::kIfNeeded);
    if (client || ++redials >= kMostRedials) {
      co_return client;
    }
  }
}

uint64_t StartOf(int64_t offset, uint64_t size) {
  if (offset >= 0) {
    return static_cast<uint64_t>(offset);
  }
  const auto back = static_cast<uint64_t>(-offset);
  return size > back ? size - back : 0;
}

}  // namespace

LogWriter::LogWriter(Console& console, bool raw)
    : console_(console), sanitise_(console.out_is_terminal() && !raw) {}

void LogWriter::Take(std::string_view bytes) {
  if (!sanitise_ && gathered_.empty() && bytes.size() >= kGatherBytes) {
    console_.Out(bytes);
    return;
  }
  gathered_ += bytes;
  if (gathered_.size() >= kGatherBytes) {
    Flush(false);
  }
}

void LogWriter::Flush(bool end) {
  if (!sanitise_) {
    console_.Out(gathered_);
    gathered_.clear();
    return;
  }
  // Escape sequences and characters are judged whole: only whole lines go out before the end.
  size_t whole = gathered_.size();
  if (!end) {
    const size_t newline = gathered_.rfind('\n');
    whole = newline == std::string::npos ? 0 : newline + 1;
    if (gathered_.size() - whole > kLongestLine) {
      whole = base::Utf8PrefixLength(gathered_);
    }
  }
  if (whole > 0) {
    const std::string_view shown = std::string_view(gathered_).substr(0, whole);
    console_.Out(base::Sanitised(shown, console_.colour()));
    gathered_.erase(0, whole);
  }
}

base::Result<void> PrintLogFile(Console& console, const std::string& path, const LogsCall& call) {
  const auto file = os::OpenFile(path, O_RDONLY);
  if (!file) {
    return base::Pass(file.error());
  }
  const auto status = os::StatusOf(file->get());
  if (!status) {
    return base::Pass(status.error());
  }
  LogWriter writer(console, call.raw);
  std::string buffer(kGatherBytes, '\0');
  // What grows meanwhile is of the next look.
  for (uint64_t at = StartOf(call.offset, status->size); at < status->size;) {
    const size_t wanted = std::min<uint64_t>(buffer.size(), status->size - at);
    const auto count = os::ReadAt(file->get(), at, std::span(buffer.data(), wanted));
    if (!count) {
      return base::Pass(count.error());
    }
    if (*count == 0 || console.failure()) {
      break;
    }
    writer.Take(std::string_view(buffer.data(), *count));
    at += *count;
  }
  writer.Flush(true);
  if (console.failure() && !console.reader_left()) {
    return base::Pass(*console.failure());
  }
  return {};
}

boost::asio::awaitable<base::Result<int>> LiveLog(FaceContext& context,
                                                  std::unique_ptr<surface::Client> client,
                                                  const View& view, LogsCall call,
                                                  uint64_t size_now) {
  std::vector<std::string> names;
  for (const model::Node* node : Ordered(view)) {
    names.push_back(node->name);
  }
  const base::Result<std::string> name = model::MatchOneId(names, call.node);
  if (!name) {
    co_return base::Pass(name.error());
  }
  const model::Node& node = view.nodes.at(*name);
  if (call.attempt > node.attempt) {
    co_return base::Fail(base::ErrorKind::kGone, "no_attempt",
                         fmt::format("{} has had {}", *name,
                                     base::Counted(static_cast<size_t>(node.attempt), "attempt")));
  }
  model::NodeLogInput input;
  input.run_id = view.run.run_id.value_or("");
  input.node = *name;
  input.attempt = call.attempt;
  input.offset = StartOf(call.offset, size_now);

  const auto reading = std::make_shared<Reading>(context.executor, context.console, call.raw);
  reading->next = input.offset;
  const std::unique_ptr<os::SignalSource> signals = FaceSignals(context.executor, false);
  async::TaskGroup tasks(context.executor);
  tasks.Spawn("listen to signals",
              [reading, source = signals.get()] { return ListenToSignals(reading, source); });
  std::optional<base::Error> failed;
  for (int redials = 0; !failed.has_value();) {
    Subscribe(*client, context.executor, input, reading);
    while (!IsOver(*reading, context.console)) {
      const bool woken = co_await reading->changed.Wait();
      if (!woken) {
        break;
      }
    }
    if (!LinkWasLost(*reading)) {
      break;
    }
    // The next coordinator goes on where this one stopped.
    reading->end.reset();
    input.offset = reading->next;
    auto again = co_await Redial(context, redials);
    if (again) {
      client = std::move(*again);
    } else {
      failed = again.error();
    }
  }
  if (!failed.has_value() && reading->end.has_value() && !*reading->end) {
    failed = reading->end->error();
  }
  const bool interrupted = reading->interrupted;
  client->Close();
  tasks.Kill();
  co_await tasks.Join();
  reading->writer.Flush(true);
  if (context.console.failure() && !context.console.reader_left()) {
    co_return base::Pass(*context.console.failure());
  }
  if (failed.has_value()) {
    co_return base::Pass(*failed);
  }
  constexpr int kInterruptedExit = 130;
  co_return interrupted ? kInterruptedExit : 0;
}

}  // namespace odu::face
