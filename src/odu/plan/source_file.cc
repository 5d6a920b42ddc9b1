#include "odu/plan/source_file.h"

#include <algorithm>
#include <span>
#include <utility>

#include "odu/plan/just_lexer.h"

namespace odu::plan {
namespace {

using Tokens = std::span<const JustToken>;
using Kind = JustToken::Kind;

bool Opens(const JustToken& token) {
  return token.Is("(") || token.Is("[") || token.Is("{");
}

bool Closes(const JustToken& token) {
  return token.Is(")") || token.Is("]") || token.Is("}");
}

/// The index after the bracket that closes the one at `open`, or the number of tokens.
size_t AfterBracket(Tokens tokens, size_t open) {
  int depth = 0;
  for (size_t i = open; i < tokens.size(); ++i) {
    depth += Opens(tokens[i]) ? 1 : 0;
    depth -= Closes(tokens[i]) ? 1 : 0;
    if (depth == 0) {
      return i + 1;
    }
  }
  return tokens.size();
}

/// Reads `[a, b("x"), c: "y"]`, the tokens between and with the brackets.
SourceAttributeList ReadAttributes(Tokens list) {
  SourceAttributeList out;
  out.span = {list.front().begin, list.back().end};
  const size_t last = list.size() - 1;
  for (size_t i = 1; i < last; ++i) {
    const size_t begin = i;
    while (i < last && !list[i].Is(",")) {
      i = std::min(Opens(list[i]) ? AfterBracket(list, i) : i + 1, last);
    }
    if (begin < i && list[begin].kind == Kind::kName) {
      out.entries.push_back({std::string(list[begin].text), {list[begin].begin, list[i - 1].end}});
    }
  }
  return out;
}

/// Reads `a`, `a::b` from `i` on and leaves `i` behind it.
SourceDependency ReadPath(Tokens tokens, size_t& i) {
  SourceDependency out;
  out.path = tokens[i].text;
  out.span = {tokens[i].begin, tokens[i].end};
  ++i;
  while (i + 1 < tokens.size() && tokens[i].Is("::") && tokens[i + 1].kind == Kind::kName) {
    out.path.append("::").append(tokens[i + 1].text);
    out.span.end = tokens[i + 1].end;
    i += 2;
  }
  return out;
}

std::vector<SourceDependency> ReadDependencies(Tokens tokens) {
  std::vector<SourceDependency> out;
  for (size_t i = 0; i < tokens.size();) {
    if (tokens[i].kind == Kind::kName) {
      out.push_back(ReadPath(tokens, i));
    } else if (tokens[i].Is("(")) {
      const size_t after = AfterBracket(tokens, i);
      size_t inside = i + 1;
      if (inside < after && tokens[inside].kind == Kind::kName) {
        out.push_back(ReadPath(tokens, inside));
      }
      i = after;
    } else {
      ++i;
    }
  }
  return out;
}

/// The index of the ':' that ends a recipe's parameters; the number of tokens when the line is no
/// recipe.
size_t FindColon(Tokens line) {
  for (size_t i = 0; i < line.size();) {
    if (line[i].Is(":")) {
      return i;
    }
    if (line[i].Is(":=")) {
      break;
    }
    i = Opens(line[i]) ? AfterBracket(line, i) : i + 1;
  }
  return line.size();
}

/// Reads the path of an import or mod from its string token, if it has one.
void ReadReferencePath(Tokens rest, SourceReference& out) {
  if (rest.empty() || rest[0].kind != Kind::kString) {
    return;
  }
  out.path_span = {rest[0].begin, rest[0].end};
  std::string path;
  if (StringValue(rest[0].text, path)) {
    out.path = std::move(path);
  } else {
    out.opaque = true;
  }
}

/// Takes the line as `import`, `mod` or `alias`, if it is one of them.
void ReadStatement(Tokens line, SourceFile& out) {
  if (line.size() < 2 || line[0].kind != Kind::kName) {
    return;
  }
  const size_t next = line[1].Is("?") ? 2 : 1;
  const Tokens rest = line.subspan(std::min(next, line.size()));
  if (rest.empty()) {
    return;
  }
  if (line[0].text == "import" && rest[0].kind == Kind::kString) {
    SourceReference reference;
    ReadReferencePath(rest, reference);
    out.imports.push_back(std::move(reference));
  }
  if (line[0].text == "mod" && rest[0].kind == Kind::kName) {
    SourceReference reference;
    reference.module = rest[0].text;
    reference.module_span = {rest[0].begin, rest[0].end};
    ReadReferencePath(rest.subspan(1), reference);
    out.modules.push_back(std::move(reference));
  }
  if (line[0].text == "alias" && line.size() >= 4 && line[2].Is(":=") &&
      line[3].kind == Kind::kName) {
    size_t i = 3;
    out.aliases.push_back({std::string(line[1].text), ReadPath(line, i).path});
  }
}

}  // namespace

SourceFile ScanSource(std::string_view text) {
  SourceFile out;
  JustLexer lexer(text);
  std::vector<JustToken> tokens;
  std::vector<SourceAttributeList> attributes;
  while (lexer.NextLine(tokens)) {
    Tokens line(tokens);
    while (!line.empty() && line[0].Is("[")) {
      const size_t after = AfterBracket(line, 0);
      attributes.push_back(ReadAttributes(line.first(after)));
      line = line.subspan(after);
    }
    if (line.empty()) {
      continue;
    }
    const size_t colon = FindColon(line);
    const size_t name = line[0].Is("@") ? 1 : 0;
    if (colon < line.size() && name < colon && line[name].kind == Kind::kName) {
      SourceRecipe recipe;
      recipe.name = line[name].text;
      recipe.span = {line[name].begin, line[name].end};
      recipe.attributes = std::move(attributes);
      recipe.dependencies = ReadDependencies(line.subspan(colon + 1));
      out.recipes.push_back(std::move(recipe));
    } else if (colon == line.size()) {
      ReadStatement(line, out);
    }
    attributes.clear();
  }
  return out;
}

}  // namespace odu::plan
