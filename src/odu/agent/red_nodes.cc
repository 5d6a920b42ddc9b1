#include "odu/agent/red_nodes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "odu/agent/junit.h"
#include "odu/agent/log_text.h"
#include "surface/codec.h"

namespace odu::agent {
namespace {

/// Cuts an excerpt's text in its middle.
void Shorten(Excerpt& excerpt, size_t most) {
  if (excerpt.text.size() <= most) {
    return;
  }
  const std::string_view text = excerpt.text;
  const size_t head = base::Utf8PrefixLength(text.substr(0, most / 2));
  size_t tail = text.size() - (most - most / 2);
  const size_t newline = text.find('\n', tail);
  tail = newline == std::string_view::npos ? tail : newline + 1;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xC0U) == 0x80U) {
    ++tail;
  }
  std::string shorter(text.substr(0, head));
  shorter += "\n…\n";
  shorter += text.substr(tail);
  excerpt.text = std::move(shorter);
  excerpt.cut = true;
}

size_t JsonBytes(const Excerpt& excerpt) {
  return surface::Encoded(excerpt).size();
}

}  // namespace

RedNode RedNodeOf(Store& store, const std::string& toplevel, const std::string& run_id,
                  const model::Node& node) {
  RedNode red;
  red.node = node.name;
  red.status = node.status;
  red.reason = PlainText(node.reason);
  red.attempt = node.attempt;
  red.exit_code = node.exit_code;
  red.duration_ms = node.duration_ms;
  red.log_complete = node.log_complete;
  const auto file = store.Log(toplevel, run_id, node.name, node.attempt);
  if (!file) {
    red.excerpt.source = "none";
    return red;
  }
  const auto log = ReadLog(file->path);
  if (log) {
    red.excerpt = ExcerptOf(*log);
    if (!JunitFilesNamed(log->lines).empty()) {
      AddJunit(*log, store.WorkTree(toplevel, run_id, node.name), red.excerpt);
    }
  }
  red.excerpt.log = file->path;
  for (size_t most = kExcerptBytes; JsonBytes(red.excerpt) > kExcerptJsonBytes && most > 100;
       most = most * 3 / 4) {
    Shorten(red.excerpt, most);
    if (most < 600 && !red.excerpt.annotations.empty()) {
      red.excerpt.annotations.pop_back();
    }
  }
  return red;
}

void FitAnswer(WaitOut& answer) {
  const auto fits = [&] { return surface::Encoded(answer).size() <= kAnswerBytes; };
  const auto cut = [&](std::vector<std::string>& names, size_t most) {
    if (names.size() > most) {
      names.resize(most);
      answer.has_more = true;
    }
  };
  cut(answer.unresolved, 20);
  while (!fits() && answer.red.size() > 3) {
    answer.red.pop_back();
    answer.has_more = true;
  }
  for (const size_t most : {1500, 700, 200}) {
    for (size_t i = answer.red.size(); i-- > 0 && !fits();) {
      Shorten(answer.red[i].excerpt, most);
      answer.has_more = true;
    }
  }
  for (const size_t most : {100, 40, 10, 3}) {
    for (auto* names : {&answer.skipped, &answer.cancelled, &answer.unresolved, &answer.unposted,
                        &answer.flaky, &answer.errored, &answer.failed}) {
      if (!fits()) {
        cut(*names, most);
      }
    }
  }
  while (!fits() && !answer.red.empty()) {
    answer.red.pop_back();
    answer.has_more = true;
  }
}

}  // namespace odu::agent
