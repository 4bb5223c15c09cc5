// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/lock_order.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace protm::host {

LockOrder::LockOrder(std::pmr::memory_resource* memory) : classes_(memory) {
  classes_.push_back(Class{});
}

ClassNr LockOrder::class_of(const char* role, ClassKind kind) {
  for (ClassNr c = 1; c < classes_.size(); ++c) {
    if (classes_[c].kind != kind) continue;
    if (classes_[c].role == role || std::strcmp(classes_[c].role, role) == 0) return c;
  }
  if (classes_.size() == kMaxClasses) {
    std::fprintf(stderr, "protm: harness bug: more than %u lock roles\n", kMaxClasses);
    std::abort();
  }
  Class fresh;
  fresh.role = role;
  fresh.kind = kind;
  classes_.push_back(fresh);
  return static_cast<ClassNr>(classes_.size() - 1);
}

bool LockOrder::add_new(ClassNr from, ClassNr to) {
  const bool cycle = !chain(to, from).empty();
  classes_[from].after[to / 64] |= std::uint64_t{1} << (to % 64);
  return cycle;
}

std::vector<ClassNr> LockOrder::chain(ClassNr from, ClassNr to) const {
  std::array<ClassNr, kMaxClasses> under{};   // what each was reached from; 0 is not reached
  std::array<ClassNr, kMaxClasses> open{};
  std::size_t end = 0;
  open[end++] = from;
  under[from] = from;
  for (std::size_t i = 0; i != end && under[to] == 0; ++i) {
    for (ClassNr next = 1; next < classes_.size(); ++next) {
      if (under[next] != 0 || !edge(open[i], next)) continue;
      under[next] = open[i];
      open[end++] = next;
    }
  }
  std::vector<ClassNr> out;
  if (under[to] == 0) return out;
  for (ClassNr c = to; c != from; c = under[c]) out.push_back(c);
  out.push_back(from);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace protm::host
