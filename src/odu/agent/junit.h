#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/agent/evidence.h"

namespace odu::agent {

/// The files that a log names as JUnit reports: lines `odu-junit: PATH`, and what pytest says of
/// its `--junitxml`. Each once, at most eight.
std::vector<std::string> JunitFilesNamed(Lines lines);

/// The failures and errors of a JUnit report, at most `most`. kInput "bad_junit" when it is none,
/// or has a document type: no report needs one.
base::Result<std::vector<Annotation>> ReadJunit(std::string_view xml, size_t most);

/// Adds what the reports that `log` names say to its excerpt. A path counts from `tree`, and only
/// files below it are read, of at most 8 MiB together; an empty `tree` reads none.
void AddJunit(const LogLines& log, const std::string& tree, Excerpt& excerpt);

}  // namespace odu::agent
