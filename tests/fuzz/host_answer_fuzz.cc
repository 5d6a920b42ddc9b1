// What a host prints, and what ssh says of its configuration: any bytes. What is believed of them
// keeps its form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "provision/far_script.h"
#include "provision/probe.h"
#include "provision/ssh_command.h"

namespace {

void Must(bool holds) {
  if (!holds) {
    std::abort();
  }
}

bool IsPath(std::string_view path) {
  return path.starts_with('/') && path.find_first_of("\n\r\x1b") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string nonce = "00112233445566778899aabbccddeeff";
  const provision::FramedOutput framed = provision::ParseFramed(bytes, nonce);
  Must(framed.begun || (framed.body.empty() && !framed.status));
  Must(framed.before.size() + framed.body.size() <= size);
  provision::AgentSpec spec;
  spec.companions.push_back(provision::Companion{"just", "1.50", {}});
  // Whole frames are rare: the rest is read as a frame's inside, too.
  for (const std::string_view body : {std::string_view(framed.body), bytes}) {
    if (const auto answer = provision::ParseProbe(body, spec)) {
      Must(answer->trouble || IsPath(answer->facts.dir));
      Must(answer->facts.home.empty() || IsPath(answer->facts.home));
      Must(!answer->facts.system.contains('/'));
      for (const auto& [name, tool] : answer->companions) {
        Must(name == "just" && IsPath(tool.path));
        (void)provision::IsAtLeast(tool.version, "1.50");
      }
      for (const std::string& name : answer->present) {
        Must(!name.contains('/') && name != "..");
      }
      if (answer->trouble) {
        Must(!provision::FaultOf(*answer->trouble, spec).error.message().contains('\x1b'));
      }
    }
  }
  (void)provision::ParseSshConfig(bytes);
  return 0;
}
