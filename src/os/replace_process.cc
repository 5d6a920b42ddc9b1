#include "os/replace_process.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/text.h"
#include "os/child.h"

namespace os {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

base::Error ReplaceProcess(std::vector<std::string> argv, std::vector<std::string> environment,
                           const std::string& directory) {
  auto program = FindProgram(argv.at(0), environment, directory.c_str());
  if (!program) {
    return program.error();
  }
  if (chdir(directory.c_str()) != 0) {
    return base::Error(base::ErrorKind::kInput, "no_such_directory",
                       base::Quoted(directory) + " is no folder that can be entered");
  }
  // What is ignored or blocked stays so in the next program.
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const std::vector<char*> words = Pointers(argv);
  const std::vector<char*> entries = Pointers(environment);
  execve(program->c_str(), words.data(), entries.data());
  return base::SystemError(*program, errno);
}

}  // namespace os
