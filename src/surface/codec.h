#pragma once

#include "base/text.h"
#include "surface/decode.h"
#include "surface/encode.h"

/// Values to JSON text and back.
namespace surface {

/// The request or input type of a member that takes nothing.
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

}  // namespace surface
