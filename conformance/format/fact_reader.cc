// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/fact_reader.h"

#include <algorithm>

#include "conformance/format/case_words.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/format/fault_text.h"
#include "conformance/format/quantity.h"
#include "gpu-model/vocab/errno.h"

namespace protm::format {
namespace {

using contract::Fact;
using contract::FactKind;
using contract::Fault;
using contract::Makes;
using contract::Program;
using vocab::FaultKind;

constexpr std::size_t kFactsMax = 64;


template <class Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

/// Reads one fault.
class FaultReader {
 public:
  FaultReader(const YamlValue& source, ValueCheck& check) : source_(source), check_(check) {}

  Fault machine(std::uint32_t id) {
    check_.known_keys(source_, "fault", kMachineFaultKeys);
    Fault fault;
    fault.machine.id = id;
    const auto names = names_of(vocab::fault_table());
    const auto kind = check_.word(*source_.find("machine"), "machine", names);
    if (!kind) return fault;
    fault.machine.kind = vocab::fault_table()[*kind].id;
    fault.machine.target = target(fault.machine.kind);
    if (const YamlValue* slot = source_.find("slot"); slot != nullptr && slot->scalar != "any") {
      fault.machine.slot = u32(check_.number(*slot, "slot", 30), vocab::kAnySlot);
    }
    fault.machine.nth = count("nth", 1);
    fault.machine.times = count("times", 1);
    fault.machine.value_ns = time("value");
    fault.machine.hold_ns = time("hold");
    return fault;
  }

  Fault call() {
    check_.known_keys(source_, "fault", kCallFaultKeys);
    Fault fault;
    fault.host = true;
    const YamlValue* role = check_.required(source_, "fault", "role");
    fault.call.call = check_.text(*source_.find("call"), "call", kTextMax).value_or("");
    if (role != nullptr) fault.call.role = check_.text(*role, "role", kTextMax).value_or("");
    fault.call.nth = count("nth", 1);
    const YamlValue* error = source_.find("error");
    const YamlValue* short_by = source_.find("short_by");
    if ((error == nullptr) == (short_by == nullptr)) {
      check_.error(source_, "a fault of a call needs one of 'error' and 'short_by'",
                   "expected error: ENOMEM or short_by: 4KiB");
    } else if (error != nullptr) {
      if (check_.is_scalar(*error, "error")) fault.call.value = -errno_of(*error);
    } else if (const auto bytes = check_.size(*short_by, "short_by", INT64_MAX)) {
      if (*bytes == 0) check_.error(*short_by, "'short_by' is '0'", "expected at least 1");
      fault.call.value = static_cast<std::int64_t>(*bytes);
    }
    return fault;
  }

 private:
  std::int64_t errno_of(const YamlValue& value) {
    const auto number = vocab::errno_number(value.scalar);
    if (!number) {
      check_.error(value, "'error' is " + what_it_is(value), "expected an errno such as ENOMEM");
    }
    return number.value_or(EINVAL);
  }

  std::uint32_t target(FaultKind kind) {
    const YamlValue* value = source_.find("target");
    const std::string name(vocab::fault_table()[static_cast<std::size_t>(kind)].name);
    if (target_form(kind) == TargetForm::none) {
      if (value != nullptr) {
        check_.error(*value, in_quotes(name) + " has no target", "expected no 'target'");
      }
      return 0;
    }
    if (value == nullptr) {
      check_.error(source_, in_quotes(name) + " lacks the key 'target'", "expected 'target'");
      return 0;
    }
    if (target_form(kind) == TargetForm::as_number) {
      return u32(check_.number(*value, "target", 15), 0);
    }
    const auto words = target_words(kind);
    const auto index = check_.word(*value, "target", names_of(words));
    return index ? words[*index].value : 0;
  }

  std::uint32_t count(std::string_view key, std::uint32_t fallback) {
    const YamlValue* value = source_.find(key);
    if (value == nullptr) return fallback;
    if (key == "times" && value->scalar == "forever") return vocab::kForever;
    const auto number = check_.number(*value, key, UINT32_MAX - 1);
    if (number && *number == 0) {
      check_.error(*value, in_quotes(key) + " is '0'", "expected at least 1");
    }
    return u32(number, fallback);
  }

  std::uint64_t time(std::string_view key) {
    const YamlValue* value = source_.find(key);
    if (value == nullptr) return 0;
    return check_.time(*value, key, contract::kMaxTimeNs).value_or(0);
  }

  static std::uint32_t u32(std::optional<std::uint64_t> number, std::uint32_t fallback) {
    return number ? static_cast<std::uint32_t>(*number) : fallback;
  }

  const YamlValue& source_;
  ValueCheck& check_;
};

/// Reads one fact; the caller has found its kind.
class FactReader {
 public:
  FactReader(const YamlValue& source, ValueCheck& check, StepReader& steps)
      : source_(source), check_(check), steps_(steps) {}

