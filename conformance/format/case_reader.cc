// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/case_reader.h"

#include <algorithm>

#include "conformance/format/case_words.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/format/fact_reader.h"
#include "conformance/format/quantity.h"
#include "conformance/format/schedule_reader.h"
#include "conformance/format/step_reader.h"
#include "conformance/format/text_file.h"
#include "conformance/format/value_check.h"
#include "gpu-model/vocab/ids.h"
#include "sut-adapters/contract/capability.h"

namespace protm::format {
namespace {

using contract::Program;

constexpr std::size_t kProseMax = 2000;
constexpr std::size_t kCaseEntriesMax = 32;


/// area/slug, both of a-z, 0-9 and -.
bool is_case_id(std::string_view id) {
  const std::size_t slash = id.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == id.size()) return false;
  return std::all_of(id.begin(), id.end(), [&](const char& c) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    return word || static_cast<std::size_t>(&c - id.data()) == slash;
  });
}

/// The id that a path below a folder "suites" asks for; empty for any other path.
std::string_view id_of_path(std::string_view file) {
  constexpr std::string_view kSuites = "/suites/", kSuffix = ".yaml";
  const std::size_t at = file.rfind(kSuites);
  if (at == std::string_view::npos || !file.ends_with(kSuffix)) return {};
  file.remove_suffix(kSuffix.size());
  return file.substr(at + kSuites.size());
}

class CaseReader {
 public:
  CaseReader(std::string_view file, Diagnostics& errors) : file_(file), check_(errors) {}

  Program read(const YamlValue& root) {
    program_.heap_param = kDefaultHeapName;
    if (!check_.is_map(root, "case")) return std::move(program_);
    if (!schema(root)) return std::move(program_);
    check_.known_keys(root, "case", kCaseKeys);
    head(root);
    if (const YamlValue* v = root.find("requires")) requires_words(*v);
    if (const YamlValue* v = root.find("machine")) machine(*v);
    if (const YamlValue* v = root.find("firmware")) firmware(*v);
    if (const YamlValue* v = root.find("boot")) {
      program_.boot = static_cast<contract::Boot>(check_.word(*v, "boot", kBootWords).value_or(0));
    }
    if (const YamlValue* v = root.find("heap")) heap(*v);
    if (const YamlValue* v = root.find("faults")) read_faults(*v, check_, program_);
    StepReader steps(check_, program_);
    if (const YamlValue* v = check_.required(root, "case", "actors")) steps.read_actors(*v);
    if (const YamlValue* v = root.find("caps")) caps(*v);
    if (const YamlValue* v = root.find("schedule")) read_schedule(*v, check_, program_);
    if (const YamlValue* v = root.find("explore")) read_explore(*v, check_, program_);
    if (const YamlValue* v = root.find("reaches")) reaches(*v, steps);
    if (const YamlValue* v = root.find("then")) read_facts(*v, check_, steps, program_);
    return std::move(program_);
  }

 private:
  /// A newer file is refused alone: its other errors would only mislead.
  bool schema(const YamlValue& root) {
    const YamlValue* value = check_.required(root, "case", "schema");
    if (value == nullptr) return true;
    const auto number = check_.number(*value, "schema", UINT32_MAX);
    if (!number || *number == kCaseSchema) return true;
    check_.error(*value, "schema " + std::to_string(*number) + " is not known",
                 "expected schema " + std::to_string(kCaseSchema) + ", which this build reads");
    return *number < kCaseSchema;
  }

  std::string prose(const YamlValue& value, std::string_view what) {
    if (!check_.is_scalar(value, what)) return {};
    const std::string& text = value.scalar;
    if (text.size() <= kProseMax && text.find('\n') == std::string::npos) return text;
    check_.error(value, in_quotes(what) + " is too long or has several lines",
                 "expected one line of at most " + std::to_string(kProseMax) + " bytes");
    return {};
  }

  void head(const YamlValue& root) {
    const YamlValue* id = root.find("id");
    const std::string_view wanted = id_of_path(file_);
    if (id == nullptr && !wanted.empty()) check_.required(root, "case", "id");
    if (id != nullptr && check_.is_scalar(*id, "id")) {
      program_.id = id->scalar;
      if (!is_case_id(id->scalar)) {
        check_.error(*id, "case id " + in_quotes(id->scalar),
                     "expected area/slug with a-z, 0-9 and -, such as heap/heap-002-put-null");
      } else if (!wanted.empty() && id->scalar != wanted) {
        check_.error(*id, "case id " + in_quotes(id->scalar) + " is not the file's name",
                     "expected " + in_quotes(wanted));
      }
    }
    for (std::string_view key : {"title", "why", "entries"}) {
      const YamlValue* value = root.find(key);
      if (value == nullptr) {
        if (id != nullptr) check_.required(root, "case", key);
      } else if (key == "entries") {
        entries(*value);
      } else {
        (key == "title" ? program_.title : program_.why) = prose(*value, key);
      }
    }
  }

