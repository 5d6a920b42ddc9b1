#pragma once

#include <functional>
#include <string>

#include "odu/face/view.h"
#include "odu/model/run_report.h"

namespace odu::face {

/// A run as its folder tells it, in the shape of a live one.
View StoredView(const model::RunReport& report);

/// The run of that id out of the store; for when its coordinator has gone on to another.
using LoadRun = std::function<base::Result<View>(const std::string& run_id)>;

}  // namespace odu::face