  std::optional<Fact> read(FactKind kind) {
    const std::string_view word = kFactKinds[static_cast<std::size_t>(kind)];
    const YamlValue& subject = *source_.find(word);
    Fact fact;
    fact.kind = kind;
    switch (kind) {
      case FactKind::result: keys({word, "is"}); step(fact, subject, {.any = true}); break;
      case FactKind::fence: keys({word, "is"}); step(fact, subject, {.makes = Makes::job}); break;
      case FactKind::output: keys({word, "field", "is"}); step(fact, subject, {.any = true}); break;
      case FactKind::memory:
        keys({word, "offset", "is"});
        step(fact, subject, {.makes = Makes::bo});
        break;
      case FactKind::group_state:
        keys({word, "is"});
        step(fact, subject, {.makes = Makes::group});
        break;
      case FactKind::lead:
        keys({word});
        fact.value = check_.number(subject, word, contract::kMaxSteps).value_or(0);
        return fact;
      case FactKind::never: keys({word}); event(fact, subject); return fact;
      case FactKind::at_most:
        keys({word, "of"});
        fact.value = check_.number(subject, word, UINT32_MAX).value_or(0);
        if (const YamlValue* of = check_.required(source_, "fact", "of")) event(fact, *of);
        return fact;
    }
    if (const YamlValue* field = source_.find("field")) {
      fact.index = static_cast<std::uint32_t>(check_.number(*field, "field", 63).value_or(0));
    }
    if (const YamlValue* offset = source_.find("offset")) {
      fact.offset = check_.size(*offset, "offset", UINT64_MAX).value_or(0);
    }
    if (const YamlValue* is = check_.required(source_, "fact", "is")) value(fact, *is);
    return fact;
  }

 private:
  void keys(std::initializer_list<std::string_view> names) {
    check_.known_keys(source_, "fact", std::span(names.begin(), names.size()));
  }

  void step(Fact& fact, const YamlValue& subject, Wanted wanted) {
    const std::string_view word = kFactKinds[static_cast<std::size_t>(fact.kind)];
    fact.step = steps_.reference(subject, word, wanted).value_or(contract::kNoStep);
  }

  void event(Fact& fact, const YamlValue& subject) {
    if (!check_.is_scalar(subject, "event")) return;
    const auto spec = steps_.event(subject, subject.scalar, contract::kNoStep);
    if (!spec) return;
    fact.event = *spec;
    if (spec->count != 1) {
      check_.error(subject, "a count in " + in_quotes(subject.scalar),
                   "expected the event alone; 'at_most: N' counts");
    }
  }

  void value(Fact& fact, const YamlValue& is) {
    if (fact.kind == FactKind::group_state) return states(fact, is);
    if (!check_.is_scalar(is, "is")) return;
    const auto number = is.quoted ? std::nullopt : parse_number(is.scalar);
    const auto error = vocab::errno_number(is.scalar);
    if (fact.kind == FactKind::result && error) {
      fact.value = static_cast<std::uint64_t>(-std::int64_t{*error});
    } else if (fact.kind == FactKind::fence) {
      if (!error && is.scalar != "signalled") {
        check_.error(is, "'is' is " + what_it_is(is),
                     "expected signalled or an errno such as ECANCELED");
      }
      fact.value = static_cast<std::uint64_t>(error.value_or(0));
    } else if (number) {
      fact.value = *number;
    } else {
      check_.error(is, "'is' is " + what_it_is(is),
                   fact.kind == FactKind::result ? "expected a number or an errno such as EINVAL"
                                                 : "expected a number");
    }
  }

  void states(Fact& fact, const YamlValue& is) {
    if (const auto number = is.quoted ? std::nullopt : parse_number(is.scalar)) {
      fact.value = *number;
      return;
    }
    if (!check_.is_list(is, "is", kGroupStates.size())) return;
    for (const YamlValue& item : is.items) {
      const auto bit = check_.word(item, "is", kGroupStates);
      if (bit) fact.value |= std::uint64_t{1} << *bit;
    }
  }

  const YamlValue& source_;
  ValueCheck& check_;
  StepReader& steps_;
};

}  // namespace

void read_faults(const YamlValue& faults, ValueCheck& check, Program& program) {
  if (!check.is_list(faults, "faults", contract::kMaxFaults)) return;
  for (const YamlValue& item : faults.items) {
    if (!check.is_map(item, "fault")) continue;
    FaultReader reader(item, check);
    const auto id = static_cast<std::uint32_t>(program.faults.size());
    if (item.find("machine") != nullptr) {
      program.faults.push_back(reader.machine(id));
    } else if (item.find("call") != nullptr) {
      program.faults.push_back(reader.call());
    } else {
      check.error(item, "a fault without a kind", "expected 'machine: KIND' or 'call: NAME'");
    }
  }
}

void read_facts(const YamlValue& facts, ValueCheck& check, StepReader& steps, Program& program) {
  if (!check.is_list(facts, "then", kFactsMax)) return;
  for (const YamlValue& item : facts.items) {
    if (!check.is_map(item, "fact")) continue;
    const auto kind = std::find_if(kFactKinds.begin(), kFactKinds.end(), [&](std::string_view k) {
      return item.find(k) != nullptr;
    });
    if (kind == kFactKinds.end()) {
      const std::string first = item.entries.empty() ? "" : item.entries[0].key;
      check.error(item, "a fact without a kind", expected_words(first, kFactKinds));
      continue;
    }
    // The words stand in the order of FactKind.
    const auto found = static_cast<FactKind>(kind - kFactKinds.begin());
    if (auto fact = FactReader(item, check, steps).read(found)) program.then.push_back(*fact);
  }
}

}  // namespace protm::format
