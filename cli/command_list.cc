// SPDX-License-Identifier: GPL-2.0-only
#include <array>
#include <optional>
#include <ostream>

#include "cli/commands.h"
#include "cli/entry_list.h"
#include "cli/places.h"
#include "cli/text_table.h"
#include "conformance/format/catalogue_reader.h"
#include "gpu-model/vocab/machine_config.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/questions.h"
#include "oracle/mutants/mutants.h"
#include "oracle/rules/rule_table.h"
#include "sut-adapters/contract/event.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::optional<TextTable> cases(const Options& options, Console console) {
  const auto all = suite(options, {}, console);
  if (!all) return std::nullopt;
  TextTable table{{"id", "entries", "title"}, {}};
  for (const runner::SuiteCase& c : all->cases) {
    table.rows.push_back({c.program.id, joined(c.program.entries), c.program.title});
  }
  return table;
}

std::optional<TextTable> rules(const Options&, Console) {
  TextTable table{{"id", "sentence", "source"}, {}};
  for (const contract::Rule& rule : rules::rule_table()) {
    table.rows.push_back(
        {std::string(rule.id), std::string(rule.sentence), std::string(rule.source)});
  }
  return table;
}

std::optional<TextTable> switches(const Options&, Console) {
  TextTable table{{"id", "state", "patch", "mail", "what"}, {}};
  const auto add = [&](const exec::SwitchText& s, const char* state) {
    std::string what(s.what);
    if (!s.why.empty()) what += "; " + std::string(s.why);
    table.rows.push_back({std::string(s.id), state, std::string(s.patch), std::string(s.mail),
                          std::move(what)});
  };
  for (const exec::SwitchText& s : exec::switch_list()) add(s, "switch");
  for (const exec::SwitchText& s : exec::not_yet_modelled()) add(s, "not yet modelled");
  for (const exec::SwitchText& s : exec::cannot_show()) add(s, "cannot show");
  return table;
}

std::optional<TextTable> limits(const Options&, Console) {
  TextTable table{{"name", "value", "what"}, {}};
  for (const contract::LimitInfo& limit : contract::kLimitTable) {
    table.rows.push_back(
        {std::string(limit.name), std::to_string(limit.value), std::string(limit.what)});
  }
  return table;
}

std::optional<TextTable> candidates(const Options&, Console) {
  TextTable table{{"name", "argument", "what"}, {}};
  const exec::Registry registry = differential::default_registry();
  for (const exec::CandidateKind& kind : registry.kinds()) {
    table.rows.push_back(
        {std::string(kind.name), std::string(kind.argument), std::string(kind.what)});
  }
  return table;
}

std::optional<TextTable> events(const Options&, Console) {
  static constexpr std::array<const char*, 6> kArguments{
      "", "a step", "a CSG state", "an AS command", "an IRQ line", "a fault"};
  TextTable table{{"event", "argument"}, {}};
  for (const contract::EventInfo& event : contract::event_table()) {
    if (event.kind == contract::EventKind::none) continue;
    table.rows.push_back(
        {std::string(event.words), kArguments[static_cast<std::size_t>(event.arg)]});
  }
  return table;
}

std::optional<TextTable> mutants(const Options&, Console) {
  TextTable table{{"name", "what"}, {}};
  for (const auto& all : {mutants::table(), mutants::table_of_designs()}) {
    for (const mutants::Mutant& m : all) {
      table.rows.push_back({std::string(m.name), std::string(m.what)});
    }
  }
  return table;
}

std::optional<TextTable> machines(const Options&, Console) {
  TextTable table{{"name", "what"}, {}};
  for (const std::string_view name : vocab::config_names()) {
    table.rows.push_back({std::string(name), std::string(vocab::config_what(name))});
  }
  return table;
}

/// What --profile takes: positions of the questions that the review leaves open, and releases.
std::optional<TextTable> profiles(const Options&, Console) {
  TextTable table{{"profile", "question", "entry", "what", "source"}, {}};
  for (const differential::Question& q : differential::questions()) {
    for (const differential::Position& p : q.positions) {
      table.rows.push_back({p.profile.empty() ? "base" : std::string(p.profile), std::string(q.id),
                            std::string(q.entry), std::string(q.title) + " " + std::string(p.words),
                            std::string(p.source)});
    }
  }
  for (const reference::Profile& p : differential::profiles()) {
    if (p.of != reference::ProfileOf::release || p.name.empty()) continue;
    table.rows.push_back({std::string(p.name), "", "", "what this release does otherwise",
                          "docs/agreement.md"});
  }
  return table;
}

struct List {
  std::string_view name;
  std::optional<TextTable> (*make)(const Options&, Console);
};
constexpr std::array kListCommands{
    List{"cases", cases},       List{"rules", rules},           List{"limits", limits},
    List{"switches", switches}, List{"events", events},         List{"mutants", mutants},
    List{"candidates", candidates}, List{"machines", machines},
    List{"profiles", profiles},
};

/// Lists within its JSON are not what a table has.
int list_entries(const Options& options, Console console) {
  const auto all = format::read_catalogue_file(catalogue_file());
  if (!all) {
    console.err << format::diagnostics_text(all.error());
    return kExitBadInput;
  }
  const auto cases = suite(options, {}, console);
  if (!cases) return kExitBadInput;
  console.out << (options.format == "json" ? entry_json(*all, *cases)
                                           : entry_table(*all, *cases).text());
  return kExitOk;
}

}  // namespace

int command_list(const Options& options, Console console) {
  if (options.what == "entries") return list_entries(options, console);
  for (const List& list : kListCommands) {
    if (list.name != options.what) continue;
    const auto table = list.make(options, console);
    if (!table) return kExitBadInput;
    console.out << (options.format == "json" ? table->json() : table->text());
    return kExitOk;
  }
  return bad_input(console, "no list '" + options.what + "'");
}

}  // namespace protm::cli
