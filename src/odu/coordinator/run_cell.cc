#include "odu/coordinator/run_cell.h"

#include "odu/model/next_answer.h"

namespace odu::coordinator {

model::Run RunCellOf(const ledger::RunHeader& header) {
  model::Run run;
  run.run_id = header.run_id;
  run.ref = header.ref;
  run.sha = header.sha;
  run.sha7 = header.sha.substr(0, 7);
  run.content_id = header.content_id;
  run.dirty = header.dirty;
  run.pipeline = header.pipeline.name;
  run.scope = header.scope;
  run.started_at = header.started_at;
  run.started_by = header.started_by;
  run.cursor = model::CursorOf(header.run_id, 0);
  for (const model::LanePlan& lane : header.pipeline.lanes) {
    run.expected += static_cast<int32_t>(lane.nodes.size()) + 1;  // and its setup
  }
  return run;
}

}  // namespace odu::coordinator
