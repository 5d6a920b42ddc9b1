#include "odu/face/error_text.h"

#include <algorithm>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace odu::face {
namespace {

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `<path>:<line>:<column>: …` or `<path>:<line>: …`
bool BeginsWithPlace(std::string_view message) {
  const std::vector<std::string_view> parts =
      base::Split(message.substr(0, message.find(": ")), ':');
  return parts.size() >= 2 && IsDigits(parts.back());
}

}  // namespace

std::string ErrorText(const base::Error& error) {
  std::string text = BeginsWithPlace(error.message()) ? "" : "odu: ";
  text += base::Sanitised(error.message(), false);
  text += '\n';
  if (!error.hint().empty()) {
    const std::string hint = base::Sanitised(error.hint(), false);
    for (const std::string_view line : base::Split(hint, '\n')) {
      text += "  ";
      text += line;
      text += '\n';
    }
  }
  return text;
}

std::string ErrorJson(const base::Error& error) {
  base::json::object inside{{"code", error.code()}, {"message", error.message()}};
  if (!error.hint().empty()) {
    inside["hint"] = error.hint();
  }
  return base::json::serialize(base::json::object{{"error", std::move(inside)}}) + "\n";
}

base::Error InCommand(const base::Error& error, std::string_view command) {
  const std::string prefix = std::string(command) + ": ";
  if (error.message().starts_with(prefix) || BeginsWithPlace(error.message())) {
    return error;
  }
  return error.In(command);
}

}  // namespace odu::face
