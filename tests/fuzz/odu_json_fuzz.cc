#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "odu/model/ids.h"
#include "odu/plan/render.h"
#include "odu/plan/selection.h"
#include "odu/plan/task_file.h"

/// Whatever is read as a task file can be dumped, read again as the same, drawn, and selected from.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto nodes = odu::plan::ParseTaskFile(input, "odu.json");
  if (!nodes) {
    return 0;
  }
  const odu::model::Pipeline pipeline{"odu.json", {{"x86_64-linux", *nodes}}, {}};
  const auto again =
      odu::plan::ParseTaskFile(odu::plan::RenderDump(pipeline, pipeline.lanes[0]), "odu.json");
  if (!again || again->size() != nodes->size()) {
    std::abort();
  }
  odu::plan::RenderGraph(pipeline.lanes[0]);
  for (const odu::model::PlanNode& node : *nodes) {
    if (!odu::model::IsInstanceId(node.id) || node.argv.empty()) {
      std::abort();
    }
    const std::string selectors[] = {odu::model::NodeId(node.id, "x86_64-linux")};
    if (!odu::plan::Select(pipeline, selectors, false)) {
      std::abort();
    }
  }
  return 0;
}
