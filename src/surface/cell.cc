#include "surface/cell.h"

#include <map>

#include "base/bug.h"
#include "surface/value_limit.h"

namespace surface {
namespace {

void AppendVersion(std::string& out, uint64_t version) {
  out += ",\"version\":";
  out += std::to_string(version);
}

#ifdef ODU_CHECK_DELTAS
/// The subscriber's side of the algebra: snapshot, then deltas applied field by field.
class AppliedCell {
 public:
  void Snapshot(const CellState& state) {
    fields_.clear();
    Delta(state, 0);
  }
  void Delta(const CellState& state, uint64_t since) {
    for (const auto& field : state.fields()) {
      if (field.version > since) {
        fields_[field.name] = field.json;
      }
    }
    for (const auto& field : state.fields()) {
      BUG_IF(fields_[field.name] != field.json, "a cell's deltas do not add up to its value");
    }
    BUG_IF(fields_.size() != state.fields().size(), "a cell's deltas left a field behind");
  }

 private:
  std::map<std::string, std::string> fields_;
};
#endif

class CellFeed final : public Feed {
 public:
  CellFeed(std::shared_ptr<CellState> state, std::unique_ptr<Wakers::Registration> registration)
      : state_(std::move(state)), registration_(std::move(registration)) {}

  Progress Next(std::string& out) override {
    if (state_->version() == sent_) {
      return Progress::kIdle;
    }
    if (Afresh()) {
      out += ",\"snapshot\":";
      state_->AppendSnapshot(out);
    } else {
      out += ",\"delta\":";
      state_->AppendDelta(out, sent_);
    }
    Check();
    sent_ = state_->version();
    AppendVersion(out, sent_);
    return Progress::kMessage;
  }

 private:
  bool Afresh() const { return sent_ == 0 || sent_ < state_->reshaped(); }

  void Check() {
#ifdef ODU_CHECK_DELTAS
    if (Afresh()) {
      applied_.Snapshot(*state_);
    } else {
      applied_.Delta(*state_, sent_);
    }
#endif
  }

  std::shared_ptr<CellState> state_;
  std::unique_ptr<Wakers::Registration> registration_;
  uint64_t sent_ = 0;
#ifdef ODU_CHECK_DELTAS
  AppliedCell applied_;
#endif
};

}  // namespace

bool CellState::Assign(std::vector<std::pair<std::string, std::string>> fields) {
  const uint64_t next = version_ + 1;
  bool changed = version_ == 0;
  std::vector<Field> assigned;
  assigned.reserve(fields.size());
  if (fields.size() < fields_.size()) {
    reshaped_ = next;
    changed = true;
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    Field field{std::move(fields[i].first), std::move(fields[i].second), next};
    if (i < fields_.size() && fields_[i].name == field.name && fields_[i].json == field.json) {
      field.version = fields_[i].version;
    } else {
      changed = true;
    }
    if (i < fields_.size() && fields_[i].name != field.name) {
      reshaped_ = next;
    }
    assigned.push_back(std::move(field));
  }
  if (!changed) {
    return false;
  }
  fields_ = std::move(assigned);
  version_ = next;
  return true;
}

void CellState::AppendSnapshot(std::string& out) const {
  AppendDelta(out, 0);
}

void CellState::AppendDelta(std::string& out, uint64_t since) const {
  out.push_back('{');
  bool first = true;
  for (const Field& field : fields_) {
    if (field.version <= since) {
      continue;
    }
    if (!first) {
      out.push_back(',');
    }
    first = false;
    base::AppendJsonString(out, field.name);
    out.push_back(':');
    out += field.json;
  }
  out.push_back('}');
}

base::Result<std::unique_ptr<Feed>> RawCellSource::Open(const base::json::value& /*input*/,
                                                        Waker waker) {
  return std::make_unique<CellFeed>(state_, wakers_.Add(std::move(waker)));
}

base::Result<void> RawCellSource::AssignRaw(
    std::vector<std::pair<std::string, std::string>> fields) {
  size_t bytes = 0;
  for (const auto& [name, json] : fields) {
    bytes += name.size() + json.size() + 4;  // quotes, colon, comma
  }
  if (auto fits = CheckValueSize("a cell's value", bytes); !fits) {
    return fits;
  }
  if (state_->Assign(std::move(fields))) {
    wakers_.WakeAll();
  }
  return {};
}

}  // namespace surface
