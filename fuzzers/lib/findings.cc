// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/findings.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "conformance/format/binary.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/trace_json.h"
#include "fuzzers/lib/shrink.h"
#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kReplays = 3;
constexpr const char* kAbout = "about.json";
constexpr const char* kInput = "input.bin";
/// Folders that are being written; nobody lists them.
constexpr std::string_view kUnfinished = ".new-";

bool write_bytes(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  return out.good();
}

std::string about_text(const Finding& f) {
  const Json json{{"schema", 1},         {"signature", f.signature}, {"candidate", f.candidate},
                  {"rule", f.rule},      {"detail", f.detail},       {"at_ns", f.at_ns},
                  {"origin", f.origin}};
  return json.dump(2) + "\n";
}

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string script_text(const Finding& f) {
  return "#!/bin/sh\n# " + f.signature +
         "\n# Run in a clone of protmcheck, or with PROTM=/path/to/protm.\n"
         "exec \"${PROTM:-./protm}\" replay \"$(dirname \"$0\")/case.yaml\" --sut=" +
         quoted(f.candidate) + "\n";
}

/// Null when the text is not what add() writes.
std::optional<FindingAbout> read_about(const fs::path& folder) {
  std::ifstream in(folder / kAbout, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Json json = Json::parse(text, nullptr, false);
  if (!in || !json.is_object()) return std::nullopt;
  FindingAbout about;
  about.folder = folder.string();
  for (const auto& [key, to] : {std::pair{"signature", &about.signature},
                                {"candidate", &about.candidate},
                                {"rule", &about.rule},
                                {"detail", &about.detail},
                                {"origin", &about.origin}}) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    *to = found->get<std::string>();
  }
  const auto at = json.find("at_ns");
  if (at == json.end() || !at->is_number_unsigned()) return std::nullopt;
  about.at_ns = at->get<std::uint64_t>();
  const auto bytes = read_whole((folder / kInput).string());
  if (!bytes) return std::nullopt;
  const std::vector<std::uint8_t> input(bytes->begin(), bytes->end());
  about.steps = format::decode(input).steps.size();
  return about;
}

}  // namespace

std::string FindingFolder::folder_of(std::string_view signature) const {
  return (fs::path(path_) / signature).string();
}

bool FindingFolder::knows(std::string_view signature) const {
  std::error_code error;
  return fs::exists(folder_of(signature), error);
}

tl::expected<bool, std::string> FindingFolder::add(const Finding& finding) const {
  if (knows(finding.signature)) return false;
  const fs::path last = folder_of(finding.signature);
  const fs::path first = fs::path(path_) / (std::string(kUnfinished) + finding.signature);
  std::error_code error;
  fs::remove_all(first, error);  // of a run that was killed
  fs::create_directories(first, error);
  if (error) return tl::unexpected("cannot make the folder '" + first.string() + "'");
  const std::vector<std::uint8_t> bytes = format::encode(finding.program);
  const std::pair<const char*, std::string> files[] = {
      {"case.yaml", format::write_case(finding.program)},
      {kInput, std::string(bytes.begin(), bytes.end())},
      {"trace.json", format::trace_json(finding.trace, finding.program)},
      {"reproduce.sh", script_text(finding)},
      {kAbout, about_text(finding)},
  };
  for (const auto& [name, text] : files) {
    if (!write_bytes(first / name, text)) {
      return tl::unexpected("cannot write '" + (first / name).string() + "'");
    }
  }
  fs::permissions(first / "reproduce.sh", fs::perms::owner_exec | fs::perms::group_exec,
                  fs::perm_options::add, error);
  fs::rename(first, last, error);
  if (error && !knows(finding.signature)) {
    return tl::unexpected("cannot rename '" + first.string() + "'");
  }
  return true;
}

tl::expected<std::vector<FindingAbout>, std::string> FindingFolder::list() const {
  std::vector<FindingAbout> all;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kUnfinished) || !entry.is_directory(error)) continue;
    const auto about = read_about(entry.path());
    if (!about) {
      return tl::unexpected((entry.path() / kAbout).string() +
                            ": error: not what a finding says of itself\n  = expected JSON with "
                            "signature, candidate, rule, detail, origin and at_ns, and input.bin "
                            "beside it");
    }
    all.push_back(*about);
  }
  if (error) return tl::unexpected("cannot read the folder '" + path_ + "'");
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.signature < b.signature; });
  return all;
}

FollowedUp follow_up(differential::Differential& differential, const contract::Program& program,
                     std::string origin, std::uint32_t most_runs) {
  FollowedUp out;
  differential::Comparison last = differential.compare(program);
  const std::string wanted = shown_by(last.verdict);
  const auto shows = [&](const contract::Program& p) {
    ++out.runs;
    last = differential.compare(p);
    return shown_by(last.verdict) == wanted;
  };
  for (int i = 0; i < kReplays; ++i) {
    if (wanted.empty() || !shows(program)) return out;
  }
  Shrunk small = shrink_difference(differential, program, wanted, most_runs);
  out.runs += small.runs;
  for (int i = 0; i < kReplays; ++i) {
    if (!shows(small.program)) return out;
  }
  out.finding = Finding{.signature = wanted,
                        .candidate = differential.candidate().spec,
                        .rule = last.verdict.rule,
                        .detail = last.verdict.detail,
                        .origin = std::move(origin),
                        .at_ns = last.verdict.at_ns,
                        .program = std::move(small.program),
                        .trace = std::move(last.candidate)};
  return out;
}

}  // namespace protm::fuzz
