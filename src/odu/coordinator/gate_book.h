#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "odu/forge/commit_status.h"
#include "odu/forge/forge.h"
#include "odu/ledger/gate_journal.h"
#include "odu/model/node.h"

namespace odu::coordinator {

/// What one run owes the forge, by context. Pure: the time is an argument, the journal and the
/// forge are others'. A context's statuses:
///
///   wanted --Take (written down)--> owed --Try--> on its way --Confirmed--> posted
///                                    ^                 |
///                                    +----Failed-------+
///
/// A newer status takes the place of one that is wanted or owed. Invariants: 1. at most one of a
/// context is on its way, so the forge gets them in their order. 2. what was tried and is not known
/// to have failed is a stray until the forge was read: it may still arrive. 3. `pending` waits for
/// kDebounce, so that what ends within it is posted once.
class GateBook {
 public:
  using Ms = std::chrono::milliseconds;
  static constexpr Ms kDebounce{1'000};
  /// After so long nothing arrives any more that was sent.
  static constexpr Ms kStrayTime{10'000};
  /// A debt that was tried and is older than this is not paid before it was looked whether somebody
  /// else has spoken since.
  static constexpr Ms kStaleTime{30'000};
  /// How often it is looked whether a commit has been pushed.
  static constexpr Ms kPushTime{60'000};
  /// After so long without the commit a push is no longer stayed for.
  static constexpr Ms kPushPatience{86'400'000};
  static constexpr Ms kLongestBackoff{300'000};

  /// `scale` divides all waits, for tests.
  explicit GateBook(int64_t scale = 1) : scale_(scale) {}

  /// What stood in the journal. Nothing is tried before Read().
  void Restore(const ledger::GateRecord& record);
  /// It has to be read what the forge shows: before the first try after Restore, before old debts
  /// are paid, and when strays may have arrived.
  bool WantsReading(Ms now) const;
  /// When WantsReading becomes true; nothing when it never does by itself.
  std::optional<Ms> ReadingDue() const;

  /// A line for the journal; what is `owed` has to be on the disk before it is tried.
  struct Line {
    std::string_view type;
    forge::CommitStatus status;
    int64_t id = 0;
    std::string why;
  };
  /// What the forge shows. `now_s` is its own time; `local_s` ours at that moment.
  std::vector<Line> Read(const std::vector<forge::PostedStatus>& shown, int64_t now_s,
                         int64_t local_s, Ms now);
  void ReadFailed(const forge::Failure& failure, double dice, Ms now);

  /// The node is like this now.
  std::vector<Line> Take(const model::Node& node, std::string target_url, Ms now);

  /// What may be tried now: ends first, then by age. Beginnings that are due are written down by
  /// Owe.
  struct Due {
    std::string context;
    bool urgent = true;
    bool written = true;
    Ms since{0};
  };
  std::vector<Due> Ready(Ms now) const;
  /// When something will be ready; nothing when nothing waits for time.
  std::optional<Ms> NextTime(Ms now) const;
  /// A beginning is about to be tried.
  Line Owe(const std::string& context, Ms now);
  /// It is on its way from now on.
  forge::CommitStatus Try(const std::string& context);
  Line Confirmed(const std::string& context, int64_t id, Ms now);
  void Failed(const std::string& context, const forge::Failure& failure, double dice, Ms now);
  /// The contexts that are owed something or where a stray may arrive: what a newer run may take
  /// over.
  std::vector<std::string> Contested() const;
  /// A newer run has this context: what is owed is not ours to say any more. Gives the line, and
  /// what may still arrive.
  std::optional<Line> Supersede(const std::string& context, const std::string& by,
                                std::vector<forge::CommitStatus>& strays);
  /// What an older run tried may still arrive over ours.
  std::vector<Line> Inherit(const std::string& context, std::vector<forge::CommitStatus> strays,
                            Ms now);

  /// Everything is to be tried at once: new credentials, or somebody asks.
  void RetryNow(Ms now);

  /// Contexts that the forge does not show as they are, by name; what is only debounced counts not.
  std::vector<std::string> Unposted() const;
  /// Why, for people; empty when nothing has failed.
  std::string TroubleOf(const std::string& context) const;
  bool Claims(std::string_view context) const;
  bool OnItsWay(std::string_view context) const;
  /// Nothing is owed, on its way or may still arrive.
  bool Settled() const;
  /// Something is owed that no time will mend.
  bool OnlyPeopleHelp(Ms now) const;
  bool reading_failed() const { return reading_tries_ > 0; }

 private:
  struct Slot {
    std::optional<forge::CommitStatus> wanted;  ///< a beginning, or an end that Take has written
    Ms wanted_at{0};
    Ms due{0};
    std::optional<forge::CommitStatus> owed;
    Ms owed_since{0};
    int64_t owed_at_ms = 0;  ///< wall, of what an earlier owner owed; 0 = it is ours
    Ms looked_at{0};         ///< what is owed was still to be said then
    bool tried = false;
    std::optional<forge::CommitStatus> on_its_way;
    std::optional<forge::CommitStatus> posted;
    Ms posted_at{0};
    std::vector<forge::CommitStatus> strays;
    std::vector<int64_t> ids;  ///< the forge's, of what it confirmed
    int tries = 0;
    Ms next_try{0};
    bool parked = false;  ///< only a person can help
    std::string trouble;
  };

  /// Something else than what is shown may still arrive, and nothing will be said after it.
  static bool AwaitsStray(const Slot& slot);
  /// When the forge has to be read before `owed` is tried again; nothing when it needs not.
  std::optional<Ms> StaleAt(const Slot& slot) const;
  bool ShowsPending(const Slot& slot) const;
  /// That status is one of this run's.
  static bool IsOurs(const Slot& slot, const forge::PostedStatus& shown);
  const forge::CommitStatus* Latest(const Slot& slot) const;
  Line MakeOwed(Slot& slot, forge::CommitStatus status, Ms now);
  Ms Scaled(Ms wait) const { return wait / scale_; }

  int64_t scale_;
  std::map<std::string, Slot, std::less<>> slots_;
  bool restored_ = false;  ///< and not read yet
  int reading_tries_ = 0;
  Ms reading_at_{0};
  bool reading_parked_ = false;
  std::string reading_trouble_;
  /// The forge does not have the commit: one status at a time asks whether it has it now.
  bool absent_ = false;
  Ms absent_since_{0};
  Ms next_probe_{0};
};

}  // namespace odu::coordinator
