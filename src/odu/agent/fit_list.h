#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "surface/codec.h"

namespace odu::agent {

/// The most of one answer, as JSON, where nobody asked for more: hosts cut what is longer.
inline constexpr size_t kAnswerBytes = size_t{16} << 10;

/// Cuts an answer to kAnswerBytes: lists of names first, then the last of `items`, of which one
/// stays. `has_more` says so.
template <class Out, class Item>
void FitList(Out& answer, std::initializer_list<std::vector<std::string>*> names,
             std::vector<Item>& items) {
  constexpr size_t kNames = 20;
  const auto fits = [&] { return surface::Encoded(answer).size() <= kAnswerBytes; };
  for (std::vector<std::string>* list : names) {
    if (list->size() > kNames && !fits()) {
      list->resize(kNames);
      answer.has_more = true;
    }
  }
  while (items.size() > 1 && !fits()) {
    items.pop_back();
    answer.has_more = true;
  }
}

}  // namespace odu::agent
