#include "odu/agent/junit.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/text.h"
#include "odu/agent/text_scan.h"
#include "os/file_system.h"

namespace odu::agent {
namespace {

constexpr size_t kMostFiles = 8;
constexpr size_t kMostBytes = size_t{8} << 20;
constexpr size_t kMostText = 2000;

/// Where a parser stands in a report.
struct Reading {
  XML_Parser parser = nullptr;
  std::vector<Annotation> found;
  size_t most = 0;
  bool report = false;
  std::optional<Annotation> test_case;  ///< of the testcase it is in
  bool in_failure = false;
  std::string text;  ///< of the failure
};

std::string Attribute(const XML_Char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2) {
    if (name == attributes[0]) {
      return attributes[1];
    }
  }
  return {};
}

void Begin(void* user, const XML_Char* element, const XML_Char** attributes) {
  Reading& reading = *static_cast<Reading*>(user);
  const std::string_view name(element);
  if (name == "testsuites" || name == "testsuite") {
    reading.report = true;
  } else if (name == "testcase") {
    Annotation& test_case = reading.test_case.emplace();
    test_case.tool = "junit";
    const std::string suite = Attribute(attributes, "classname");
    const std::string own = Attribute(attributes, "name");
    test_case.test = suite.empty() ? own : suite + "." + own;
    test_case.file = Attribute(attributes, "file");
    size_t digits = 0;
    test_case.line = NumberAt(Attribute(attributes, "line"), digits);
  } else if ((name == "failure" || name == "error") && reading.test_case) {
    reading.in_failure = true;
    reading.text.clear();
    reading.test_case->level = name == "failure" ? "failure" : "error";
    reading.test_case->message = Attribute(attributes, "message");
  }
}

void Finish(Reading& reading) {
  Annotation annotation = *reading.test_case;
  const std::string text = PlainText(reading.text);
  if (annotation.message.empty()) {
    annotation.message = Trim(std::string_view(text).substr(0, text.find('\n')));
  }
  annotation.message = PlainText(annotation.message.substr(0, annotation.message.find('\n')));
  for (const std::string_view line : base::Split(text, '\n')) {
    const auto place = annotation.file.empty() ? PlaceAt(Trim(line)) : std::nullopt;
    if (place) {
      annotation.file = place->file;
      annotation.line = place->line;
      annotation.column = place->column;
      break;
    }
  }
  reading.found.push_back(std::move(annotation));
}

void End(void* user, const XML_Char* element) {
  Reading& reading = *static_cast<Reading*>(user);
  const std::string_view name(element);
  if ((name == "failure" || name == "error") && reading.in_failure) {
    reading.in_failure = false;
    if (reading.found.size() < reading.most) {
      Finish(reading);
    }
  } else if (name == "testcase") {
    reading.test_case.reset();
  }
}

void Text(void* user, const XML_Char* text, int length) {
  Reading& reading = *static_cast<Reading*>(user);
  if (reading.in_failure && reading.text.size() < kMostText) {
    reading.text.append(text, static_cast<size_t>(length));
  }
}

void RefuseDoctype(void* user, const XML_Char* /*name*/, const XML_Char* /*system*/,
                   const XML_Char* /*public_id*/, int /*internal*/) {
  XML_StopParser(static_cast<Reading*>(user)->parser, XML_FALSE);
}

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

/// The file of that path below `tree`; nothing when it leads elsewhere, or is none: a pipe would be
/// waited for.
base::Result<std::string> ReadBelowTree(const std::string& tree, const std::string& path,
                                        size_t limit) {
  const auto root = os::RealPath(tree);
  const auto real = os::RealPath(path.starts_with('/') ? path : tree + "/" + path);
  if (!root || !real || !real->starts_with(*root + "/")) {
    return base::Fail(base::ErrorKind::kRefused, "bad_junit", "it is not in the work tree");
  }
  const auto status = os::StatusOf(*real);
  if (!status || status->kind != os::FileKind::kFile) {
    return base::Fail(base::ErrorKind::kRefused, "bad_junit", "it is no file");
  }
  return os::ReadFile(*real, limit);
}

}  // namespace

std::vector<std::string> JunitFilesNamed(Lines lines) {
  std::vector<std::string> files;
  for (const LogLines::Line& line : lines) {
    std::string_view text = Trim(line.text);
    if (text.starts_with("odu-junit: ")) {
      text = Trim(text.substr(11));
    } else if (const size_t at = text.find("generated xml file: "); at != std::string_view::npos) {
      text = text.substr(at + 20);
      text = Trim(text.substr(0, text.find(" -")));
    } else {
      continue;
    }
    const std::string path(text);
    if (!path.empty() && files.size() < kMostFiles &&
        std::ranges::find(files, path) == files.end()) {
      files.push_back(path);
    }
  }
  return files;
}

base::Result<std::vector<Annotation>> ReadJunit(std::string_view xml, size_t most) {
  Reading reading;
  reading.most = most;
  const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreate(nullptr));
  XML_SetElementHandler(parser.get(), Begin, End);
  XML_SetCharacterDataHandler(parser.get(), Text);
  // Reports have none, and what one declares may grow without end.
  XML_SetUserData(parser.get(), &reading);
  reading.parser = parser.get();
  XML_SetStartDoctypeDeclHandler(parser.get(), RefuseDoctype);
  const bool read =
      xml.size() <= kMostBytes &&
      XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) == XML_STATUS_OK;
  if (!read || !reading.report) {
    return base::Fail(base::ErrorKind::kInput, "bad_junit", "this is no JUnit report");
  }
  return std::move(reading.found);
}

void AddJunit(const LogLines& log, const std::string& tree, Excerpt& excerpt) {
  if (tree.empty()) {
    return;
  }
  size_t left = kMostBytes;
  for (const std::string& path : JunitFilesNamed(log.lines)) {
    const auto xml = ReadBelowTree(tree, path, left);
    if (!xml) {
      continue;  // what the log says is there all the same
    }
    left -= xml->size();
    const auto found = ReadJunit(*xml, kMostAnnotations + 1);
    if (!found) {
      continue;
    }
    for (const Annotation& annotation : *found) {
      AddAnnotation(excerpt, annotation);
    }
    if (!found->empty() && excerpt.source == "tail") {
      excerpt.source = "junit";
    }
  }
}

}  // namespace odu::agent
