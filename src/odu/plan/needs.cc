#include "odu/plan/needs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace odu::plan {
namespace {

/// Works on one vector of instances; every walk keeps its own stack, so a long chain is no danger.
class Needs {
 public:
  explicit Needs(const std::vector<Instance>& instances)
      : instances_(instances),
        out_(instances.size()),
        seen_(instances.size(), 0),
        last_(instances.size()) {}

  base::Result<std::vector<std::vector<size_t>>> Compute() {
    FindLast();
    for (size_t i = 0; i < instances_.size() && count_ <= kMaxNeeds; ++i) {
      AddPriors(i);
    }
    const std::vector<bool> first_hand = ReachedByPriors(0);
    for (size_t i = 0; i < instances_.size() && count_ <= kMaxNeeds; ++i) {
      if (!instances_[i].afters.empty()) {
        AddAfters(i, first_hand);
      }
    }
    if (count_ > kMaxNeeds) {
      return std::unexpected(TooManyNeeds());
    }
    for (std::vector<size_t>& list : out_) {
      Deduplicate(list);
    }
    return std::move(out_);
  }

 private:
  /// last_[i] = what is over when instance i and all that follows it is over: itself, or the last
  /// ones of what stands after its `&&`. Those wait for i in turn.
  void FindLast() {
    enum class Mark { kNew, kOpen, kDone };
    std::vector<Mark> marks(instances_.size(), Mark::kNew);
    std::vector<size_t> stack;
    for (size_t start = 0; start < instances_.size(); ++start) {
      stack.push_back(start);
      while (!stack.empty()) {
        const size_t at = stack.back();
        if (marks[at] == Mark::kNew) {
          marks[at] = Mark::kOpen;
          for (const size_t after : instances_[at].afters) {
            if (marks[after] == Mark::kNew) {
              stack.push_back(after);
            }
          }
          continue;
        }
        stack.pop_back();
        if (std::exchange(marks[at], Mark::kDone) == Mark::kOpen) {
          SetLast(at);
        }
      }
    }
  }

  void SetLast(size_t at) {
    for (const size_t after : instances_[at].afters) {
      // An instance that follows itself has no last one; the cycle is reported later.
      last_[at].insert(last_[at].end(), last_[after].begin(), last_[after].end());
      count_ += last_[after].size();
      if (count_ > kMaxNeeds) {
        return;
      }
    }
    if (last_[at].empty()) {
      last_[at].push_back(at);
    }
    Deduplicate(last_[at]);
  }

  void AddPriors(size_t at) {
    for (const size_t prior : instances_[at].priors) {
      Add(at, prior);
      if (!instances_[prior].afters.empty()) {
        for (const size_t last : last_[prior]) {
          Add(at, last);
        }
      }
    }
  }

  void AddAfters(size_t at, const std::vector<bool>& first_hand) {
    const std::vector<bool> before = first_hand[at] ? first_hand : ReachedByPriors(at);
    std::vector<size_t> stack;
    for (const size_t after : instances_[at].afters) {
      Add(after, at);
      for (const size_t next : instances_[after].priors) {
        stack.push_back(next);
      }
    }
    ++round_;
    while (!stack.empty() && count_ <= kMaxNeeds) {
      const size_t next = stack.back();
      stack.pop_back();
      if (first_hand[next] || before[next] || std::exchange(seen_[next], round_) == round_) {
        continue;
      }
      Add(next, at);
      stack.insert(stack.end(), instances_[next].priors.begin(), instances_[next].priors.end());
    }
  }

  std::vector<bool> ReachedByPriors(size_t start) const {
    std::vector<bool> out(instances_.size(), false);
    std::vector<size_t> stack{start};
    out[start] = true;
    while (!stack.empty()) {
      const size_t at = stack.back();
      stack.pop_back();
      for (const size_t prior : instances_[at].priors) {
        if (!out[prior]) {
          out[prior] = true;
          stack.push_back(prior);
        }
      }
    }
    return out;
  }

  void Add(size_t at, size_t need) {
    out_[at].push_back(need);
    ++count_;
  }

  void Deduplicate(std::vector<size_t>& list) {
    ++round_;
    std::erase_if(list, [&](size_t item) { return std::exchange(seen_[item], round_) == round_; });
  }

  const std::vector<Instance>& instances_;
  std::vector<std::vector<size_t>> out_;
  std::vector<size_t> seen_;
  size_t round_ = 0;
  std::vector<std::vector<size_t>> last_;
  size_t count_ = 0;
};

}  // namespace

base::Error TooManyNeeds() {
  return base::Error(base::ErrorKind::kLimit, "too_large",
                     fmt::format("plan: '&&' makes more than {} needs between recipes", kMaxNeeds));
}

base::Result<std::vector<std::vector<size_t>>> NeedsOf(const std::vector<Instance>& instances) {
  return Needs(instances).Compute();
}

}  // namespace odu::plan
