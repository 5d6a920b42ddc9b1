#include "odu/ledger/stored_next.h"

#include <map>
#include <string_view>
#include <vector>

#include "base/bug.h"
#include "odu/model/next_answer.h"

namespace odu::ledger {

base::Result<model::NextReply> StoredNext(const RunRecord& record,
                                          const model::NextRequest& request) {
  std::vector<model::Node> nodes;
  std::map<std::string_view, size_t> places;
  for (const std::string& name : record.header.expected) {
    places.emplace(name, nodes.size());
    const auto known = record.nodes.find(name);
    if (known != record.nodes.end()) {
      nodes.push_back(known->second);
    } else {
      nodes.emplace_back().name = name;
    }
  }
  std::vector<model::Attention> reds;
  for (const auto& [name, attempt] : record.reds) {
    if (const auto place = places.find(name); place != places.end()) {
      reds.push_back(model::Attention{place->second, attempt});
    }
  }
  model::RunNews news;
  news.run_id = record.header.run_id;
  news.ref = record.header.ref;
  news.sha = record.header.sha;
  news.scope = record.header.scope;
  news.started_at = record.header.started_at;
  news.settled_at = record.settled_at;
  news.nodes = nodes;
  news.reds = reds;
  if (record.closed) {
    news.verdict = record.closed->verdict;
  } else if (record.settled) {
    news.verdict = record.settled->verdict;
  } else {
    const model::Verdict verdict = model::Judge(nodes, nodes.size());
    news.verdict = verdict == model::Verdict::kPassed ? model::Verdict::kIncomplete : verdict;
  }
  if (record.settled) {
    news.flaky = record.settled->flaky;
    news.tree_changed = record.settled->tree_changed;
  }
  const auto after = model::CheckNext(news, request);
  if (!after) {
    return base::Pass(after.error());
  }
  auto reply = model::AnswerNext(news, *after, request.settle, true);
  BUG_IF(!reply, "a stored run has no answer");
  return std::move(*reply);
}

}  // namespace odu::ledger