  void entries(const YamlValue& list) {
    if (!check_.is_list(list, "entries", kCaseEntriesMax)) return;
    for (const YamlValue& item : list.items) {
      const auto text = check_.text(item, "entries", 40);
      if (!text) continue;
      const bool form = std::all_of(text->begin(), text->end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      });
      if (!form) {
        check_.error(item, "entry " + in_quotes(*text), "expected an entry such as HEAP-2");
      }
      program_.entries.push_back(*text);
    }
  }

  void requires_words(const YamlValue& list) {
    std::vector<std::string_view> names;
    for (const auto& row : contract::capability_table()) names.push_back(row.name);
    if (!check_.is_list(list, "requires", names.size())) return;
    for (const YamlValue& item : list.items) {
      const auto index = check_.word(item, "requires", names);
      if (index) {
        program_.requires_mask = program_.requires_mask | contract::capability_table()[*index].id;
      }
    }
  }

  void machine(const YamlValue& map) {
    if (!check_.is_map(map, "machine")) return;
    std::vector<std::string_view> keys{"config", "seed", "devices"};
    keys.insert(keys.end(), kMachineNumbers.begin(), kMachineNumbers.end());
    for (const auto& row : vocab::latency_table()) keys.push_back(row.name);
    for (const auto& row : vocab::switch_table()) keys.push_back(row.name);
    check_.known_keys(map, "machine", keys);
    if (const YamlValue* config = map.find("config")) {
      const auto index = check_.word(*config, "config", vocab::config_names());
      if (index) program_.machine = *vocab::config_by_name(vocab::config_names()[*index]);
    }
    for (const YamlEntry& entry : map.entries) machine_entry(entry);
    const std::string_view problem = vocab::config_problem(program_.machine);
    if (!problem.empty()) {
      check_.error(map, "no such machine can be: " + std::string(problem),
                   "expected numbers that fit together");
    }
  }

  void machine_entry(const YamlEntry& entry) {
    vocab::MachineConfig& config = program_.machine;
    if (entry.key == "seed") {
      config.latency_seed = check_.number(entry.value, "seed", UINT64_MAX).value_or(0);
    } else if (entry.key == "devices") {
      const auto number = check_.number(entry.value, "devices", kDevicesMax);
      if (number && *number == 0) check_.error(entry.value, "'devices' is '0'", "expected 1 or 2");
      program_.devices = static_cast<std::uint32_t>(std::max<std::uint64_t>(number.value_or(1), 1));
    } else if (const auto latency = vocab::latency_by_name(entry.key)) {
      const auto ns = check_.time(entry.value, entry.key, contract::kMaxTimeNs);
      if (ns && *ns == 0) {
        check_.error(entry.value, in_quotes(entry.key) + " is '0'", "expected at least 1ns");
      } else if (ns) {
        config.set_latency(*latency, *ns);
      }
    } else if (const auto id = vocab::switch_by_name(entry.key)) {
      const auto& row = vocab::switch_table()[static_cast<std::size_t>(*id)];
      const auto word = check_.word(entry.value, entry.key, row.words);
      if (word) config.set_switch(*id, static_cast<std::uint8_t>(*word));
    } else {
      machine_number(entry);
    }
  }

  void machine_number(const YamlEntry& entry) {
    vocab::MachineConfig& config = program_.machine;
    const auto found = std::find(kMachineNumbers.begin(), kMachineNumbers.end(), entry.key);
    if (found == kMachineNumbers.end()) return;
    const auto which = static_cast<MachineNumber>(found - kMachineNumbers.begin());
    if (which == MachineNumber::coherent) {
      config.coherent = check_.word(entry.value, entry.key, kNoYes).value_or(0);
      return;
    }
    const std::uint64_t max = which == MachineNumber::csg_slots    ? vocab::kMaxCsgSlots
                              : which == MachineNumber::cs_per_csg ? vocab::kMaxCsPerCsg
                                                                   : vocab::kMaxAs;
    const auto number = check_.number(entry.value, entry.key, max);
    if (!number) return;
    const auto small = static_cast<std::uint32_t>(*number);
    if (which == MachineNumber::csg_slots) config.csg_slots = small;
    if (which == MachineNumber::cs_per_csg) config.cs_per_csg = small;
    if (which == MachineNumber::as_count) config.as_present = (1u << small) - 1;
  }

  void firmware(const YamlValue& map) {
    if (!check_.is_map(map, "firmware")) return;
    check_.known_keys(map, "firmware", kFirmwareKeys);
    contract::FirmwareSpec& spec = program_.firmware;
    if (const YamlValue* v = map.find("prot_sections")) {
      const auto number = check_.number(*v, "prot_sections", kProtSectionsMax);
      spec.prot_sections = static_cast<std::uint8_t>(number.value_or(1));
    }
    if (const YamlValue* v = map.find("prot")) {
      spec.prot_flavour =
          static_cast<std::uint8_t>(check_.word(*v, "prot", kProtFlavours).value_or(0));
    }
    if (const YamlValue* v = map.find("patch")) {
      spec.patched = odd_words(*v, "patch", kPatchEnd, spec.patch);
    }
    if (const YamlValue* v = map.find("says")) {
      spec.said = odd_words(*v, "says", kSaysEnd, spec.says);
    }
    if (const YamlValue* v = map.find("truncate_to")) {
      const auto number = check_.size(*v, "truncate_to", UINT32_MAX);
      spec.truncate_to = static_cast<std::uint32_t>(number.value_or(0));
    }
  }

  /// Number of words read.
  std::uint8_t odd_words(const YamlValue& list, std::string_view what, std::uint32_t end,
                         std::span<vocab::fw_image::OddWord> words) {
    if (!check_.is_list(list, what, words.size())) return 0;
    std::uint8_t count = 0;
    for (const YamlValue& item : list.items) {
      if (!check_.is_map(item, what)) continue;
      check_.known_keys(item, what, kOddWordKeys);
      const YamlValue* const at = check_.required(item, what, "at");
      const YamlValue* const is = check_.required(item, what, "is");
      if (at == nullptr || is == nullptr) continue;
      const auto offset = check_.number(*at, "at", end - 4);
      const auto value = check_.number(*is, "is", UINT32_MAX);
      if (offset && *offset % 4 != 0) {
        check_.error(*at, "'at' is " + std::to_string(*offset), "expected a multiple of 4");
      }
      if (!offset || !value) continue;
      words[count++] = {static_cast<std::uint32_t>(*offset), static_cast<std::uint32_t>(*value)};
    }
    return count;
  }

  void heap(const YamlValue& map) {
    if (!check_.is_map(map, "heap")) return;
    check_.known_keys(map, "heap", kHeapKeys);
    if (const YamlValue* v = map.find("param")) {
      const bool none = v->is_scalar() && !v->quoted && v->scalar == "none";
      program_.heap_param_set = !none;
      program_.heap_param = none ? "" : check_.text(*v, "param", kTextMax).value_or("");
    }
    if (const YamlValue* v = map.find("present")) {
      program_.heap_present = check_.word(*v, "present", kNoYes).value_or(1) == 1;
    }
    if (const YamlValue* v = map.find("protected")) {
      program_.heap_protected = check_.word(*v, "protected", kNoYes).value_or(1) == 1;
    }
  }

  void caps(const YamlValue& map) {
    if (!check_.is_map(map, "caps")) return;
    std::vector<std::string_view> names;
    for (const contract::Actor& actor : program_.actors) names.push_back(actor.name);
    check_.known_keys(map, "caps", names);
    for (contract::Actor& actor : program_.actors) {
      const YamlValue* list = map.find(actor.name);
      if (list == nullptr || !check_.is_list(*list, actor.name, kCapWords.size())) continue;
      for (const YamlValue& item : list->items) {
        const auto word = check_.word(item, actor.name, kCapWords);
        if (word) (*word == 0 ? actor.sys_nice : actor.sys_admin) = true;
      }
    }
  }

  void reaches(const YamlValue& list, StepReader& steps) {
    if (!check_.is_list(list, "reaches", contract::kMaxListItems)) return;
    for (const YamlValue& item : list.items) {
      if (!check_.is_scalar(item, "reaches")) continue;
      const auto event = steps.event(item, item.scalar, contract::kNoStep);
      if (event) program_.reaches.push_back(*event);
    }
  }

  std::string_view file_;
  ValueCheck check_;
  Program program_;
};

}  // namespace

tl::expected<Program, std::vector<Diagnostic>> read_case(const std::string& file,
                                                         std::string_view text) {
  Diagnostics errors(file, text);
  const YamlValue root = read_yaml(text, errors);
  if (!errors.empty()) return tl::unexpected(errors.take());
  Program program = CaseReader(file, errors).read(root);
  if (!errors.empty()) return tl::unexpected(errors.take());
  return program;
}

tl::expected<Program, std::vector<Diagnostic>> read_case_file(const std::string& file) {
  const auto text = read_text_file(file);
  if (!text) return tl::unexpected(unreadable_file(file));
  return read_case(file, *text);
}

}  // namespace protm::format
