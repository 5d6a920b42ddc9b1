#pragma once

#include <memory>
#include <string>
#include <utility>

#include "mcp/object_text.h"
#include "mcp/outlet.h"

namespace mcp {

/// Gathers the answers to a batch and gives them to the outlet below as one.
class BatchOutlet final : public Outlet {
 public:
  BatchOutlet(std::shared_ptr<Outlet> below, size_t requests)
      : below_(std::move(below)), missing_(requests) {}

  void Answer(std::string message) override {
    answers_.Add(message);
    any_ = true;
    Forgo();
  }
  void Notify(std::string message) override { below_->Notify(std::move(message)); }
  void Forgo() override {
    if (--missing_ > 0) {
      return;
    }
    any_ ? below_->Answer(answers_.Take()) : below_->Forgo();
  }
  size_t Backlog() const override { return below_->Backlog(); }

 private:
  std::shared_ptr<Outlet> below_;
  size_t missing_;
  bool any_ = false;
  ArrayText answers_;
};

}  // namespace mcp
