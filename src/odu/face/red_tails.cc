#include "odu/face/red_tails.h"

#include <algorithm>
#include <utility>

#include "odu/face/summary.h"

namespace odu::face {

void RedTails::Want(surface::Client& client, const View& view,
                    const std::vector<std::string>& names) {
  std::vector<Reading> before = std::exchange(read_, {});
  for (const std::string& name : names) {
    const auto node = view.nodes.find(name);
    if (node == view.nodes.end()) {
      continue;
    }
    const auto known = std::ranges::find_if(before, [&node](const Reading& reading) {
      return reading.node == node->first && reading.attempt == node->second.attempt;
    });
    if (known == before.end()) {
      read_.push_back(Read(client, view, node->second));
    } else {
      read_.push_back(std::move(*known));
      before.erase(known);
    }
  }
  for (const Reading& reading : before) {
    client.Unsubscribe(reading.subscription);
  }
}

RedTails::Reading RedTails::Read(surface::Client& client, const View& view,
                                 const model::Node& node) const {
  Reading reading;
  reading.node = node.name;
  reading.attempt = node.attempt;
  model::NodeLogInput input;
  input.run_id = view.run.run_id.value_or("");
  input.node = node.name;
  input.attempt = node.attempt;
  input.offset = node.log_bytes > kTailBytes ? node.log_bytes - kTailBytes : 0;
  const auto bytes = std::make_shared<std::string>();
  surface::StreamHandler handler;
  handler.on_bytes = [bytes](uint64_t, std::string_view chunk) {
    bytes->append(chunk.substr(0, 2 * kTailBytes - std::min(bytes->size(), 2 * kTailBytes)));
  };
  handler.on_end = [bytes, text = reading.text, cut = input.offset > 0, keep_sgr = keep_sgr_,
                    changed = changed_](const base::Result<uint64_t>&) {
    *text = TailOf(*bytes, kTailLines, cut, keep_sgr);
    changed();
  };
  reading.subscription = client.Subscribe(model::OduSurface::kNodeLog, input, std::move(handler));
  return reading;
}

std::vector<LogTail> RedTails::Shown() const {
  std::vector<LogTail> shown;
  shown.reserve(read_.size());
  for (const Reading& reading : read_) {
    shown.push_back(LogTail{reading.node, *reading.text});
  }
  return shown;
}

}  // namespace odu::face
