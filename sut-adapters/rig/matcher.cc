// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/matcher.h"

namespace protm::rig {
namespace {
bool takes_argument(contract::EventKind kind) {
  for (const contract::EventInfo& info : contract::event_table()) {
    if (info.kind == kind) return info.arg != contract::EventArg::none;
  }
  return false;
}
}  // namespace

std::uint32_t Matcher::watch(const contract::EventSpec& spec) {
  watches_.push_back(Watch{.spec = spec, .by_argument = takes_argument(spec.kind)});
  return static_cast<std::uint32_t>(watches_.size() - 1);
}

void Matcher::happened(contract::EventKind kind, std::uint32_t arg, std::uint64_t now_ns) {
  for (Watch& w : watches_) {
    if (w.spec.kind != kind || w.at_ns != vocab::kNever) continue;
    if (w.by_argument && w.spec.arg != arg) continue;
    if (++w.seen != w.spec.count) continue;
    w.at_ns = now_ns;
    ++fulfilled_;
  }
}

}  // namespace protm::rig
