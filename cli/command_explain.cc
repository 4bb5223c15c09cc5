// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <ostream>

#include "cli/commands.h"
#include "cli/picture.h"
#include "cli/places.h"
#include "cli/side_by_side.h"
#include "cli/text_table.h"
#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "oracle/differential/candidates.h"
#include "oracle/rules/rule_table.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::cli {
namespace {

using Entries = std::vector<format::CatalogueEntry>;

/// The catalogue; empty after its errors were printed. A case can be explained without it.
Entries catalogue(Console console) {
  auto read = format::read_catalogue_file(catalogue_file());
  if (read) return std::move(*read);
  console.err << format::diagnostics_text(read.error());
  return {};
}

void print_rule(const contract::Rule& rule, std::ostream& out) {
  out << "rule " << rule.id << "\n" << labelled("right", rule.sentence)
      << labelled("source", rule.source);
  if (rule.eyes == contract::HostEyes::needed) {
    out << labelled("seen", "only where the kernel below the candidate is ours");
  }
}

void print_entry(const format::CatalogueEntry& entry, std::ostream& out) {
  out << "entry " << entry.id << " (" << format::status_word(entry.status) << ")";
  if (!entry.title.empty()) out << ": " << entry.title;
  out << "\n" << labelled("source", entry.source) << labelled("right", entry.right)
      << labelled("v1", entry.v1);
  std::string rules;
  for (const std::string& rule : entry.rules) rules += (rules.empty() ? "" : ", ") + rule;
  out << labelled("rules", rules) << labelled("base kernel", entry.kernel_symbol)
      << labelled("same as", entry.same_as) << labelled("no case", entry.no_case)
      << labelled("due", entry.due);
  for (const exec::SwitchText& s : exec::switch_list()) {
    if (s.id == entry.id) out << labelled("switch of series-v1", s.what);
  }
  for (const exec::SwitchText& s : exec::not_yet_modelled()) {
    if (s.id == entry.id) out << labelled("not yet modelled in series-v1", s.what);
  }
  for (const exec::SwitchText& s : exec::cannot_show()) {
    if (s.id != entry.id) continue;
    out << labelled("cannot show in series-v1", s.what) << labelled("because", s.why);
  }
}

/// Cases of the suites for which `wanted` holds.
template <class Wanted>
void print_cases(const runner::Suite& all, Wanted&& wanted, std::ostream& out) {
  for (const runner::SuiteCase& c : all.cases) {
    if (wanted(c.program)) out << "  case " << c.program.id << ": " << c.program.title << "\n";
  }
}

bool names(const contract::Program& program, const std::string& entry) {
  return std::find(program.entries.begin(), program.entries.end(), entry) !=
         program.entries.end();
}

bool has_rule(const format::CatalogueEntry& entry, const std::string& rule) {
  return std::any_of(entry.rules.begin(), entry.rules.end(), [&](const std::string& pattern) {
    return judge::rule_matches(pattern, rule);
  });
}

/// Explains a rule or an entry of that name, or both. False when there is neither.
bool explain_word(const Options& options, const Entries& entries, const runner::Suite& all,
                  std::ostream& out) {
  const contract::Rule* const rule = rules::rule_by_id(options.target);
  if (rule != nullptr) {
    print_rule(*rule, out);
    for (const format::CatalogueEntry& e : entries) {
      if (has_rule(e, options.target) && e.id != options.target) {
        out << "  entry " << e.id << ": " << (e.title.empty() ? e.right : e.title) << "\n";
      }
    }
  }
  const auto entry = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& e) { return e.id == options.target; });
  if (entry != entries.end()) {
    print_entry(*entry, out);
    print_cases(all, [&](const contract::Program& p) { return names(p, entry->id); }, out);
  }
  return rule != nullptr || entry != entries.end();
}

void print_verdict(const differential::Comparison& c, const exec::Candidate& who,
                   std::ostream& out) {
  const judge::Verdict& v = c.verdict;
  out << "candidate " << who.spec << ": " << judge::outcome_name(v.outcome);
  if (c.timing) out << " (timing)";
  if (v.outcome == judge::Outcome::diverged) {
    out << " at " << runner::time_text(v.at_ns) << ", " << v.rule;
  } else if (v.outcome == judge::Outcome::oracle_wrong && v.oracle_record) {
    out << " at " << runner::time_text(v.at_ns);
  }
  out << "\n" << labelled("what", v.detail) << labelled("signature", v.signature);
  for (std::size_t i = 1; i < v.findings.size(); ++i) {
    const judge::Finding& f = v.findings[i];
    out << labelled("then at " + runner::time_text(f.at_ns), f.rule + ": " + f.detail);
  }
}

/// The picture alone goes to stdout, so that it can be sent to a file or a viewer.
int draw(const Options& options, const contract::Program& program,
         const differential::Comparison& c, const exec::Candidate& who, Console console) {
  const std::string picture =
      svg(picture_of(program, c, differential::oracle_for(who).spec, who.spec));
  if (options.svg == "-") {
    console.out << picture;
  } else if (!write_file(options.svg, picture, console)) {
    return kExitBadInput;
  }
  return exit_code_of(c.verdict.outcome);
}

int explain_case(const Options& options, const Entries& entries, Console console) {
  const auto who = candidate(options, console);
  if (!who) return kExitBadInput;
  const auto program = find_case(options, console);
  if (!program) return kExitBadInput;
  announce(options, console);
  differential::Differential differential(*who);
  const differential::Comparison c = differential.compare(*program);
  if (!options.svg.empty()) return draw(options, *program, c, *who, console);
  std::ostream& out = console.out;
  out << program->id << ": " << program->title << "\n" << labelled("why", program->why);
  print_verdict(c, *who, out);
  if (const contract::Rule* rule = rules::rule_by_id(c.verdict.rule)) print_rule(*rule, out);
  for (const format::CatalogueEntry& e : entries) {
    if (names(*program, e.id)) print_entry(e, out);
  }
  if (c.verdict.outcome == judge::Outcome::agreed) return kExitOk;
  out << "\n" << side_by_side(*program, c);
  out << "reproduce: ./protm explain " << runner::shell_word(options.target)
      << " --sut=" << runner::shell_word(options.sut) << "\n";
  return exit_code_of(c.verdict.outcome);
}

}  // namespace

int command_explain(const Options& options, Console console) {
  const Entries entries = catalogue(console);
  const auto all = suite(options, {}, console);
  if (!all) return kExitBadInput;
  if (explain_word(options, entries, *all, console.out)) return kExitOk;
  return explain_case(options, entries, console);
}

}  // namespace protm::cli
