// SPDX-License-Identifier: GPL-2.0-only
// Commands on the folder of findings: list, show, promote.
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/places.h"
#include "cli/text_table.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/catalogue_reader.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "fuzzers/lib/findings.h"
#include "fuzzers/lib/promote.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;
using fuzz::FindingAbout;

constexpr const char* kDefaultFolder = "findings";

std::string case_file(const FindingAbout& about) {
  return (fs::path(about.folder) / "case.yaml").string();
}

int list_findings(const Options& options, const std::vector<FindingAbout>& all, Console console) {
  TextTable table{{"signature", "rule", "candidate", "steps", "at", "age", "folder"}, {}};
  for (const FindingAbout& f : all) {
    table.rows.push_back({f.signature, f.rule, f.candidate, std::to_string(f.steps),
                          runner::time_text(f.at_ns), "-", f.folder});
  }
  console.out << (options.format == "json" ? table.json() : table.text());
  return kExitOk;
}

/// The finding that `word` means: a signature, or a part that only one of them has.
const FindingAbout* chosen(const std::string& word, const std::vector<FindingAbout>& all,
                           Console console) {
  std::vector<const FindingAbout*> near;
  std::vector<std::string_view> names;
  for (const FindingAbout& f : all) {
    if (f.signature == word) return &f;
    if (f.signature.find(word) != std::string::npos) near.push_back(&f);
    names.push_back(f.signature);
  }
  if (near.size() == 1) return near.front();
  std::string message = "no finding '" + word + "'";
  if (!near.empty()) {
    message = "'" + word + "' is part of several signatures:";
    for (const FindingAbout* f : near) message += "\n  " + f->signature;
  } else if (const auto close = format::nearest(word, names)) {
    message += "; did you mean '" + std::string(*close) + "'?";
  } else {
    message += "; `protm findings list` prints them all";
  }
  bad_input(console, message);
  return nullptr;
}

std::string set_text(const std::vector<std::string>& set) {
  std::string text = "{";
  for (const std::string& word : set) text += (text.size() == 1 ? "" : ", ") + word;
  return text + "}";
}

/// What in the candidate has to be another way; only series-v1 can say.
void print_attribution(const contract::Program& program, const exec::Candidate& who,
                       std::ostream& out) {
  if (exec::switch_mask(who) == 0) return;
  const auto sets = differential::attribute(program, who);
  for (const auto& set : sets) out << "  agrees without " << set_text(set) << "\n";
  if (sets.empty()) out << "  no set of switches makes it agree\n";
}

/// Entries of the catalogue that the rule belongs to.
void print_entries(const std::string& rule, std::ostream& out) {
  const auto entries = format::read_catalogue_file(catalogue_file());
  if (!entries) return;
  std::string ids;
  for (const format::CatalogueEntry& e : *entries) {
    const bool covers = std::any_of(e.rules.begin(), e.rules.end(), [&](const std::string& r) {
      return judge::rule_matches(r, rule);
    });
    if (covers) ids += (ids.empty() ? "" : ", ") + e.id;
  }
  out << labelled("entries with this rule", ids);
}

int show_finding(const FindingAbout& about, Console console) {
  auto who = differential::default_registry().parse(about.candidate);
  if (!who) return bad_input(console, about.folder + ": " + who.error());
  const auto program = program_file(case_file(about), console);
  if (!program) return kExitBadInput;
  std::ostream& out = console.out;
  out << about.signature << "\n"
      << labelled("diverged at " + runner::time_text(about.at_ns), about.rule)
      << labelled("what", about.detail) << labelled("candidate", about.candidate)
      << labelled("origin", about.origin) << labelled("folder", about.folder);
  print_attribution(*program, *who, out);
  print_entries(about.rule, out);
  out << "\n" << format::write_case(*program) << "\nreproduce: ./protm replay "
      << runner::shell_word(case_file(about)) << " --sut=" << runner::shell_word(about.candidate)
      << "\n";
  return kExitOk;
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    if (end != at) words.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// Whether all of these are entries of the catalogue.
bool known_entries(const std::vector<std::string>& ids, Console console) {
  const auto entries = format::read_catalogue_file(catalogue_file());
  if (!entries) {
    console.err << format::diagnostics_text(entries.error());
    return false;
  }
  std::vector<std::string_view> known;
  for (const format::CatalogueEntry& e : *entries) known.push_back(e.id);
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    std::string message = "the catalogue has no entry '" + id + "'";
    if (const auto near = format::nearest(id, known)) {
      message += "; did you mean '" + std::string(*near) + "'?";
    }
    bad_input(console, message);
    return false;
  }
  return true;
}

int promote_finding(const Options& options, const FindingAbout& about, Console console) {
  const std::pair<const char*, const std::string*> needed[] = {
      {"--id=AREA/AREA-NNN-words", &options.id},
      {"--entry=ENTRY", &options.entry},
      {"--title=what a right driver does", &options.title},
      {"--why=what goes wrong for a user", &options.why}};
  std::string missing;
  for (const auto& [name, value] : needed) {
    if (value->empty()) missing += std::string(missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty()) {
    return bad_input(console, "promote needs " + missing + "\n  = a case says what is right, " +
                                  "where that stands, and whom it hurts; a fuzzer cannot know");
  }
  auto program = program_file(case_file(about), console);
  if (!program) return kExitBadInput;
  program->id = options.id;
  program->title = options.title;
  program->why = options.why;
  program->entries = words_of(options.entry);
  if (!known_entries(program->entries, console)) return kExitBadInput;
  // A text that does not read back would be a file that stops every later run of the suites.
  program->requires_mask = fuzz::case_requires(*program);
  const auto back = format::read_case(options.id + ".yaml", format::write_case(*program));
  if (!back) {
    console.err << format::diagnostics_text(back.error());
    return kExitBadInput;
  }
  const std::string root = find_root();
  const auto places = fuzz::promote(
      *program, about,
      {.suites = suites_folder(options.suites),
       .corpus = options.corpus.empty() ? (fs::path(root) / "corpus").string() : options.corpus,
       .target = options.fuzz_target});
  if (!places) return bad_input(console, places.error());
  console.out << "case:       " << places->case_file << "\ncorpus:     " << places->corpus_file
              << "\nprovenance: " << places->provenance_file
              << "\nnext: facts under `then`, `reaches`, and docs that count cases\n";
  return kExitOk;
}

}  // namespace

int command_findings(const Options& options, Console console) {
  const std::string& verb = options.target;
  const std::string& wanted = options.second;
  if (verb == "list" && !wanted.empty()) {
    return bad_input(console, "findings list takes no '" + wanted +
                                  "'\n  = expected --findings=DIR for another folder");
  }
  if (verb != "list" && wanted.empty()) {
    return bad_input(console, "findings " + verb + " needs a signature");
  }
  const std::string folder = options.findings.empty() ? kDefaultFolder : options.findings;
  const auto all = fuzz::FindingFolder(folder).list();
  if (!all) return bad_input(console, all.error());
  if (verb == "list") return list_findings(options, *all, console);
  const FindingAbout* const about = chosen(wanted, *all, console);
  if (about == nullptr) return kExitBadInput;
  return verb == "show" ? show_finding(*about, console)
                        : promote_finding(options, *about, console);
}

}  // namespace protm::cli
