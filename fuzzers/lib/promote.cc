// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/promote.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "conformance/format/binary.h"
#include "conformance/format/case_writer.h"
#include "fuzzers/lib/whole_file.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/needs.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;
using contract::Capability;

/// The areas that there are, for a message.
std::string areas(const std::string& suites) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(suites, error)) {
    if (entry.is_directory(error)) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// One line of the provenance of a corpus.
std::string provenance(const std::string& name, const contract::Program& program,
                       const FindingAbout& about) {
  return name + ": " + about.signature + " of " + about.candidate + ", " + about.origin +
         "; case " + program.id + "\n";
}

std::string taken(const fs::path& path) { return "'" + path.string() + "' is there already"; }

}  // namespace

std::uint32_t case_requires(const contract::Program& program) {
  std::uint32_t needs = contract::needed_by(program);
  for (const contract::Step& step : program.steps) {
    const auto type = static_cast<contract::NodeType>(step.op.type);
    if (type >= contract::NodeType::load) needs = needs | Capability::panthor;
    if (type == contract::NodeType::vm_bind) needs = needs | Capability::vm_bind;
  }
  return needs;
}

tl::expected<PromotedTo, std::string> promote(const contract::Program& program,
                                              const FindingAbout& about,
                                              const PromoteOptions& options) {
  const std::size_t slash = program.id.find('/');
  const std::string area = program.id.substr(0, slash);
  std::error_code error;
  const bool named = slash != std::string::npos && slash != 0 &&
                     program.id.substr(slash + 1).starts_with(area + "-");
  if (!named) {
    return tl::unexpected("a case cannot have the id '" + program.id +
                          "'; expected AREA/AREA-NNN-words, such as heap/heap-050-put-twice");
  }
  if (!fs::is_directory(fs::path(options.suites) / area, error)) {
    return tl::unexpected("no area '" + area + "' in '" + options.suites +
                          "'; expected one of: " + areas(options.suites));
  }
  const std::string name = program.id.substr(slash + 1);
  const fs::path case_file = fs::path(options.suites) / area / (name + ".yaml");
  const fs::path corpus_file = fs::path(options.corpus) / options.target / name;
  const fs::path lines = fs::path(options.corpus) / (options.target + ".txt");
  if (fs::exists(case_file, error)) return tl::unexpected(taken(case_file));
  if (fs::exists(corpus_file, error)) return tl::unexpected(taken(corpus_file));
  const bool fresh = !fs::exists(corpus_file.parent_path(), error);
  fs::create_directories(corpus_file.parent_path(), error);
  contract::Program whole = program;
  whole.requires_mask = case_requires(program);
  const std::vector<std::uint8_t> bytes = format::encode(program);
  const std::string known = read_whole(lines.string()).value_or("");
  // The case comes last: who is stopped before it has promoted nothing that a build looks at.
  const std::pair<fs::path, std::string> files[] = {
      {corpus_file, std::string(bytes.begin(), bytes.end())},
      {lines, known + provenance(name, program, about)},
      {case_file, format::write_case(whole)}};
  for (const auto& [path, text] : files) {
    if (write_whole(path.string(), text)) continue;
    fs::remove(corpus_file, error);
    if (fresh) fs::remove(corpus_file.parent_path(), error);
    // What could be written a moment ago is put back as it was.
    if (known.empty() || !write_whole(lines.string(), known)) fs::remove(lines, error);
    return tl::unexpected("cannot write '" + path.string() + "'");
  }
  return PromotedTo{case_file.string(), corpus_file.string(), lines.string()};
}

}  // namespace protm::fuzz
