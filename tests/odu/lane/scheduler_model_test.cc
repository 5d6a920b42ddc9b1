#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "odu/lane/scheduler.h"

/// The scheduler against a slow model that looks at everything after each event.
namespace odu::lane {
namespace {

using model::NodeStatus;
using Kind = Decision::Kind;

class Model {
 public:
  Model(const model::LanePlan& plan, size_t jobs) : jobs_(jobs), nodes_(plan.nodes.size() + 1) {
    std::map<std::string, NodeIndex> index;
    for (NodeIndex i = 1; i < nodes_.size(); ++i) {
      index[plan.nodes[i - 1].id] = i;
      for (const std::string& need : plan.nodes[i - 1].needs) {
        nodes_[i].needs.insert(index.at(need));
      }
      if (nodes_[i].needs.empty()) {
        nodes_[i].needs.insert(kSetupNode);
      }
    }
  }

  /// Takes what the scheduler decided in one event; every rule is checked as it goes.
  void Take(const std::vector<Decision>& decisions) {
    for (const Decision& decision : decisions) {
      Node& node = nodes_[decision.node];
      switch (decision.kind) {
        case Kind::kStart:
          ASSERT_FALSE(node.running) << decision.node;
          ASSERT_TRUE(CanStart(decision.node)) << decision.node;
          ASSERT_EQ(decision.n, node.status ? node.n + 1 : std::max(node.n, 1)) << decision.node;
          node.n = decision.n;
          node.running = decision.n;
          node.status.reset();
          break;
        case Kind::kStop:
          ASSERT_EQ(node.running, decision.n) << decision.node;
          node.stopping = true;
          break;
        case Kind::kRecord:
          ASSERT_FALSE(node.running) << decision.node;
          ASSERT_EQ(decision.n, std::max(node.n, 1)) << decision.node;
          node.n = decision.n;
          node.status = decision.status;
          if (decision.status == NodeStatus::kSkipped) {
            ASSERT_TRUE(HasBadNeed(decision.node)) << decision.node;
          }
          break;
        case Kind::kReset:
          ASSERT_EQ(decision.n, node.n + 1) << decision.node;
          node.n = decision.n;
          node.status.reset();
          break;
      }
    }
    ASSERT_LE(Running(), jobs_);
  }

  void Ended(NodeIndex index, const Outcome& outcome) {
    Node& node = nodes_[index];
    ASSERT_EQ(outcome.n, node.running);
    ASSERT_EQ(outcome.status == NodeStatus::kCancelled, node.stopping) << index;
    // An attempt that a rerun has already replaced says nothing about the node.
    if (outcome.n == node.n) {
      node.status = outcome.status;
    }
    node.running = 0;
    node.stopping = false;
    for (Node& other : nodes_) {
      other.holds.erase(index);
    }
  }

  void Rerun(const std::vector<NodeIndex>& asked) {
    std::set<NodeIndex> closure;
    for (const NodeIndex index : asked) {
      if (nodes_[index].running || nodes_[index].status) {
        closure.insert(index);
      }
    }
    if (nodes_[0].status && nodes_[0].status != NodeStatus::kOk) {
      closure.insert(kSetupNode);
    }
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
      if (std::ranges::any_of(nodes_[i].needs, [&](auto need) { return closure.contains(need); })) {
        closure.insert(i);
      }
    }
    for (const NodeIndex held : closure) {
      for (const NodeIndex other : closure) {
        if (nodes_[other].running) {
          nodes_[held].holds.insert(other);
        }
      }
    }
  }

  /// Nothing that could be done is left undone.
  void CheckNothingLeft() {
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
      if (!nodes_[i].status && !nodes_[i].running) {
        ASSERT_FALSE(HasBadNeed(i)) << i << " should have been skipped";
        if (Running() < jobs_) {
          ASSERT_FALSE(CanStart(i)) << i << " should have been started";
        }
      }
    }
  }

