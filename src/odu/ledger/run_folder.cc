#include "odu/ledger/run_folder.h"

#include <fmt/format.h>

#include "base/bug.h"
#include "base/text.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

using base::ErrorKind;

// A header of 10,000 nodes is about 3 MB.
constexpr size_t kHeaderLimit = size_t{64} << 20;

base::Error BadRun(const RunFolder& folder, std::string_view why) {
  return base::Error(ErrorKind::kHost, "bad_run",
                     fmt::format("{}: {}", base::Quoted(folder.header()), why),
                     "the run is left as it is; its logs can still be read");
}

base::Result<void> Written(const RunFolder& folder, const RunHeader& header,
                           const RunEnvironment& environment) {
  if (auto made = os::MakeDirs(folder.lanes()); !made) {
    return made;
  }
  if (auto written = WriteRunEnvironment(folder, environment); !written) {
    return written;
  }
  os::WriteOptions options;
  options.sync = true;
  // The header comes last: with it the folder is a run.
  const std::string text = surface::Encoded(header) + "\n";
  return os::WriteFileAtomic(folder.header(), text, options);
}

}  // namespace

std::string RunsDir(std::string_view state) {
  return std::string(state) + "/runs";
}

RunFolder FolderOf(std::string_view state, std::string_view run_id) {
  BUG_IF(!model::IsRunId(run_id), "a run folder was asked for by what is no run id");
  return RunFolder{RunsDir(state) + "/" + std::string(run_id)};
}

base::Result<RunFolder> CreateRun(std::string_view state, const RunHeader& header,
                                  const RunEnvironment& environment) {
  RunFolder folder = FolderOf(state, header.run_id);
  if (!base::IsUtf8(header.checkout)) {
    return base::Fail(
        ErrorKind::kRefused, "bad_path",
        fmt::format("the path of the checkout is not UTF-8: {}", base::Quoted(header.checkout)),
        "move the checkout to a path that is");
  }
  if (os::Exists(folder.header())) {
    return base::Fail(ErrorKind::kBusy, "run_exists",
                      fmt::format("run {} exists already", header.run_id));
  }
  auto written = Written(folder, header, environment);
  if (written) {
    written = os::SyncDirectory(RunsDir(state));
  }
  if (!written) {
    // Without a header it is no run; what could be written must not be left behind on a full disk.
    static_cast<void>(os::RemoveTree(folder.path));
    return base::Pass(written.error().In(fmt::format("recording run {}", header.ref)));
  }
  return folder;
}

base::Result<RunHeader> ReadHeader(const RunFolder& folder) {
  auto text = os::ReadFile(folder.header(), kHeaderLimit);
  if (!text) {
    if (text.error().code() == "not_found") {
      return base::Fail(ErrorKind::kGone, "no_run",
                        fmt::format("there is no run at {}", base::Quoted(folder.path)));
    }
    return base::Pass(text.error());
  }
  base::JsonLimits limits;
  limits.bytes = kHeaderLimit;
  auto json = base::ParseJson(*text, "run.json", limits);
  if (!json) {
    return base::Pass(BadRun(folder, json.error().message()));
  }
  auto header = surface::Decode<RunHeader>(*json);
  if (!header) {
    return base::Pass(BadRun(folder, header.error().message()));
  }
  if (header->format != RunHeader().format) {
    return base::Pass(
        BadRun(folder, fmt::format("written by a newer odu (format {}, this reads {})",
                                   header->format, RunHeader().format)));
  }
  if (!model::IsRunId(header->run_id)) {
    return base::Pass(BadRun(folder, "run_id is no run id"));
  }
  return header;
}

}  // namespace odu::ledger
