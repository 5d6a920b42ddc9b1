#include "odu/agent/evidence.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "odu/agent/text_scan.h"

namespace odu::agent {
namespace {

/// How many of the last lines stand below what was found: the summary that most tools end with.
constexpr size_t kLastLines = 3;
/// Lines above a finding that are shown with it.
constexpr size_t kLead = 1;
constexpr size_t kMessageBytes = 160;
constexpr size_t kFileBytes = 200;
constexpr std::string_view kGap = "…\n";

int Rank(const Finding& finding) {
  return finding.annotation.level == "error" ? 0 : 1;
}

std::vector<Finding> FindEverything(Lines lines) {
  std::vector<Finding> all;
  for (const auto find :
       {FindCompilerErrors, FindCargo, FindGo, FindPython, FindJest, FindGtest, FindTap}) {
    std::ranges::move(find(lines), std::back_inserter(all));
  }
  std::ranges::stable_sort(all, [](const Finding& a, const Finding& b) {
    return std::pair(Rank(a), a.begin) < std::pair(Rank(b), b.begin);
  });
  return all;
}

std::string Clipped(const std::string& text, size_t most) {
  if (text.size() <= most) {
    return text;
  }
  return text.substr(0, base::Utf8PrefixLength(std::string_view(text).substr(0, most))) + "…";
}

/// The lines chosen to be shown, by index, within a budget of bytes.
class Choice {
 public:
  Choice(Lines lines, size_t most_bytes) : lines_(lines), left_(most_bytes) {}

  /// False, and nothing is taken, when the line does not fit.
  bool Take(size_t index) {
    if (taken_.contains(index)) {
      return true;
    }
    const size_t cost = lines_[index].text.size() + 1 + kGap.size();
    if (cost > left_) {
      return false;
    }
    left_ -= cost;
    taken_.insert(index);
    return true;
  }
  bool empty() const { return taken_.empty(); }
  size_t first() const { return *taken_.begin(); }
  std::string Text() const {
    std::string text;
    size_t next = taken_.empty() ? 0 : *taken_.begin();
    for (const size_t index : taken_) {
      if (index != next) {
        text += kGap;
      }
      text += lines_[index].text;
      text += '\n';
      next = index + 1;
    }
    return text;
  }

 private:
  Lines lines_;
  size_t left_;
  std::set<size_t> taken_;
};

}  // namespace

void AddAnnotation(Excerpt& excerpt, const Annotation& found) {
  if (excerpt.annotations.size() >= kMostAnnotations) {
    excerpt.cut = true;
    return;
  }
  Annotation annotation = found;
  annotation.message = Clipped(annotation.message, kMessageBytes);
  annotation.file = Clipped(annotation.file, kFileBytes);
  annotation.test = Clipped(annotation.test, kMessageBytes);
  excerpt.annotations.push_back(std::move(annotation));
}

Excerpt ExcerptOf(const LogLines& log, size_t most_bytes) {
  const Lines lines = log.lines;
  Excerpt excerpt;
  excerpt.log_bytes = log.size;
  excerpt.source = "tail";
  Choice choice(lines, most_bytes);
  size_t end = lines.size();
  while (end > 0 && Trim(lines[end - 1].text).empty()) {
    --end;
  }
  // The longest of lines must not push out all others.
  for (size_t i = end; i > 0 && end - i < kLastLines && lines[i - 1].text.size() < most_bytes / 4;
       --i) {
    choice.Take(i - 1);
  }
  const std::vector<Finding> findings = FindEverything(lines);
  for (const Finding& finding : findings) {
    if (excerpt.source == "tail") {
      excerpt.source = finding.annotation.tool;
    }
    AddAnnotation(excerpt, finding.annotation);
    for (size_t i = finding.begin - std::min(finding.begin, kLead); i < finding.end; ++i) {
      if (!choice.Take(i)) {
        excerpt.cut = true;
        break;
      }
    }
  }
  if (excerpt.source == "tail") {
    for (size_t i = end; i > 0; --i) {
      if (!choice.Take(i - 1)) {
        excerpt.cut = true;
        break;
      }
    }
  }
  if (!choice.empty()) {
    excerpt.first_line = lines[choice.first()].number;
    excerpt.offset = lines[choice.first()].offset;
  } else if (end > 0) {
    excerpt.text = Clipped(lines[end - 1].text, most_bytes);
    excerpt.first_line = lines[end - 1].number;
    excerpt.offset = lines[end - 1].offset;
    excerpt.cut = true;
    return excerpt;
  }
  excerpt.text = choice.Text();
  return excerpt;
}

}  // namespace odu::agent
