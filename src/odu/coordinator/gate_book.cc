#include "odu/coordinator/gate_book.h"

#include <algorithm>
#include <utility>

#include "odu/forge/pacer.h"

namespace odu::coordinator {
namespace {

using forge::CommitStatus;
using Ms = GateBook::Ms;

bool Same(const CommitStatus& one, const CommitStatus& other) {
  return one.state == other.state && one.description == other.description;
}

bool Shows(const forge::PostedStatus& shown, const CommitStatus& status) {
  return shown.state == status.state && shown.description == status.description;
}

bool IsEnd(const CommitStatus& status) {
  return status.state != "pending";
}

/// Whether a try that failed like this may have reached the forge all the same.
bool MayHaveArrived(const forge::Failure& failure) {
  const std::string& code = failure.error.code();
  return code == "forge_timeout" || code == "forge_unreachable" || code == "bad_answer" ||
         code == "forge_failed" || code == "stopped" || code == "too_large";
}

CommitStatus StatusOf(const ledger::GateStatus& line) {
  CommitStatus status;
  status.context = line.context;
  status.state = line.state;
  status.description = line.description;
  status.target_url = line.target_url;
  return status;
}

GateBook::Line LineOf(std::string_view type, CommitStatus status, std::string why = {}) {
  GateBook::Line line;
  line.type = type;
  line.status = std::move(status);
  line.why = std::move(why);
  return line;
}

}  // namespace

void GateBook::Restore(const ledger::GateRecord& record) {
  for (const auto& [name, context] : record.contexts) {
    Slot& slot = slots_[name];
    if (context.posted) {
      slot.posted = StatusOf(*context.posted);
    }
    for (const ledger::GateStatus& stray : context.strays) {
      slot.strays.push_back(StatusOf(stray));
    }
    slot.ids = context.ids;
    if (context.owed) {
      slot.owed = StatusOf(*context.owed);
      slot.owed_at_ms = context.owed_at;
      slot.tried = true;  // nobody knows
    }
    restored_ = restored_ || slot.owed || !slot.strays.empty();
  }
}

std::optional<Ms> GateBook::ReadingDue() const {
  if (reading_parked_) {
    return std::nullopt;
  }
  if (restored_) {
    return reading_at_;
  }
  std::optional<Ms> due;
  const auto take = [&](Ms at) {
    const Ms then = std::max(at, reading_at_);
    due = due ? std::min(*due, then) : then;
  };
  for (const auto& [name, slot] : slots_) {
    if (AwaitsStray(slot)) {
      take(slot.posted_at + Scaled(kStrayTime));
    }
    if (const auto stale = StaleAt(slot)) {
      take(std::max(slot.next_try, *stale));
    }
  }
  return due;
}

std::optional<Ms> GateBook::StaleAt(const Slot& slot) const {
  // Of a commit that the forge does not have nobody can have said anything.
  if (!slot.owed || slot.on_its_way || slot.parked || slot.tries == 0 || absent_) {
    return std::nullopt;
  }
  return std::max(slot.owed_since, slot.looked_at) + Scaled(kStaleTime);
}

bool GateBook::AwaitsStray(const Slot& slot) {
  return slot.posted && !slot.owed && !slot.on_its_way && !slot.wanted &&
         std::ranges::any_of(slot.strays,
                             [&](const CommitStatus& stray) { return !Same(stray, *slot.posted); });
}

bool GateBook::IsOurs(const Slot& slot, const forge::PostedStatus& shown) {
  // By the forge's number: another machine that runs this commit says `pending` in the same words.
  if (std::ranges::find(slot.ids, shown.id) != slot.ids.end()) {
    return true;
  }
  const auto says = [&](const CommitStatus& own) { return Shows(shown, own); };
  return (slot.owed && says(*slot.owed)) || std::ranges::any_of(slot.strays, says);
}

bool GateBook::WantsReading(Ms now) const {
  const auto due = ReadingDue();
  return due && *due <= now;
}

std::vector<GateBook::Line> GateBook::Read(const std::vector<forge::PostedStatus>& shown,
                                           int64_t now_s, int64_t local_s, Ms now) {
  std::vector<Line> lines;
  std::map<std::string_view, const forge::PostedStatus*> newest;
  for (const forge::PostedStatus& status : shown) {
    newest.emplace(status.context, &status);
  }
  const bool first = std::exchange(restored_, false);
  reading_tries_ = 0;
  reading_trouble_.clear();
  for (auto& [name, slot] : slots_) {
    if (first) {
      slot.posted_at = now;  // what a dead owner sent may arrive from now on
    }
    const auto found = newest.find(name);
    const forge::PostedStatus* top = found == newest.end() ? nullptr : found->second;
    const auto stale = StaleAt(slot);
    if (slot.owed && !slot.on_its_way && (first || (stale && *stale <= now))) {
      if (top != nullptr && Shows(*top, *slot.owed)) {
        slot.posted = std::exchange(slot.owed, std::nullopt);
        slot.posted_at = now;
        slot.tries = 0;
        slot.ids.push_back(top->id);
        Line line = LineOf("posted", *slot.posted);
        line.id = top->id;
        lines.push_back(std::move(line));
        continue;
      }
      const int64_t owed_s = slot.owed_at_ms != 0 ? slot.owed_at_ms / 1000 + (now_s - local_s)
                                                  : now_s - (now - slot.owed_since).count() / 1000;
      if (top != nullptr && !IsOurs(slot, *top) && top->created_s > owed_s) {
        lines.push_back(LineOf("dropped", *slot.owed, "somebody else has spoken since"));
        slot.owed.reset();
        slot.strays.clear();
        continue;
      }
      slot.looked_at = now;
      if (first && slot.tried) {
        slot.strays.push_back(*slot.owed);  // it may still be under way
      }
      continue;
    }
    if (!AwaitsStray(slot) || slot.posted_at + Scaled(kStrayTime) > now) {
      continue;
    }
    const bool stray_won =
        top != nullptr && !Shows(*top, *slot.posted) &&
        std::ranges::any_of(slot.strays, [&](const CommitStatus& s) { return Shows(*top, s); });
    if (stray_won) {
      lines.push_back(MakeOwed(slot, *slot.posted, now));
    }
    slot.strays.clear();
    lines.push_back(LineOf("checked", *slot.posted));
    if (stray_won) {
      std::swap(lines[lines.size() - 1], lines[lines.size() - 2]);
    }
  }
  return lines;
}

void GateBook::ReadFailed(const forge::Failure& failure, double dice, Ms now) {
  ++reading_tries_;
  reading_trouble_ = failure.error.message();
  reading_parked_ = failure.remedy == forge::Remedy::kPerson;
  const Ms wait = failure.remedy == forge::Remedy::kPush
                      ? kPushTime
                      : forge::Backoff(reading_tries_, dice, kLongestBackoff);
  reading_at_ = now + Scaled(std::max(wait, failure.after));
}

bool GateBook::ShowsPending(const Slot& slot) const {
  const auto pending = [](const std::optional<CommitStatus>& status) {
    return status && !IsEnd(*status);
  };
  if (slot.on_its_way) {
    return pending(slot.on_its_way);
  }
  return (slot.tried && pending(slot.owed)) || pending(slot.posted);
}

const CommitStatus* GateBook::Latest(const Slot& slot) const {
  for (const auto* status : {&slot.wanted, &slot.owed, &slot.on_its_way, &slot.posted}) {
    if (status->has_value()) {
      return &**status;
    }
  }
  return nullptr;
}

GateBook::Line GateBook::MakeOwed(Slot& slot, CommitStatus status, Ms now) {
  if (slot.owed && slot.tried && !slot.on_its_way && !Same(*slot.owed, status)) {
    slot.strays.push_back(*slot.owed);
  }
  slot.owed = std::move(status);
  slot.owed_since = now;
  slot.owed_at_ms = 0;
  slot.tried = false;
  slot.tries = 0;
  slot.next_try = now;
  slot.wanted.reset();
  return LineOf("owed", *slot.owed);
}

std::vector<GateBook::Line> GateBook::Take(const model::Node& node, std::string target_url,
                                           Ms now) {
  std::vector<Line> lines;
  const auto known = slots_.find(node.name);
  const bool shows_pending = known != slots_.end() && ShowsPending(known->second);
  auto status = forge::StatusOf(node, shows_pending);
  if (!status) {
    if (known == slots_.end()) {
      return lines;
    }
    // It does not run after all: its beginning was never said.
    Slot& slot = known->second;
    slot.wanted.reset();
    if (slot.owed && !slot.tried && !slot.on_its_way && !IsEnd(*slot.owed)) {
      lines.push_back(LineOf("withdrawn", *slot.owed, "it never was told"));
      slot.owed.reset();
    }
    return lines;
  }
  status->target_url = std::move(target_url);
  Slot& slot = slots_[node.name];
  const CommitStatus* latest = Latest(slot);
  if (latest != nullptr && Same(*latest, *status)) {
    return lines;
  }
  if (IsEnd(*status)) {
    if (slot.owed && !slot.tried && !slot.on_its_way) {
      lines.push_back(LineOf("withdrawn", *slot.owed, "it has ended"));
    }
    lines.push_back(MakeOwed(slot, *std::move(status), now));
    return lines;
  }
  if (!slot.wanted) {
    slot.wanted_at = now;
    slot.due = now + Scaled(kDebounce);
  }
  slot.wanted = std::move(status);
  return lines;
}

std::vector<GateBook::Due> GateBook::Ready(Ms now) const {
  std::vector<Due> ready;
  if (restored_) {
    return ready;
  }
  for (const auto& [name, slot] : slots_) {
    const auto stale = StaleAt(slot);
    if (slot.on_its_way || slot.parked || slot.next_try > now || (stale && *stale <= now)) {
      continue;
    }
    if (slot.owed) {
      ready.push_back(Due{name, IsEnd(*slot.owed), true, slot.owed_since});
    } else if (slot.wanted && slot.due <= now) {
      ready.push_back(Due{name, false, false, slot.wanted_at});
    }
  }
  std::ranges::stable_sort(ready, [](const Due& one, const Due& other) {
    return one.urgent != other.urgent ? one.urgent : one.since < other.since;
  });
  if (absent_ && !ready.empty()) {
    const bool asking = std::ranges::any_of(
        slots_, [](const auto& entry) { return entry.second.on_its_way.has_value(); });
    ready.resize(asking || next_probe_ > now ? 0 : 1);
  }
  return ready;
}

std::optional<Ms> GateBook::NextTime(Ms now) const {
  std::optional<Ms> next = ReadingDue();
  const auto take = [&](Ms at) {
    if (at > now) {
      next = next ? std::min(*next, at) : at;
    }
  };
  if (restored_) {
    return next;
  }
  for (const auto& [name, slot] : slots_) {
    if (slot.on_its_way || slot.parked) {
      continue;
    }
    if (slot.owed) {
      if (const auto stale = StaleAt(slot); stale && *stale <= slot.next_try) {
        continue;  // read first
      }
      take(std::max(slot.next_try, next_probe_));
    } else if (slot.wanted) {
      take(std::max({slot.due, slot.next_try, next_probe_}));
    }
  }
  return next;
}

GateBook::Line GateBook::Owe(const std::string& context, Ms now) {
  Slot& slot = slots_[context];
  return MakeOwed(slot, CommitStatus(*slot.wanted), now);
}

CommitStatus GateBook::Try(const std::string& context) {
  Slot& slot = slots_[context];
  slot.on_its_way = slot.owed;
  slot.tried = true;
  ++slot.tries;
  return *slot.on_its_way;
}

GateBook::Line GateBook::Confirmed(const std::string& context, int64_t id, Ms now) {
  Slot& slot = slots_[context];
  slot.posted = std::exchange(slot.on_its_way, std::nullopt);
  slot.posted_at = now;
  if (slot.owed && Same(*slot.owed, *slot.posted)) {
    slot.owed.reset();
  }
  slot.tries = 0;
  slot.next_try = now;
  slot.trouble.clear();
  if (id != 0) {
    slot.ids.push_back(id);
  }
  if (std::exchange(absent_, false)) {
    RetryNow(now);
  }
  Line line = LineOf("posted", *slot.posted);
  line.id = id;
  return line;
}

void GateBook::Failed(const std::string& context, const forge::Failure& failure, double dice,
                      Ms now) {
  Slot& slot = slots_[context];
  const CommitStatus tried = *std::exchange(slot.on_its_way, std::nullopt);
  if (MayHaveArrived(failure)) {
    const bool replaced = !slot.owed || !Same(*slot.owed, tried);
    if (replaced) {
      slot.strays.push_back(tried);
    }
  } else if (slot.owed && Same(*slot.owed, tried)) {
    slot.tried = slot.tries > 1;
  }
  slot.trouble = failure.error.message();
  if (failure.remedy == forge::Remedy::kPush) {
    absent_since_ = absent_ ? absent_since_ : now;
    absent_ = true;
    next_probe_ = now + Scaled(kPushTime);
  } else if (absent_) {
    next_probe_ = now + Scaled(std::max(failure.after, Ms(1'000)));  // whoever is asked next
  }
  if (slot.owed && !Same(*slot.owed, tried)) {
    slot.tries = 0;
    slot.next_try = now + Scaled(failure.after);
    return;
  }
  slot.parked = failure.remedy == forge::Remedy::kPerson;
  const Ms wait = failure.remedy == forge::Remedy::kPush
                      ? kPushTime
                      : forge::Backoff(slot.tries, dice, kLongestBackoff);
  slot.next_try =
      now + Scaled(failure.remedy == forge::Remedy::kWait ? failure.after
                                                          : std::max(wait, failure.after));
}

std::optional<GateBook::Line> GateBook::Supersede(const std::string& context, const std::string& by,
                                                  std::vector<CommitStatus>& strays) {
  const auto known = slots_.find(context);
  if (known == slots_.end() || known->second.on_its_way) {
    return std::nullopt;
  }
  Slot& slot = known->second;
  strays = std::exchange(slot.strays, {});
  slot.wanted.reset();
  if (!slot.owed) {
    return std::nullopt;
  }
  if (slot.tried) {
    strays.push_back(*slot.owed);
  }
  Line line = LineOf(slot.tried ? "dropped" : "withdrawn", *slot.owed, "run " + by + " is newer");
  slot.owed.reset();
  return line;
}

std::vector<GateBook::Line> GateBook::Inherit(const std::string& context,
                                              std::vector<CommitStatus> strays, Ms now) {
  std::vector<Line> lines;
  Slot& slot = slots_[context];
  slot.posted_at = now;  // from now on it is looked after
  for (CommitStatus& stray : strays) {
    lines.push_back(LineOf("stray", stray, "of an older run"));
    slot.strays.push_back(std::move(stray));
  }
  return lines;
}

std::vector<std::string> GateBook::Contested() const {
  std::vector<std::string> names;
  for (const auto& [name, slot] : slots_) {
    if (!slot.on_its_way && (slot.owed || !slot.strays.empty())) {
      names.push_back(name);
    }
  }
  return names;
}

void GateBook::RetryNow(Ms now) {
  next_probe_ = std::min(next_probe_, now);
  reading_parked_ = false;
  reading_at_ = std::min(reading_at_, now);
  for (auto& [name, slot] : slots_) {
    slot.parked = false;
    slot.next_try = std::min(slot.next_try, now);
  }
}

std::vector<std::string> GateBook::Unposted() const {
  std::vector<std::string> names;
  for (const auto& [name, slot] : slots_) {
    if (slot.owed || slot.on_its_way) {
      names.push_back(name);
    }
  }
  return names;
}

std::string GateBook::TroubleOf(const std::string& context) const {
  const auto known = slots_.find(context);
  return known == slots_.end() || known->second.trouble.empty() ? reading_trouble_
                                                                : known->second.trouble;
}

bool GateBook::Claims(std::string_view context) const {
  const auto known = slots_.find(context);
  return known != slots_.end() &&
         (known->second.owed || known->second.on_its_way || known->second.posted);
}

bool GateBook::OnItsWay(std::string_view context) const {
  const auto known = slots_.find(context);
  return known != slots_.end() && known->second.on_its_way;
}

bool GateBook::Settled() const {
  return !restored_ && std::ranges::all_of(slots_, [](const auto& entry) {
    const Slot& slot = entry.second;
    return !slot.wanted && !slot.owed && !slot.on_its_way && !AwaitsStray(slot);
  });
}

bool GateBook::OnlyPeopleHelp(Ms now) const {
  if (reading_parked_ || (absent_ && now - absent_since_ > Scaled(kPushPatience))) {
    return true;
  }
  return std::ranges::all_of(slots_, [](const auto& entry) {
    const Slot& slot = entry.second;
    return slot.parked || (!slot.wanted && !slot.owed && !slot.on_its_way);
  });
}

}  // namespace odu::coordinator
