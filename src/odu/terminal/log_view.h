#pragma once

#include <functional>

#include "odu/terminal/effect.h"
#include "odu/terminal/log_document.h"
#include "odu/terminal/log_pump.h"
#include "odu/terminal/log_search.h"
#include "odu/terminal/state.h"

namespace odu::terminal {

/// The log of the node that has the focus: its lines, what reads them and what searches them, kept
/// after the state.
class LogView {
 public:
  /// All outlive it. `changed` is called when something came; then Show() is to be called.
  LogView(async::Clock& clock, State& state, LogSize size, std::function<void()> changed);

  /// Follows the state: which log, wrapped or not, how far; `pane` is where its lines stand.
  void Show(surface::Client* client, const Rect& pane);
  /// One of the log's effects.
  void Do(const Effect& effect, surface::Client* client);
  void Close();

  const LogDocument& lines() const { return document_; }
  bool busy() const { return pump_.busy(); }
  bool unsettled() const { return pump_.unsettled(); }

 private:
  void SetColumns(int columns);
  void StartSearch(const Effect& effect, surface::Client* client);
  void Found(std::optional<uint64_t> line, bool again);

  State& state_;
  LogSize size_;
  LogDocument document_;
  LogPump pump_;
  LogSearch search_;
  Rect pane_;
  bool seeking_errors_ = false;
};

}  // namespace odu::terminal
