// SPDX-License-Identifier: GPL-2.0-only
#include "cli/parse.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>

#include "conformance/format/did_you_mean.h"
#include "gpu-model/vocab/machine_config.h"
#include "oracle/differential/profile_names.h"

namespace protm::cli {
namespace {

constexpr std::string_view kHelpHead =
    "protm: checks Linux support of protected mode on Mali CSF GPUs\n\n"
    "usage: protm COMMAND [OPTIONS]      options: protm COMMAND --help\n\n";
constexpr std::string_view kHelpTail = R"(
exit codes: 0 all agreed, 1 diverged, 2 bad input and nothing run, 3 inconclusive or nothing
compared, 134 a fault of the harness or its suites.  CASE: id, its last part, or a file.
)";
/// Headings without indent, commands with two spaces, their options with four.
constexpr std::string_view kHelp =
    R"(check a candidate
  conform                   run the suites on a candidate and compare it with the oracle
    --sut=NAME[:ARG]        the candidate (default series-v1; `list --candidates`)
    --suite=AREA            only one area: heap, kbo, fw, mmu, sched, rst, uapi, base
    --filter=GLOB|ENTRY     only cases whose id matches, or that belong to an entry
    --format=FORMAT         text, json, junit or ktap
    --machine=CONFIG        the machine of cases that name none (`list --machines`)
    --profile=A[+B...]      positions that it takes where the review leaves a question open, or its
                            release (`list --profiles`; base = as posted; default: found out)
    --attribute             the smallest sets of switches that explain each divergence
    --suites=DIR            cases from another folder
    --expect=FILE           divergences that are known; else conformance/expectations/KERNEL.yaml
    --bisect                exit code 125 instead of 2 and 3, for `git bisect run`
  agree                     run generated Programs on a candidate and compare it with the oracle
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --seed=N --count=N      seeds from N on (default 1), so many of them (default 200)
    --save=DIR              each Program that does not agree, as a case for `replay`
    --findings=DIR          each new signature with a small Program, in a folder of its own
    --scope=SCOPE           driver: what a driver without protected mode runs; full: everything
    --kcov                  which edges of the real driver were covered, per source file
    --lcov=FILE             the same per line, for genhtml
    --corpus=DIR            search: change Programs of DIR, and add those that cover something new
    --format=FORMAT         text or markdown
    --bisect                exit code 125 instead of 2 and 3, for `git bisect run`
  explore CASE              run a case under many schedules, until one diverges
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --preemptions=K         all with at most K departures from the usual order (default 2)
    --pct=D --seed=S        random ones of depth D instead
    --runs=N                at most so many (default all, 100 random ones)
    --tasks=A,B             who may be held: actors, work items, interrupts (default all actors)
    --checkpoint=FILE       go on from there, and write there
    --save=DIR              the case with the schedule that diverged, for `replay`
    --suites=DIR            cases from another folder
    --bisect                exit code 125 instead of 2 and 3, for `git bisect run`
  fuzz                      run fuzzing engines on a candidate for hours; `./protm fuzz` builds them
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --target=NAME           which fuzz target (default stack_fuzzer)
    --engine=ENGINE         libfuzzer, afl or both (default libfuzzer)
    --asan                  builds that check each access, several times slower
    --jobs=N                so many processes (default 1)
    --for=TIME --runs=N     how long: 90s, 30min, 8h, or so many executions (default 1h)
    --seed=N                of the engines (default 1)
    --out=DIR               state, corpus and findings (default campaign); the same one goes on
    --status=DIR            print the state of a campaign instead
    --format=FORMAT         of --status: text or json
    --canaries=LIST         known-wrong candidates to find first, with semicolons; or none
    --canary-budget=SECONDS  CPU time for each of them
    --patience=SECONDS      an engine without an execution for so long stood still (default 120)
  time-to-find              how soon an engine finds each known defect; `./protm bench time-to-find`
    --only=A,B              only these switches and mutants (default all)
    --engine=ENGINE         libfuzzer or afl (default libfuzzer)
    --seeds=N --cap=SECONDS  hunts of each, CPU time of a hunt (default 3, 120)
    --out=FILE              rows; the page stands beside it (default docs/time-to-find.jsonl)
    --again                 also what is done for this commit
    --suites=DIR            cases from another folder
understand a result
  explain CASE|RULE|ENTRY   both traces around the first divergence, the rule, the mail behind it
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --svg[=FILE]            a picture of it instead; without FILE on the standard output
    --machine=CONFIG        as for conform
    --suites=DIR            cases from another folder
  trace CASE                the trace of a candidate
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --full                  with register accesses
    --perfetto=FILE         and write it for ui.perfetto.dev
    --beside                with the oracle's above it, in the file for Perfetto
    --machine=CONFIG        as for conform
    --suites=DIR            cases from another folder
  list                      cases, entries, rules, switches and more
    --cases, --entries, --rules, --switches, --candidates, --mutants, --events, --limits,
    --machines, --profiles
    --format=FORMAT         text or json
    --suites=DIR            cases from another folder
work with Programs
  shrink FILE|CASE          the smallest Program that diverges in the same way
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --runs=N                try so many at most (default 2000)
    --output=FILE           write it there instead of printing it
    --suites=DIR            cases from another folder
  findings list|show|promote [SIGNATURE]
                            what fuzzing has found: all of it, one with its Program, or one made
                            a case and an input of the repository
    --findings=DIR          the folder (default findings)
    --format=FORMAT         of list: text or json
    --id=AREA/NAME --entry=A,B --title=TEXT --why=TEXT   of promote: what the case says
    --suites=DIR --corpus=DIR --target=NAME              of promote: where it goes
  replay FILE               compare a YAML case or a fuzzer's input
    --sut=NAME[:ARG]        the candidate (default series-v1)
    --findings=DIR          what diverges becomes a small Program in a folder of its own
  convert FILE              a Program as YAML or as bytes
    --to=yaml|bin           which (default yaml)
    --explicit              with all defaults
    --output=FILE           write it there instead of printing it
)";

