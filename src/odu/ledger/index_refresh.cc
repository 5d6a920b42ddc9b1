#include "odu/ledger/index_refresh.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "odu/ledger/expired.h"
#include "odu/ledger/run_list.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

// When the folder of runs was last changed, as of the last look; missing when it may have changed
// again within that look's tick.
const std::string kFoldersMark = "folders_ms";
// How much of expired.ndjson has been read.
const std::string kExpiredMark = "expired_bytes";
// File systems count time in ticks of up to two seconds.
constexpr int64_t kTickMs = 2000;
// What one transaction holds: others wait no longer than for that.
constexpr size_t kBatch = 64;
// A run that is being written changes all the time; it is read again at the next question.
constexpr int kTurns = 3;

int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

IndexEntry EntryOf(const ExpiredRun& run) {
  IndexEntry entry;
  entry.run_id = run.summary.run_id;
  entry.state = EntryState::kExpired;
  entry.checkout_id = run.checkout_id;
  entry.seq = run.seq;
  entry.content = run.summary.sha;
  entry.summary = run.summary;
  return entry;
}

/// A run to be read, and the stamp that the index has of it; empty for none.
using Wanted = std::vector<std::pair<std::string, std::string>>;

base::Result<void> PutAll(Index& index, std::string_view state, const Wanted& wanted) {
  std::vector<IndexEntry> batch;
  for (size_t i = 0; i < wanted.size(); ++i) {
    batch.push_back(ReadEntry(state, wanted[i].first));
    batch.back().replaces = wanted[i].second;
    if (batch.size() == kBatch || i + 1 == wanted.size()) {
      if (auto put = index.Put(batch); !put) {
        return put;
      }
      batch.clear();
    }
  }
  return {};
}

base::Result<void> PutExpired(Index& index, std::string_view state, int64_t bytes) {
  const auto runs = ReadExpired(state);
  if (!runs) {
    return base::Pass(runs.error());
  }
  std::vector<IndexEntry> entries;
  for (const ExpiredRun& run : *runs) {
    const std::string& run_id = run.summary.run_id;
    if (model::IsRunId(run_id) && !os::Exists(FolderOf(state, run_id).path)) {
      entries.push_back(EntryOf(run));
    }
  }
  if (auto put = index.Put(entries); !put) {
    return put;
  }
  return index.SetMark(kExpiredMark, bytes);
}

/// What was changed since, without new folders.
base::Result<Wanted> ChangedRuns(Index& index, std::string_view state) {
  auto unfinished = index.Unfinished();
  if (!unfinished) {
    return base::Pass(unfinished.error());
  }
  std::erase_if(*unfinished, [&](const auto& run) {
    return !model::IsRunId(run.first) || StampOf(FolderOf(state, run.first)) == run.second;
  });
  return unfinished;
}

base::Result<int64_t> ExpiredBytes(std::string_view state) {
  const auto status = os::StatusOf(ExpiredFile(state));
  if (!status && status.error().code() != "not_found") {
    return base::Pass(status.error());
  }
  return status ? static_cast<int64_t>(status->size) : 0;
}

/// A mark to be set when all up to it has been read; nothing when it is too fresh for one.
base::Result<std::optional<int64_t>> FoldersNow(std::string_view state) {
  const auto status = os::StatusOf(RunsDir(state));
  if (!status) {
    if (status.error().code() == "not_found") {
      return 0;
    }
    return base::Pass(status.error());
  }
  if (status->modified_ms + kTickMs > NowMs()) {
    return std::nullopt;
  }
  return status->modified_ms;
}

}  // namespace

