#include "odu/coordinator/run_state.h"

namespace odu::coordinator {

model::Run StateOf(const ledger::RunHeader& header) {
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
  return run;
}

}  // namespace odu::coordinator
