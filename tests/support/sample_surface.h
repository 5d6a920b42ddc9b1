#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "surface/contract.h"
#include "surface/stream.h"
#include "surface/wakers.h"

/// A surface with one member of every kind, and what tests serve with it.
namespace support {

enum class Colour { kRed, kDarkBlue };
BOOST_DESCRIBE_ENUM(Colour, kRed, kDarkBlue)

struct Gauge {
  int64_t count = 0;
  std::string text;
  Colour colour = Colour::kRed;
  std::optional<double> ratio;
  std::vector<std::string> words;
  bool operator==(const Gauge&) const = default;
};
BOOST_DESCRIBE_STRUCT(Gauge, (), (count, text, colour, ratio, words))

struct Item {
  int64_t value = 0;
  std::string text;
  bool operator==(const Item&) const = default;
};
BOOST_DESCRIBE_STRUCT(Item, (), (value, text))

struct LogInput {
  std::string name;
  uint64_t offset = 0;
  static constexpr std::array<std::string_view, 1> kRequired{"name"};
};
BOOST_DESCRIBE_STRUCT(LogInput, (), (name, offset))

struct News {
  int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(News, (), (number))

struct Text {
  std::string text;
  static constexpr std::array<std::string_view, 1> kRequired{"text"};
};
BOOST_DESCRIBE_STRUCT(Text, (), (text))

struct Failure {
  std::string kind;
  std::string code;
  std::string message;
  std::string hint;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (kind, code, message, hint))

struct Sample {
  static constexpr std::string_view kName = "sample";
  static constexpr int kMajor = 1;
  static constexpr int kMinor = 2;
  static constexpr surface::Cell<Gauge> gauge{"gauge"};
  static constexpr surface::Collection<Item> items{"items"};
  static constexpr surface::Stream<LogInput> log{"log"};
  static constexpr surface::Event<News> news{"news"};
  static constexpr surface::Procedure<Text, Text> echo{"echo"};
  static constexpr surface::Procedure<Failure, surface::Nothing> fail{"fail"};
  static constexpr surface::Procedure<surface::Nothing, surface::Nothing> hold{"hold"};
  static constexpr auto Members() { return std::tuple{gauge, items, log, news, echo, fail, hold}; }
};

/// A log in memory that the test appends to and ends.
class TextLog final : public surface::ByteLog {
 public:
  base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) override {
    ++reads_;
    if (failure_) {
      return base::Pass(*failure_);
    }
    if (offset >= bytes_.size()) {
      return size_t{0};
    }
    return bytes_.copy(buffer, capacity, offset);
  }
  bool Ended() const override { return ended_; }
  std::shared_ptr<void> OnGrowth(surface::Waker waker) override {
    return wakers_.Add(std::move(waker));
  }

  void Append(std::string_view bytes) {
    bytes_ += bytes;
    wakers_.WakeAll();
  }
  void End() {
    ended_ = true;
    wakers_.WakeAll();
  }
  /// Every read fails from now on.
  void Break(base::Error failure) {
    failure_ = std::move(failure);
    wakers_.WakeAll();
  }

  const std::string& bytes() const { return bytes_; }
  size_t reads() const { return reads_; }
  bool read_by_anybody() const { return !wakers_.empty(); }

 private:
  std::string bytes_;
  bool ended_ = false;
  std::optional<base::Error> failure_;
  size_t reads_ = 0;
  surface::Wakers wakers_;
};

}  // namespace support