base::Result<void> RefreshIndex(Index& index, std::string_view state) {
  const auto folders = FoldersNow(state);
  const auto mark = index.Mark(kFoldersMark);
  if (!folders || !mark) {
    return base::Pass(!folders ? folders.error() : mark.error());
  }
  const bool look = !folders->has_value() || *mark != *folders;
  std::vector<std::string> fresh;
  std::vector<std::string> gone;
  if (look) {
    // In this order: what others take in after the look at the folders must not count as gone.
    const auto known = index.Known();
    auto here = AllRunIds(state);
    if (!here || !known) {
      return base::Pass(!here ? here.error() : known.error());
    }
    std::ranges::reverse(*here);
    std::ranges::set_difference(*here, *known, std::back_inserter(fresh));
    std::ranges::set_difference(*known, *here, std::back_inserter(gone));
    // What a listing passes over while the folder grows is not gone.
    std::erase_if(gone, [&](const std::string& run_id) {
      return model::IsRunId(run_id) && os::Exists(FolderOf(state, run_id).path);
    });
  }
  // After the look: what another took in before there was all of it is known by then, and changed.
  auto wanted = ChangedRuns(index, state);
  if (!wanted) {
    return base::Pass(wanted.error());
  }
  for (std::string& run_id : fresh) {
    wanted->emplace_back(std::move(run_id), "");
  }
  // Another process may have read a folder before there was all of it: then it is ours to look
  // again.
  for (int turn = 0; turn < kTurns && !wanted->empty(); ++turn) {
    if (auto put = PutAll(index, state, *wanted); !put) {
      return put;
    }
    wanted = ChangedRuns(index, state);
    if (!wanted) {
      return base::Pass(wanted.error());
    }
  }
  if (!gone.empty()) {
    if (auto forgotten = index.Forget(gone); !forgotten) {
      return forgotten;
    }
  }
  const auto bytes = ExpiredBytes(state);
  const auto read = index.Mark(kExpiredMark);
  if (!bytes || !read) {
    return base::Pass(!bytes ? bytes.error() : read.error());
  }
  if (*bytes != read->value_or(0) || !gone.empty()) {
    if (auto put = PutExpired(index, state, *bytes); !put) {
      return put;
    }
  }
  if (look && folders->has_value()) {
    return index.SetMark(kFoldersMark, *folders);
  }
  return {};
}

base::Result<void> FillIndex(Index& index, std::string_view state) {
  const auto folders = FoldersNow(state);
  auto ids = AllRunIds(state);
  if (!folders || !ids) {
    return base::Pass(!folders ? folders.error() : ids.error());
  }
  std::ranges::reverse(*ids);
  // Readers take batches in order; the batches are put in that order too, so that rows stand in the
  // order of their runs.
  const size_t batches = (ids->size() + kBatch - 1) / kBatch;
  std::mutex lock;
  std::condition_variable changed;
  std::map<size_t, std::vector<IndexEntry>> read;
  size_t next_read = 0;
  size_t next_put = 0;
  const size_t readers = std::max<size_t>(std::thread::hardware_concurrency(), 1);
  const auto work = [&] {
    for (;;) {
      size_t mine = 0;
      {
        std::unique_lock hold(lock);
        // So many wait to be put, and no more: that is what memory is for.
        changed.wait(hold,
                     [&] { return next_read >= batches || next_read < next_put + 2 * readers; });
        if (next_read >= batches) {
          return;
        }
        mine = next_read++;
      }
      std::vector<IndexEntry> batch;
      for (size_t i = mine * kBatch; i < std::min(ids->size(), (mine + 1) * kBatch); ++i) {
        batch.push_back(ReadEntry(state, (*ids)[i]));
      }
      const std::scoped_lock hold(lock);
      read.emplace(mine, std::move(batch));
      changed.notify_all();
    }
  };
  base::Result<void> put;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min(readers, batches); ++i) {
      threads.emplace_back(work);
    }
    while (next_put < batches && put) {
      std::vector<IndexEntry> batch;
      {
        std::unique_lock hold(lock);
        changed.wait(hold, [&] { return read.contains(next_put); });
        batch = std::move(read.at(next_put));
        read.erase(next_put);
        ++next_put;
        changed.notify_all();
      }
      put = index.Put(batch);
    }
    const std::scoped_lock hold(lock);
    next_read = batches;
    changed.notify_all();
  }
  if (!put) {
    return put;
  }
  const auto bytes = ExpiredBytes(state);
  if (!bytes) {
    return base::Pass(bytes.error());
  }
  if (auto expired = PutExpired(index, state, *bytes); !expired) {
    return expired;
  }
  return index.SetMark(kFoldersMark, *folders);
}

}  // namespace odu::ledger
