#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"

/// What a server serves, without types: each member is a Source, each subscription to it a Feed.
/// A feed is *pulled* by its session whenever the link has room, so a slow reader costs a cursor
/// and no queue. Typed members (cell.h, collection.h, …) and mirrors of remote ones (mirror.h) are
/// both sources.
namespace surface {

/// One subscription's position in one member.
class Feed {
 public:
  enum class Progress {
    kIdle,     ///< nothing new; the waker will be called
    kMessage,  ///< fields of one `surface.next` were appended
    kEnded,    ///< fields of the `surface.end` were appended; the feed is over
  };

  virtual ~Feed() = default;

  /// Appends the next message's JSON fields, without braces and without the subscription id, each
  /// preceded by a comma: `,"delta":{…},"version":3`.
  virtual Progress Next(std::string& out) = 0;
};

/// Called when a feed that said kIdle may have more. Cheap; may be called any number of times.
using Waker = std::function<void()>;

class Source {
 public:
  virtual ~Source() = default;

  /// Opens a subscription. Registration and the snapshot's cut are one step: nothing that happens
  /// after this call is missed, nothing before it repeated. Failure: the input is refused.
  virtual base::Result<std::unique_ptr<Feed>> Open(const base::json::value& input, Waker waker) = 0;
};

}  // namespace surface