  std::vector<NodeIndex> RunningNodes() const {
    std::vector<NodeIndex> running;
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].running) {
        running.push_back(i);
      }
    }
    return running;
  }
  bool Settled() const {
    return std::ranges::all_of(nodes_, [](const Node& n) { return n.status && !n.running; });
  }

 private:
  struct Node {
    std::set<NodeIndex> needs;
    std::set<NodeIndex> holds;
    int32_t n = 0;
    int32_t running = 0;
    bool stopping = false;
    std::optional<NodeStatus> status;
  };
  size_t Running() const { return RunningNodes().size(); }
  bool HasBadNeed(NodeIndex i) const {
    return std::ranges::any_of(nodes_[i].needs, [&](NodeIndex need) {
      return nodes_[need].status && nodes_[need].status != NodeStatus::kOk;
    });
  }
  bool CanStart(NodeIndex i) const {
    return nodes_[i].holds.empty() && std::ranges::all_of(nodes_[i].needs, [&](NodeIndex need) {
             return nodes_[need].status == NodeStatus::kOk && !nodes_[need].running;
           });
  }

  size_t jobs_;
  std::vector<Node> nodes_;
};

model::LanePlan RandomPlan(std::mt19937& random, size_t size) {
  model::LanePlan plan;
  for (size_t i = 0; i < size; ++i) {
    model::PlanNode node;
    node.id = "n" + std::to_string(i);
    node.argv = {"true"};
    for (size_t need = 0; need < i; ++need) {
      if (random() % 4 == 0) {
        node.needs.push_back("n" + std::to_string(need));
      }
    }
    plan.nodes.push_back(node);
  }
  return plan;
}

std::vector<NodeIndex> SomeNodes(std::mt19937& random, size_t size) {
  std::vector<NodeIndex> nodes;
  for (size_t i = 0, count = 1 + random() % 2; i < count; ++i) {
    nodes.push_back(static_cast<NodeIndex>(random() % size));
  }
  return nodes;
}

void Play(uint32_t seed) {
  std::mt19937 random(seed);
  const size_t size = 1 + random() % 7;
  const size_t jobs = 1 + random() % 3;
  const model::LanePlan plan = RandomPlan(random, size);
  Scheduler scheduler(plan, {}, static_cast<int>(jobs));
  Model slow(plan, jobs);
  scheduler.Begin();
  ASSERT_NO_FATAL_FAILURE(slow.Take(scheduler.Take()));
  size_t meddling = 12;
  while (!scheduler.settled() || meddling > 0) {
    const std::vector<NodeIndex> running = slow.RunningNodes();
    const bool meddle = running.empty() || (meddling > 0 && random() % 3 == 0);
    if (meddle && meddling == 0) {
      FAIL() << "nothing runs and nothing is settled";
    }
    if (!meddle) {
      const NodeIndex node = running[random() % running.size()];
      const NodeStatus status = random() % 4 == 0 ? NodeStatus::kFailed : NodeStatus::kOk;
      const Outcome outcome = scheduler.Ended(node, status, "");
      ASSERT_NO_FATAL_FAILURE(slow.Ended(node, outcome));
    } else if (--meddling; random() % 2 == 0) {
      const std::vector<NodeIndex> nodes = SomeNodes(random, size + 1);
      slow.Rerun(nodes);
      scheduler.Rerun(nodes);
    } else {
      scheduler.Cancel(SomeNodes(random, size + 1), "cancelled", false);
    }
    ASSERT_NO_FATAL_FAILURE(slow.Take(scheduler.Take()));
    ASSERT_NO_FATAL_FAILURE(slow.CheckNothingLeft());
    ASSERT_EQ(scheduler.settled(), slow.Settled());
  }
}

TEST(SchedulerModel, TwentyThousandRandomRunsObeyEveryRule) {
  for (uint32_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(Play(seed));
  }
}

}  // namespace
}  // namespace odu::lane
