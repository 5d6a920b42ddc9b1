#pragma once

#include <span>
#include <string>

#include "odu/model/plan.h"

namespace odu::plan {

/// What `odu dump` prints for one lane: `{"name", "tasks": [{"id", "name", "command", "needs"}],
/// "pruned": [{"recipe", "platform", "reason"}]}`, indented by two, with a final newline; `pruned`
/// holds the lane's own. It is a task file: odu.json may hold it as it is. A call of just or of
/// `/bin/sh -c` is one string for a shell, any other command an array.
std::string RenderDump(const model::Pipeline& pipeline, const model::LanePlan& lane);

/// What `odu graph` prints for one lane: a Mermaid flowchart, an arrow from each need to what needs
/// it. Ids that look alike in Mermaid's alphabet get a number.
std::string RenderGraph(const model::LanePlan& lane);

/// `argv` as one line for a POSIX shell.
std::string ShellLine(std::span<const std::string> argv);

}  // namespace odu::plan
