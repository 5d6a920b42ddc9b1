#pragma once

#include <tuple>

#include "surface/contract.h"

// Raised by tests that let two builds meet; a real contract just writes its numbers.
#ifndef COUNTER_MAJOR
#define COUNTER_MAJOR 1
#endif
#ifndef COUNTER_MINOR
#define COUNTER_MINOR 0
#endif

/// A counter that several programs watch and raise: the smallest whole app on a surface.
namespace counter {

struct State {
  int64_t value = 0;
  std::string raised_by;
#if COUNTER_MINOR >= 1
  int64_t raises = 0;
#endif
};
#if COUNTER_MINOR >= 1
BOOST_DESCRIBE_STRUCT(State, (), (value, raised_by, raises))
#else
BOOST_DESCRIBE_STRUCT(State, (), (value, raised_by))
#endif

struct AddRequest {
  int64_t amount = 0;
  static constexpr std::array<std::string_view, 1> kRequired{"amount"};
};
BOOST_DESCRIBE_STRUCT(AddRequest, (), (amount))

struct LogInput {
  uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(LogInput, (), (offset))

struct Counter {
  static constexpr std::string_view kName = "counter";
  static constexpr int kMajor = COUNTER_MAJOR;
  static constexpr int kMinor = COUNTER_MINOR;
  static constexpr surface::Cell<State> state{"counter"};
  static constexpr surface::Stream<LogInput> log{"log"};
  static constexpr surface::Procedure<AddRequest, State> add{"counter.add"};
#if COUNTER_MINOR >= 1
  static constexpr surface::Procedure<surface::Nothing, State> reset{"counter.reset"};
  static constexpr auto Members() { return std::tuple{state, log, add, reset}; }
#else
  static constexpr auto Members() { return std::tuple{state, log, add}; }
#endif
};

}  // namespace counter
