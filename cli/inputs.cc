// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "cli/commands.h"
#include "cli/places.h"
#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/did_you_mean.h"
#include "gpu-model/vocab/machine_config.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/profile_names.h"
#include "oracle/rules/rule_table.h"

namespace protm::cli {
namespace {

namespace fs = std::filesystem;

std::string slug_of(const std::string& id) { return id.substr(id.find('/') + 1); }

}  // namespace

int bad_input(Console console, const std::string& message) {
  console.err << "protm: error: " << message << "\n";
  return kExitBadInput;
}

std::optional<exec::Candidate> candidate(const Options& options, Console console) {
  const exec::Registry registry = differential::default_registry();
  auto parsed = registry.parse(options.sut);
  if (parsed) return std::move(*parsed);
  std::string message = parsed.error();
  const std::string name = options.sut.substr(0, options.sut.find(':'));
  std::vector<std::string_view> known;
  for (const exec::CandidateKind& kind : registry.kinds()) known.push_back(kind.name);
  const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
  const auto near = format::nearest(name, known);
  if (!is_known && near) message += "; did you mean '" + std::string(*near) + "'?";
  bad_input(console, message);
  return std::nullopt;
}

namespace {

std::optional<runner::Suite> suite_in(const std::string& folder, const Options& options,
                                      const runner::Filter& filter, Console console) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    bad_input(console, "no folder '" + folder + "' with suites; set PROTM_ROOT to the clone");
    return std::nullopt;
  }
  runner::Suite loaded = runner::load_suite(folder, filter);
  if (options.machine != vocab::config_names()[0]) {
    const auto base = vocab::config_by_name(options.machine);
    if (!base) {
      bad_input(console, "no machine '" + options.machine + "'");
      return std::nullopt;
    }
    for (runner::SuiteCase& c : loaded.cases) {
      if (c.program.machine.name != vocab::config_names()[0]) continue;
      c.program.machine = vocab::moved_to(c.program.machine, *base);
    }
  }
  if (loaded.errors.empty()) return loaded;
  console.err << format::diagnostics_text(loaded.errors);
  return std::nullopt;
}

}  // namespace

std::optional<runner::Suite> suite(const Options& options, const runner::Filter& filter,
                                   Console console) {
  return suite_in(suites_folder(options.suites), options, filter, console);
}

std::optional<std::vector<runner::Design>> designs(const Options& options,
                                                   const runner::Filter& filter,
                                                   Console console) {
  std::vector<runner::Design> all;
  if (!options.suites.empty()) return all;
  for (const reference::Profile& profile : differential::profiles()) {
    if (profile.of != reference::ProfileOf::design) continue;
    const std::string_view name = profile.name;
    const fs::path folder = fs::path(suites_folder({})).parent_path() / "designs" / name / "suites";
    auto own = suite_in(folder, options, filter, console);
    if (!own) return std::nullopt;
    all.push_back({std::string(name), std::move(*own)});
  }
  return all;
}

std::optional<contract::Program> program_file(const std::string& path, Console console) {
  if (path.ends_with(".yaml")) {
    auto program = format::read_case_file(path);
    if (program) return std::move(*program);
    console.err << format::diagnostics_text(program.error());
    return std::nullopt;
  }
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path, error)) {
    bad_input(console, "cannot read '" + path + "'");
    return std::nullopt;
  }
  const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return format::decode(bytes);
}

std::optional<std::uint64_t> number(const char* option, const std::string& text,
                                    std::uint64_t fallback, Console console) {
  if (text.empty()) return fallback;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec == std::errc{} && read.ptr == end) return value;
  bad_input(console, std::string(option) + " cannot be '" + text +
                         "'\n  = expected a number below 2^64 in decimal");
  return std::nullopt;
}

bool make_folder(const std::string& folder, Console console) {
  if (folder.empty()) return true;
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && fs::is_directory(folder, error)) return true;
  bad_input(console, "cannot make the folder '" + folder + "'");
  return false;
}

std::optional<contract::Program> find_case(const Options& options, Console console) {
  const std::string& name = options.target;
  if (name.ends_with(".yaml")) return program_file(name, console);
  auto all = suite(options, {}, console);
  const auto own = designs(options, {}, console);
  if (!all || !own) return std::nullopt;
  for (const runner::Design& design : *own) {
    all->cases.insert(all->cases.end(), design.own.cases.begin(), design.own.cases.end());
  }
  std::vector<const contract::Program*> starts;
  std::vector<std::string_view> ids;
  for (const runner::SuiteCase& c : all->cases) {
    const std::string slug = slug_of(c.program.id);
    if (c.program.id == name || slug == name) return c.program;
    if (slug.starts_with(name) || c.program.id.starts_with(name)) starts.push_back(&c.program);
    ids.push_back(c.program.id);
  }
  if (starts.size() == 1) return *starts.front();
  std::string message = "no case '" + name + "'";
  if (!starts.empty()) {
    message = "'" + name + "' is the start of several cases:";
    for (const contract::Program* p : starts) message += " " + p->id;
  } else {
    std::vector<std::string> slugs;
    for (const std::string_view id : ids) slugs.push_back(slug_of(std::string(id)));
    for (const std::string& slug : slugs) ids.push_back(slug);
    if (const auto near = format::nearest(name, ids)) {
      message += "; did you mean '" + std::string(*near) + "'?";
    } else {
      message += "; `protm list --cases` prints them all";
    }
  }
  bad_input(console, message);
  return std::nullopt;
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> ids;
  for (const contract::Rule& rule : rules::rule_table()) ids.emplace_back(rule.id);
  return ids;
}

void announce(const Options& options, Console console) {
  console.err << "protm " << kVersion << ", seed 0, candidate " << options.sut << std::endl;
}

}  // namespace protm::cli