/// Calls `visit(line)` for each line of `text`, without its end.
template <class Visit>
void for_each_line(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Headings and commands; or one command with its options, when `command` names one.
std::string help_text(std::string_view command) {
  std::string all, one;
  bool in_command = false;
  for_each_line(kHelp, [&](std::string_view line) {
    const bool option = line.starts_with("    ");
    if (!option) {
      all += std::string(line) + "\n";
      const std::string_view name = line.starts_with("  ") ? line.substr(2) : std::string_view();
      in_command = !command.empty() && name.substr(0, name.find(' ')) == command;
    }
    if (in_command) one += std::string(line) + "\n";
  });
  if (!one.empty()) return "usage: protm\n" + one;
  return std::string(kHelpHead) + all + std::string(kHelpTail);
}

constexpr std::array<std::string_view, 12> kCommandWords{
    "conform", "agree", "explore", "fuzz", "list", "explain", "trace", "shrink", "replay",
    "findings", "convert", "time-to-find"};
constexpr std::array<std::string_view, 10> kLists{"cases",   "entries",    "rules",  "switches",
                                                  "limits",  "candidates", "events", "mutants",
                                                  "machines", "profiles"};

/// One subcommand with the words that a mistyped option may have meant.
struct Subcommand {
  CLI::App* app = nullptr;
  std::vector<std::string> options;
  std::string operand;   ///< "CASE": exactly one positional argument; empty = none
};

class Grammar {
 public:
  Grammar() {
    app_.allow_extras();
    app_.set_help_flag();
    conform();
    agree();
    explore();
    list();
    add_explain_trace();
    add_replay_convert();
    add_shrink();
    add_findings();
    add_fuzz();
    add_time_to_find();
  }

  Parsed parse(const std::vector<std::string>& arguments, Console console) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    // `list` behind `findings` is no command of its own, which the library would take it for.
    const bool verb = arguments.size() > 1 && arguments[0] == "findings" && !arguments[1].empty() &&
                      arguments[1][0] != '-';
    if (verb) {
      options_.target = arguments[1];
      reversed.erase(reversed.end() - 2);
    }
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return bad(console, lower(error.what()));
    }
    for (Subcommand& command : commands_) {
      if (command.app->parsed()) return checked(command, console);
    }
    return no_command(arguments, console);
  }

 private:
  static std::string lower(std::string text) {
    if (text.rfind("--", 0) != 0 && !text.empty()) {
      text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return text;
  }

  static Parsed bad(Console console, const std::string& message) {
    console.err << "protm: error: " << message << "\n";
    return Parsed{{}, kExitBadInput};
  }

  Subcommand& command(const char* name, std::string operand) {
    Subcommand c;
    c.app = app_.add_subcommand(name);
    c.app->allow_extras();
    c.app->set_help_flag();
    c.operand = std::move(operand);
    if (!c.operand.empty()) c.app->add_option("target", options_.target);
    return commands_.emplace_back(std::move(c));
  }

  void text(Subcommand& c, const char* name, std::string& value) {
    c.app->add_option(name, value);
    c.options.emplace_back(name);
  }
  void word(Subcommand& c, const char* name, std::string& value,
            std::vector<std::string> words) {
    text(c, name, value);
    words_.push_back(Words{c.app, name, &value, std::move(words)});
  }
  void flag(Subcommand& c, const char* name, bool& value) {
    c.app->add_flag(name, value);
    c.options.emplace_back(name);
  }

  void machine(Subcommand& c) {
    const auto names = vocab::config_names();
    word(c, "--machine", options_.machine, {names.begin(), names.end()});
  }

  static std::vector<std::string> profile_names() {
    std::vector<std::string> names{"any", "base"};
    for (const reference::Profile& p : differential::profiles()) {
      if (!p.name.empty()) names.emplace_back(p.name);
    }
    return names;
  }

  void conform() {
    Subcommand& c = command("conform", "");
    text(c, "--sut", options_.sut);
    text(c, "--suite", options_.suite);
    text(c, "--filter", options_.filter);
    word(c, "--format", options_.format, {"text", "json", "junit", "ktap"});
    text(c, "--suites", options_.suites);
    machine(c);
    word(c, "--profile", options_.profile, profile_names());
    text(c, "--expect", options_.expect);
    flag(c, "--attribute", options_.attribute);
    flag(c, "--bisect", options_.bisect);
  }

  void agree() {
    Subcommand& c = command("agree", "");
    text(c, "--sut", options_.sut);
    text(c, "--seed", options_.seed);
    text(c, "--count", options_.number);
    text(c, "--save", options_.save);
    text(c, "--findings", options_.findings);
    word(c, "--scope", options_.scope, {"driver", "full"});
    flag(c, "--kcov", options_.coverage);
    text(c, "--lcov", options_.lcov);
    text(c, "--corpus", options_.corpus);
    word(c, "--format", options_.format, {"text", "markdown"});
    flag(c, "--bisect", options_.bisect);
  }

  void explore() {
    Subcommand& c = command("explore", "a case");
    text(c, "--sut", options_.sut);
    text(c, "--preemptions", options_.preemptions);
    text(c, "--pct", options_.pct);
    text(c, "--runs", options_.number);
    text(c, "--seed", options_.seed);
    text(c, "--tasks", options_.tasks);
    text(c, "--checkpoint", options_.checkpoint);
    text(c, "--save", options_.save);
    text(c, "--suites", options_.suites);
    flag(c, "--bisect", options_.bisect);
  }

  void list() {
    Subcommand& c = command("list", "");
    for (std::size_t i = 0; i < kLists.size(); ++i) {
      const std::string name = "--" + std::string(kLists[i]);
      c.app->add_flag(name, wanted_[i]);
      c.options.push_back(name);
    }
    word(c, "--format", options_.format, {"text", "json"});
    text(c, "--suites", options_.suites);
  }

  void add_explain_trace() {
    Subcommand& e = command("explain", "a case, a rule or an entry");
    text(e, "--sut", options_.sut);
    text(e, "--suites", options_.suites);
    e.app->add_flag("--svg{-}", options_.svg);
    e.options.emplace_back("--svg");
    machine(e);
    Subcommand& t = command("trace", "a case");
    text(t, "--sut", options_.sut);
    text(t, "--suites", options_.suites);
    machine(t);
    text(t, "--perfetto", options_.output);
    flag(t, "--full", options_.full);
    flag(t, "--beside", options_.beside);
  }

  void add_replay_convert() {
    Subcommand& r = command("replay", "a file");
    text(r, "--sut", options_.sut);
    text(r, "--findings", options_.findings);
    Subcommand& c = command("convert", "a file");
    word(c, "--to", options_.to, {"yaml", "bin"});
    text(c, "--output", options_.output);
    flag(c, "--explicit", options_.explicit_form);
  }

  void add_shrink() {
    Subcommand& c = command("shrink", "a case or a file");
    text(c, "--sut", options_.sut);
    text(c, "--suites", options_.suites);
    text(c, "--runs", options_.number);
    text(c, "--output", options_.output);
  }

  void add_findings() {
    Subcommand& f = command("findings", "");
    f.operand = "list, show or promote";
    f.app->add_option("signature", options_.second);
    words_.push_back(Words{f.app, "findings", &options_.target, {"list", "show", "promote"}});
    text(f, "--findings", options_.findings);
    word(f, "--format", options_.format, {"text", "json"});
    text(f, "--id", options_.id);
    text(f, "--entry", options_.entry);
    text(f, "--title", options_.title);
    text(f, "--why", options_.why);
    text(f, "--suites", options_.suites);
    text(f, "--corpus", options_.corpus);
    text(f, "--target", options_.fuzz_target);
  }

  void add_fuzz() {
    Subcommand& f = command("fuzz", "");
    text(f, "--sut", options_.sut);
    text(f, "--target", options_.fuzz_target);
    word(f, "--engine", options_.engine, {"libfuzzer", "afl", "both"});
    flag(f, "--asan", options_.asan);
    text(f, "--jobs", options_.jobs);
    text(f, "--for", options_.duration);
    text(f, "--runs", options_.number);
    text(f, "--seed", options_.seed);
    text(f, "--out", options_.output);
    text(f, "--status", options_.status);
    word(f, "--format", options_.format, {"text", "json"});
    text(f, "--canaries", options_.canaries);
    text(f, "--canary-budget", options_.canary_budget);
    text(f, "--patience", options_.patience);
  }

  void add_time_to_find() {
    Subcommand& t = command("time-to-find", "");
    text(t, "--only", options_.filter);
    word(t, "--engine", options_.engine, {"libfuzzer", "afl"});
    text(t, "--seeds", options_.seed);
    text(t, "--cap", options_.number);
    text(t, "--out", options_.output);
    flag(t, "--again", options_.again);
    text(t, "--suites", options_.suites);
  }

  Parsed checked(Subcommand& command, Console console) {
    std::vector<std::string> extras = app_.remaining();
    for (std::string& extra : command.app->remaining()) extras.push_back(std::move(extra));
    for (const std::string& extra : extras) {
      if (extra == "--help" || extra == "-h") return help(console, command.app->get_name());
    }
    const std::string name = command.app->get_name();
    for (const std::string& extra : extras) {
      if (extra.rfind('-', 0) != 0) {
        return bad(console, name + " takes no '" + extra + "'" +
                                (command.operand.empty() ? "" : " behind " + command.operand));
      }
      const std::string option = extra.substr(0, extra.find('='));
      const std::vector<std::string_view> known(command.options.begin(), command.options.end());
      return bad(console, name + " has no option '" + option + "'\n  = " +
                              format::expected_words(option, known));
    }
    if (!command.operand.empty() && options_.target.empty()) {
      return bad(console, name + " needs " + command.operand);
    }
    for (const Words& w : words_) {
      if (w.app != command.app) continue;
      if (std::find(w.words.begin(), w.words.end(), *w.value) != w.words.end()) continue;
      const bool parts = w.value == &options_.profile && !w.value->empty();
      if (parts && differential::profile_by_name(*w.value) != nullptr) continue;
      const std::vector<std::string_view> known(w.words.begin(), w.words.end());
      return bad(console, std::string(w.name) + " cannot be '" + *w.value + "'\n  = " +
                              format::expected_words(*w.value, known));
    }
    for (std::size_t i = 0, n = 0; i < kLists.size(); ++i) {
      if (!wanted_[i]) continue;
      if (n++ != 0) return bad(console, "list prints one list at a time");
      options_.what = kLists[i];
    }
    options_.command = name;
    return Parsed{options_, kExitOk};
  }

  static Parsed help(Console console, std::string_view command = {}) {
    console.out << help_text(command);
    return Parsed{{}, kExitOk};
  }

  Parsed no_command(const std::vector<std::string>& arguments, Console console) {
    if (arguments.empty()) {
      console.err << help_text({});
      return Parsed{{}, kExitBadInput};
    }
    const std::string& first = arguments.front();
    if (first == "--help" || first == "-h" || first == "help") return help(console);
    if (first == "--version") {
      console.out << "protm " << kVersion << "\n";
      return Parsed{{}, kExitOk};
    }
    return bad(console, "no command '" + first + "'\n  = " +
                            format::expected_words(first, kCommandWords));
  }

  struct Words {
    CLI::App* app;
    const char* name;
    std::string* value;
    std::vector<std::string> words;
  };

  CLI::App app_;
  Options options_;
  std::array<bool, kLists.size()> wanted_{};
  std::deque<Subcommand> commands_;   // references to its elements stay good
  std::vector<Words> words_;
};

}  // namespace

Parsed parse(const std::vector<std::string>& arguments, Console console) {
  return std::make_unique<Grammar>()->parse(arguments, console);
}

}  // namespace protm::cli
