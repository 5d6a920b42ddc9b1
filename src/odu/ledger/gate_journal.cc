#include "odu/ledger/gate_journal.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/json.h"
#include "os/file_system.h"
#include "surface/codec.h"

namespace odu::ledger {
namespace {

constexpr size_t kLimit = size_t{256} << 20;

std::string OpenName(const RunFolder& folder) {
  return folder.path + "/gate.ndjson";
}
std::string OverName(const RunFolder& folder) {
  return folder.path + "/posted.ndjson";
}

template <class T>
std::string LineOf(int64_t at, std::string_view type, const T& value) {
  std::string line = R"({"t":")";
  line += type;
  line += R"(","at":)";
  surface::Encode(line, at);
  line += R"(,"v":)";
  surface::Encode(line, value);
  line += "}\n";
  return line;
}

void Apply(GateRecord& record, std::string_view type, int64_t at, GateStatus status) {
  GateContext& context = record.contexts[status.context];
  if (type == "owed") {
    if (context.owed && !context.owed->Says(status)) {
      context.strays.push_back(*context.owed);
    }
    context.owed = std::move(status);
    context.owed_at = at;
  } else if (type == "posted") {
    if (context.owed && context.owed->Says(status)) {
      context.owed.reset();
    }
    if (status.id != 0) {
      context.ids.push_back(status.id);
    }
    context.posted = std::move(status);
  } else if (type == "dropped") {
    if (context.owed) {
      context.strays.push_back(*context.owed);
    }
    context.owed.reset();
  } else if (type == "withdrawn") {
    context.owed.reset();
  } else if (type == "stray") {
    context.strays.push_back(std::move(status));
  } else if (type == "checked") {
    context.strays.clear();
  }
}

/// One line; false for what no odu wrote.
bool Take(GateRecord& record, std::string_view line) {
  const auto json = base::ParseJson(line, "line");
  const base::json::object* object = json ? json->if_object() : nullptr;
  if (object == nullptr) {
    return false;
  }
  const base::json::value* type = object->if_contains("t");
  const base::json::value* at = object->if_contains("at");
  const base::json::value* value = object->if_contains("v");
  if (type == nullptr || !type->is_string() || at == nullptr || !at->is_int64() ||
      value == nullptr) {
    return false;
  }
  const std::string_view name(type->get_string());
  if (name == "to") {
    auto target = surface::Decode<GateTarget>(*value);
    if (!target) {
      return false;
    }
    record.target = std::move(*target);
    return true;
  }
  auto status = surface::Decode<GateStatus>(*value);
  if (!record.target || !status) {
    return false;
  }
  Apply(record, name, at->get_int64(), std::move(*status));
  return true;
}

}  // namespace

std::vector<std::string> GateRecord::Unposted() const {
  std::vector<std::string> names;
  for (const auto& [name, context] : contexts) {
    if (context.owed) {
      names.push_back(name);
    }
  }
  return names;
}

GateRecord ScanGate(std::string_view text) {
  GateRecord record;
  while (record.sound_bytes < text.size()) {
    const std::string_view rest = text.substr(record.sound_bytes);
    const size_t length = rest.find('\n');
    if (length == std::string_view::npos || !Take(record, rest.substr(0, length))) {
      break;
    }
    record.sound_bytes += length + 1;
  }
  return record;
}

base::Result<GateRecord> ReadGate(const RunFolder& folder) {
  auto text = os::ReadFile(OpenName(folder), kLimit);
  const bool over = !text && text.error().code() == "not_found";
  if (over) {
    text = os::ReadFile(OverName(folder), kLimit);
  }
  if (!text) {
    return base::Pass(text.error());
  }
  GateRecord record = ScanGate(*text);
  record.over = over;
  return record;
}

bool MayOwe(const RunFolder& folder) {
  return os::Exists(OpenName(folder));
}

base::Result<void> MarkOwing(const RunFolder& folder) {
  if (MayOwe(folder) || os::Exists(OverName(folder))) {
    return {};
  }
  const auto file = os::AppendFile::Open(OpenName(folder));
  return file ? base::Result<void>() : base::Result<void>(base::Pass(file.error()));
}

std::vector<std::string> UnpostedOf(const RunFolder& folder) {
  if (!MayOwe(folder)) {
    return {};
  }
  const auto record = ReadGate(folder);
  return record ? record->Unposted() : std::vector<std::string>();
}

GateJournal::GateJournal(os::AppendFile file, RunFolder folder, GateRecord record)
    : file_(std::move(file)), folder_(std::move(folder)), record_(std::move(record)) {}

base::Result<GateJournal> GateJournal::Open(const RunFolder& folder) {
  if (!MayOwe(folder) && os::Exists(OverName(folder)) &&
      rename(OverName(folder).c_str(), OpenName(folder).c_str()) != 0) {
    return base::Pass(base::SystemError("the run's gate journal", errno));
  }
  GateRecord record;
  if (auto text = os::ReadFile(OpenName(folder), kLimit)) {
    record = ScanGate(*text);
  } else if (text.error().code() != "not_found") {
    return base::Pass(text.error());
  }
  auto file = os::AppendFile::Open(OpenName(folder));
  if (!file) {
    return base::Pass(file.error());
  }
  if (record.sound_bytes < file->size()) {
    if (auto cut = file->TruncateTo(record.sound_bytes); !cut) {
      return base::Pass(cut.error());
    }
  }
  return GateJournal(std::move(*file), folder, std::move(record));
}

base::Result<void> GateJournal::Begin(int64_t at, const GateTarget& target) {
  return file_.Append(LineOf(at, "to", target));
}

base::Result<void> GateJournal::Write(int64_t at, std::string_view type, const GateStatus& status) {
  return file_.Append(LineOf(at, type, status));
}

boost::asio::awaitable<base::Result<void>> GateJournal::Sync(async::Worker& worker) {
  const int fd = file_.fd();
  auto sync = [fd] { return fdatasync(fd) == 0 ? 0 : errno; };
  const int error_number = co_await worker.Run(sync);
  if (error_number != 0) {
    co_return base::Pass(base::SystemError("the run's gate journal", error_number));
  }
  co_return base::Result<void>();
}

base::Result<void> GateJournal::Finish() {
  if (rename(OpenName(folder_).c_str(), OverName(folder_).c_str()) != 0) {
    return base::Pass(base::SystemError("the run's gate journal", errno));
  }
  return {};
}

}  // namespace odu::ledger
