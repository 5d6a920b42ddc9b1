#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/face/command_line.h"
#include "odu/face/console.h"
#include "os/environment.h"

/// What joins the commands to the faces: each function is one command, from its words to its exit
/// code.
namespace odu::cli {

/// The exit code, or why there is none.
using Exit = base::Result<int>;

/// What every command gets.
struct Caller {
  face::Invocation invocation;
  os::Environment environment;
  std::string cwd;
  face::Console& console;

  bool as_json() const { return invocation.Has("--output"); }
};

/// Where the command looks for runs; with `anywhere` it need not stand in a checkout.
base::Result<command::LedgerPlace> PlaceFor(const Caller& caller, bool anywhere);

/// An odu that a recipe calls is nobody's recipe itself: its coordinator must not carry the marks
/// by which a lane finds the recipe's processes.
os::Environment WithoutRecipe(os::Environment environment);

/// An error about the state folder that says nothing of what to do, with what to do.
base::Error WithRemedy(const base::Error& error, const os::Environment& environment);

/// This process's umask.
mode_t OwnUmask();

}  // namespace odu::cli
