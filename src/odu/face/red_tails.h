#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "odu/face/view.h"
#include "surface/client.h"

namespace odu::face {

/// The ends of the logs of the few red nodes that a live view shows, read over a link. Which ones
/// changes as the run goes on; what was read stays as long as it is wanted.
class RedTails {
 public:
  /// `changed` is called when another end is there.
  RedTails(bool keep_sgr, std::function<void()> changed)
      : keep_sgr_(keep_sgr), changed_(std::move(changed)) {}

  /// From now on these nodes' ends are wanted, most wanted first; the others' are forgotten.
  void Want(surface::Client& client, const View& view, const std::vector<std::string>& names);
  /// The link is another one: what was being read has to be asked for again.
  void Relink() { read_.clear(); }
  /// One for each node that is wanted, in that order; without text while it is being read.
  std::vector<LogTail> Shown() const;

 private:
  struct Reading {
    std::string node;
    int32_t attempt = 0;
    int64_t subscription = 0;
    /// Shared with the stream's handlers, which the link may keep a little longer.
    std::shared_ptr<std::string> text = std::make_shared<std::string>();
  };
  Reading Read(surface::Client& client, const View& view, const model::Node& node) const;

  bool keep_sgr_;
  std::function<void()> changed_;
  std::vector<Reading> read_;
};

}  // namespace odu::face
