#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/model/odu_contract.h"
#include "odu/model/run.h"
#include "odu/model/run_report.h"
#include "service/ensure.h"

namespace odu::agent {

/// A checkout as the tools need it. Paths are absolute and real.
struct CheckoutPlace {
  std::string toplevel;
  service::ServicePlace place;  ///< its coordinator
};

/// Which stored runs are asked for.
struct RunsQuery {
  size_t limit = 20;
  bool failed = false;
  std::string node;
  std::optional<int64_t> since_ms;  ///< epoch milliseconds
};

/// A log file on this machine.
struct LogFile {
  std::string path;
  std::string run_id;
  std::string node;
  int32_t attempt = 0;
  uint64_t size = 0;
};

/// Which plan is asked for; empty fields are as usual.
struct PlanQuery {
  std::string root;
  std::string pipeline_file;
  std::string platform;
};

/// What is known without a coordinator: folders, configuration, plans. `toplevel` is that of a
/// place it gave. Nothing of it changes anything.
class Store {
 public:
  virtual ~Store() = default;

  /// The checkout that holds `directory`. kRefused "not_a_repository".
  virtual base::Result<CheckoutPlace> Find(const std::string& directory) = 0;
  /// Whether a run has lost its coordinator, so that one has to be started to tell of it.
  virtual base::Result<bool> NeedsAdoption(const std::string& toplevel) = 0;
  /// The run cell of a checkout where nothing runs.
  virtual base::Result<model::Run> IdleRun(const std::string& toplevel) = 0;
  virtual base::Result<std::vector<model::RunSummary>> Runs(const std::string& toplevel,
                                                            const RunsQuery& query) = 0;
  /// The run that `word` names (empty = the newest), whichever checkout's it is.
  virtual base::Result<model::RunReport> Show(const std::string& toplevel,
                                              const std::string& word) = 0;
  /// The log of the newest attempt (0) or that one; `run` empty = the newest run.
  virtual base::Result<LogFile> Log(const std::string& toplevel, const std::string& run,
                                    const std::string& node, int32_t attempt) = 0;
  /// The folder on this machine that the node ran in; empty when there is none (any more).
  virtual std::string WorkTree(const std::string& toplevel, const std::string& run,
                               const std::string& node) = 0;
  /// What `run.next` answers of a run that is over.
  virtual base::Result<model::NextReply> Next(const std::string& toplevel,
                                              const model::NextRequest& request) = 0;
  /// What `odu hosts -o json` and `odu dump` print.
  virtual base::Result<std::string> Hosts(const std::string& toplevel) = 0;
  virtual base::Result<std::string> Pipeline(const std::string& toplevel,
                                             const PlanQuery& query) = 0;
};

}  // namespace odu::agent
