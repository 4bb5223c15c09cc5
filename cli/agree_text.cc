// SPDX-License-Identifier: GPL-2.0-only
#include "cli/agree_text.h"

#include <cstdio>
#include <vector>

#include "cli/text_table.h"
#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "oracle/differential/known_defects.h"

namespace protm::cli {
namespace {

using fuzz::Agreed;
using fuzz::AgreementTotals;

std::string percent(std::uint32_t per_mille) {
  char text[16];
  std::snprintf(text, sizeof text, "%u.%u %%", per_mille / 10, per_mille % 10);
  return text;
}

std::string totals_line(const AgreementTotals& totals) {
  const auto n = [&](Agreed outcome) { return std::to_string(totals.of(outcome)); };
  std::string line = std::to_string(totals.total()) + " Programs: " + n(Agreed::yes) + " agreed, " +
                     n(Agreed::by_profile) + " explained by profile, " + n(Agreed::known) +
                     " known defects, " + n(Agreed::diverged) + " diverged, " +
                     n(Agreed::inconclusive) + " inconclusive, " + n(Agreed::skipped) + " skipped";
  if (totals.chance != 0) {
    line += "; " + std::to_string(totals.chance) +
            " differ in what hangs on chance, of which both sides are right";
  }
  if (totals.of(Agreed::oracle_wrong) != 0) {
    line += "; on " + n(Agreed::oracle_wrong) + " the oracle is wrong";
  }
  return line;
}

std::string seeds_text(const std::vector<std::uint64_t>& seeds, std::size_t most = 5) {
  std::string out = seeds.size() == 1 ? "seed" : "seeds";
  for (std::size_t i = 0; i < seeds.size() && i < most; ++i) {
    out += (i == 0 ? " " : ", ") + std::to_string(seeds[i]);
  }
  return out + (seeds.size() > most ? ", ..." : "");
}

/// "a.b.c and 2 more": the first of the signatures of a group.
std::string first_of(const std::string& signatures) {
  constexpr std::string_view kAnd = " and ";
  std::size_t more = 0;
  for (std::size_t at = signatures.find(kAnd); at != signatures.npos;
       at = signatures.find(kAnd, at + kAnd.size())) {
    ++more;
  }
  const std::string first = "`" + signatures.substr(0, signatures.find(kAnd)) + "`";
  return more == 0 ? first : first + " and " + std::to_string(more) + " more";
}

/// What several Programs show has a row each, what one shows stands in the last.
std::string signatures_markdown(const AgreementTotals& totals) {
  if (totals.signatures.empty()) return {};
  std::string out = "\n| Programs | found | the first one | seeds |\n|---|---|---|---|\n";
  std::vector<std::uint64_t> alone;
  for (const fuzz::SignatureCount& s : totals.signatures) {
    if (s.seeds.size() == 1) {
      alone.push_back(s.seeds.front());
      continue;
    }
    out += "| " + std::to_string(s.seeds.size()) + " | " + first_of(s.signature) + " | " +
           s.example + " | " + seeds_text(s.seeds) + " |\n";
  }
  if (alone.empty()) return out;
  return out + "| " + std::to_string(alone.size()) + " | something else each | | " +
         seeds_text(alone, alone.size()) + " |\n";
}

/// The known defects of this driver that struck, with what they are.
std::string defects_markdown(const AgreementTotals& totals) {
  if (totals.defects.empty()) return {};
  std::string out =
      "\n| Programs | known defect | what | source | seeds |\n|---|---|---|---|---|\n";
  for (const fuzz::DefectCount& d : totals.defects) {
    for (const differential::KnownDefect& known : differential::known_defects()) {
      if (known.id != d.id) continue;
      out += "| " + std::to_string(d.seeds.size()) + " | " + std::string(d.id) + " | " +
             std::string(known.what) + " | " + std::string(known.source) + " | " +
             seeds_text(d.seeds) + " |\n";
    }
  }
  return out;
}

std::string in_other_order(const AgreementTotals& totals) {
  return std::to_string(totals.timing) +
         " of those that agreed did so with the oracle in another order or under other latencies";
}

}  // namespace

std::string scope_option(const Options& options) {
  return options.scope == Options{}.scope ? "" : " --scope=" + options.scope;
}

std::string agree_line(const fuzz::AgreementRow& row, const std::string& name,
                       const std::string& reproduce) {
  std::string line = name + ": ";
  switch (row.outcome) {
    case Agreed::yes:
    case Agreed::by_profile: return {};
    case Agreed::known: {
      line += "known:";
      for (const std::string_view id : row.defects) line += " " + std::string(id);
      return line + "; reproduce: " + reproduce + "\n";
    }
    case Agreed::skipped: return line + "skipped: " + row.why + "\n";
    case Agreed::diverged:
      line += "diverged at " + runner::time_text(row.verdict.at_ns) + ", " + row.verdict.rule;
      break;
    case Agreed::oracle_wrong: line += "the oracle is wrong"; break;
    default: line += judge::outcome_name(row.verdict.outcome); break;
  }
  return line + ": " + row.verdict.detail + "; reproduce: " + reproduce + "\n";
}

std::string cover_text(const fuzz::EdgeCover& cover, std::span<const contract::Edge> edges) {
  TextTable table{{"covered", "edges", "share", "file"}, {}};
  const auto row = [&](std::size_t covered, std::size_t total, const std::string& file) {
    const std::uint64_t share = total == 0 ? 0 : 1000 * covered / total;
    table.rows.push_back({std::to_string(covered), std::to_string(total),
                          percent(static_cast<std::uint32_t>(share)), file});
  };
  for (const fuzz::FileCover& file : cover.files(edges)) row(file.covered, file.total, file.file);
  row(cover.covered(), edges.size(), "all");
  return table.text();
}

std::string agree_totals_text(const AgreementTotals& totals) {
  std::string out;
  for (const fuzz::SignatureCount& s : totals.signatures) {
    out += std::to_string(s.seeds.size()) + " x " + s.signature + " (" + seeds_text(s.seeds) +
           "): " + s.example + "\n";
  }
  for (const fuzz::DefectCount& d : totals.defects) {
    out += std::to_string(d.seeds.size()) + " x known: " + std::string(d.id) + " (" +
           seeds_text(d.seeds) + ")\n";
  }
  for (const fuzz::SeenInfo& info : fuzz::seen_table()) {
    out += percent(totals.per_mille(info.id)) + " " + std::string(info.what) + "\n";
  }
  if (totals.timing != 0) out += in_other_order(totals) + "\n";
  return out + totals_line(totals) + "\n";
}

std::string agree_totals_markdown(const AgreementTotals& totals, const exec::Candidate& candidate,
                                  const std::string& command) {
  std::string out = "### " + candidate.spec + "\n\n" + candidate.version + "\n\n`" + command +
                    "`\n\n" + totals_line(totals) + ".\n";
  if (totals.timing != 0) out += in_other_order(totals) + ".\n";
  out += defects_markdown(totals) + signatures_markdown(totals);
  out += "\n| share | Programs that |\n|---|---|\n";
  for (const fuzz::SeenInfo& info : fuzz::seen_table()) {
    out += "| " + percent(totals.per_mille(info.id)) + " | " + std::string(info.what) + " |\n";
  }
  return out;
}

}  // namespace protm::cli
