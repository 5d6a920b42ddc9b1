#pragma once

#include "mcp/schema.h"

namespace odu::agent {

using mcp::FieldNote;

// What many tools take.
inline constexpr FieldNote kCheckoutNote{
    "checkout",
    "absolute path of a work tree; leave it out for the one that the server was started in"};
inline constexpr FieldNote kRunNote{
    "run", "a run: its ref (26d2c2d#2), its run_id, or 'latest'; leave it out for the newest"};

}  // namespace odu::agent
