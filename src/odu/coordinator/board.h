#pragma once

#include "base/logged.h"
#include "odu/model/odu_contract.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/event.h"

namespace odu::coordinator {

/// What a coordinator publishes. Whoever changes something puts it here after it is written down.
struct Board {
  surface::CellSource<model::Coordinator> coordinator;
  surface::CellSource<model::Run> run;
  surface::CellSource<model::PlannedPipeline> pipeline;
  surface::CollectionSource<model::Node> nodes;
  surface::CollectionSource<model::Lane> lanes;
  surface::CollectionSource<model::RunSummary> runs;
  surface::EventSource<model::Notice> notices;

  void Notify(model::NoticeLevel level, std::string source, std::string text) {
    base::Logged("notice", notices.Emit(model::Notice{level, std::move(source), std::move(text)}));
  }
};

}  // namespace odu::coordinator
