// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/series_v1.h"

#include <algorithm>

#include "sut-adapters/executor/in_process.h"
#include "sut-adapters/executor/linux_uml_kind.h"
#include "sut-adapters/series-v1/series_v1.h"
#include "sut-adapters/series-v1/switches.h"

namespace protm::exec {
namespace {

constexpr const char* kName = "series-v1";
constexpr const char* kVersion = "5 May 2026";
/// On a kernel built as UML's is, to stand beside the posted code there.
constexpr std::string_view kAsUml = "as-uml";

tl::expected<Candidate, std::string> parse_series(std::string_view argument) {
  const bool as_uml = argument == kAsUml || argument.starts_with(std::string(kAsUml) + ":");
  if (as_uml) argument.remove_prefix(std::min(argument.size(), kAsUml.size() + 1));
  const auto options = v1::parse_options(argument);
  if (!options) return tl::unexpected(options.error());
  Candidate c = series_v1(options->switches, options->patches);
  if (as_uml) c.traits = kUmlTraits;
  return c;
}

}  // namespace

CandidateKind series_v1_kind() {
  return {kName, "[as-uml:][patches=1-N][:only=A,B|:without=A,B|:none]",
          "the series as posted on 5 May 2026, each known defect a switch", parse_series};
}

std::uint32_t patch_count() { return v1::kPatchCount; }

Candidate series_v1(SwitchMask mask) { return series_v1(mask, v1::kPatchCount); }

Candidate series_v1(SwitchMask mask, std::uint32_t patches) {
  const v1::Options options{mask, patches};
  Candidate c =
      in_process(kName, kVersion, v1::make_driver, std::make_shared<v1::Options>(options));
  const std::string text = v1::options_text(options);
  if (!text.empty()) c.spec += ":" + text;
  // Patch 2 has the accessors of heaps, 4 their user, 8 what user space asks for.
  const auto lacks = [&](contract::Capability what) {
    c.capabilities &= ~static_cast<std::uint32_t>(what);
  };
  if (patches < 2) lacks(contract::Capability::heap_core);
  if (patches < 8) lacks(contract::Capability::protm);
  c.takes_heap = patches >= 4;
  return c;
}

SwitchMask switch_mask(const Candidate& candidate) {
  if (candidate.name != kName) return 0;
  const void* const options = driver_options(candidate);
  return options == nullptr ? 0 : static_cast<const v1::Options*>(options)->switches;
}

std::vector<std::string> switch_ids(SwitchMask mask) {
  std::vector<std::string> ids;
  for (const v1::SwitchInfo& s : v1::switch_table()) {
    if ((mask & v1::switch_bit(s.value)) != 0) ids.emplace_back(s.id);
  }
  return ids;
}

std::vector<SwitchText> switch_list() {
  std::vector<SwitchText> list;
  for (const v1::SwitchInfo& s : v1::switch_table()) {
    list.push_back(SwitchText{s.id, s.patch, s.mail, s.what, {}});
  }
  return list;
}

std::vector<SwitchText> not_yet_modelled() {
  std::vector<SwitchText> list;
  for (const v1::UnmodelledDefect& d : v1::not_yet_modelled()) {
    list.push_back(SwitchText{d.id, {}, {}, d.what, {}});
  }
  return list;
}

std::vector<SwitchText> cannot_show() {
  std::vector<SwitchText> list;
  for (const v1::HiddenDefect& d : v1::cannot_show()) {
    list.push_back(SwitchText{d.id, {}, {}, d.what, d.why});
  }
  return list;
}

}  // namespace protm::exec
