#pragma once

#include <string>
#include <vector>

#include "odu/terminal/action.h"
#include "odu/terminal/effect.h"
#include "odu/terminal/key.h"
#include "odu/terminal/log_document.h"
#include "odu/terminal/picture.h"
#include "odu/terminal/state.h"

namespace odu::terminal {

/// What the keys work on: the state, and what is on the screen now.
struct Controls {
  State& state;
  const Picture& picture;
  const LogDocument& log;

  /// Takes a key; what it changes of the state it changes at once.
  std::vector<Effect> Press(const Key& key);
  std::vector<Effect> Do(Action action);

 private:
  using Effects = std::vector<Effect>;

  Effects PressAsk(const Key& key);
  Effects PressText(const Key& key);
  Effects PressList(const Key& key);
  Effects PressMouse(const Key& key);
  Effects Choose(size_t index);
  Effects Click(const Hit& hit);
  Effects Leave();
  Effects CancelRun();
  Effects Start(std::string_view option);
  Effects OtherRun(int step);
  Effects Acting(Effect effect);
  void Select();
};

}  // namespace odu::terminal
