// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/program_bytes.h"

#include <cstring>
#include <string>
#include <type_traits>

#include "sut-adapters/contract/op_table.h"

namespace protm::contract {
namespace {

constexpr std::uint64_t kMagic = 0x70726f746d303031;  // "protm001"
constexpr std::uint64_t kMostItems = 1 << 16;
constexpr int kMostDepth = 8;

template <class T>
concept Plain = std::is_trivially_copyable_v<T>;

class Writer {
 public:
  static constexpr bool kReads = false;
  std::vector<std::byte> bytes;

  bool ok() const { return true; }
  void raw(const void* from, std::size_t n) {
    const auto* const p = static_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), p, p + n);
  }
  template <class T>
  std::uint64_t count(const std::vector<T>& list) {
    const std::uint64_t n = list.size();
    raw(&n, sizeof n);
    return n;
  }
  void text(const std::string& s) {
    const std::uint64_t n = s.size();
    raw(&n, sizeof n);
    raw(s.data(), s.size());
  }
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::span<const std::byte> bytes) : left_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return left_.empty(); }
  void refuse() { ok_ = false; }
  void raw(void* to, std::size_t n) {
    if (n > left_.size()) {
      ok_ = false;
      std::memset(to, 0, n);
      return;
    }
    std::memcpy(to, left_.data(), n);
    left_ = left_.subspan(n);
  }
  template <class T>
  std::uint64_t count(std::vector<T>& list) {
    std::uint64_t n = 0;
    raw(&n, sizeof n);
    if (n > kMostItems || n > left_.size()) ok_ = false;
    list.resize(ok_ ? n : 0);
    return list.size();
  }
  void text(std::string& s) {
    std::uint64_t n = 0;
    raw(&n, sizeof n);
    if (n > left_.size()) ok_ = false;
    s.resize(ok_ ? n : 0);
    raw(s.data(), s.size());
  }

 private:
  std::span<const std::byte> left_;
  bool ok_ = true;
};

// One walk over all members serves both directions: `A` is Writer with const data, or Reader.
template <class A, Plain T>
void walk(A& a, T& value, int = 0) {
  a.raw(&value, sizeof value);
}
template <class A, class S>
requires std::is_same_v<std::remove_const_t<S>, std::string>
void walk(A& a, S& text, int = 0) { a.text(text); }

template <class A, class L, class F>
void walk_list(A& a, L& list, F each) {
  const std::uint64_t n = a.count(list);
  for (std::uint64_t i = 0; i < n && a.ok(); ++i) each(list[i]);
}

template <class A, class N>
void walk_node(A& a, N& node, int depth) {
  walk(a, node.type);
  if constexpr (A::kReads) {
    if (depth > kMostDepth || node.type >= static_cast<std::uint16_t>(NodeType::count)) a.refuse();
  }
  walk_list(a, node.fields, [&](auto& value) {
    walk(a, value.kind);
    walk(a, value.number);
    walk(a, value.text);
    walk_list(a, value.list, [&](auto& inner) { walk_node(a, inner, depth + 1); });
  });
}

template <class A, class M>
void walk_machine(A& a, M& machine) {
  // The name is a pointer to a constant of this process: it travels as text.
  std::string name(machine.name);
  walk(a, name);
  vocab::MachineConfig copy = machine;
  copy.name = {};
  walk(a, copy);
  if constexpr (A::kReads) {
    const auto known = vocab::config_by_name(name);
    if (!known) a.refuse();
    machine = copy;
    machine.name = known ? known->name : std::string_view();
  }
}

template <class A, class T>
void walk_task(A& a, T& task) {
  walk(a, task.actor);
  walk(a, task.role);
}

template <class A, class P>
void walk_program(A& a, P& p) {
  walk(a, p.id);
  walk(a, p.title);
  walk(a, p.why);
  walk_list(a, p.entries, [&](auto& entry) { walk(a, entry); });
  walk(a, p.requires_mask);
  walk_machine(a, p.machine);
  walk(a, p.devices);
  walk(a, p.firmware);
  if constexpr (A::kReads) {
    if (p.devices != 1 && p.devices != 2) a.refuse();
    if (p.firmware.patched > p.firmware.patch.size()) a.refuse();
    if (p.firmware.said > p.firmware.says.size()) a.refuse();
  }
  walk(a, p.boot);
  walk(a, p.heap_param);
  walk(a, p.heap_param_set);
  walk(a, p.heap_present);
  walk(a, p.heap_protected);
  walk_list(a, p.actors, [&](auto& actor) {
    walk(a, actor.name);
    walk(a, actor.sys_nice);
    walk(a, actor.sys_admin);
  });
  walk_list(a, p.steps, [&](auto& step) {
    walk(a, step.id);
    walk(a, step.actor);
    walk(a, step.device);
    if constexpr (A::kReads) {
      if (step.device >= p.devices) a.refuse();
    }
    walk(a, step.when);
    walk_node(a, step.op, 0);
  });
  walk_list(a, p.faults, [&](auto& fault) {
    walk(a, fault.host);
    walk(a, fault.machine);
    walk(a, fault.call.call);
    walk(a, fault.call.role);
    walk(a, fault.call.nth);
    walk(a, fault.call.value);
  });
  walk_list(a, p.schedule, [&](auto& entry) {
    walk(a, entry.verb);
    walk_task(a, entry.task);
    walk(a, entry.until.kind);
    walk(a, entry.until.object);
    walk(a, entry.until.count);
  });
  walk(a, p.explore.preemptions);
  walk(a, p.explore.pct_depth);
  walk(a, p.explore.runs);
  walk(a, p.explore.seed);
  walk_list(a, p.explore.tasks, [&](auto& task) { walk_task(a, task); });
  walk_list(a, p.reaches, [&](auto& event) { walk(a, event); });
  walk_list(a, p.then, [&](auto& fact) { walk(a, fact); });
}

/// Differs between builds whose structs differ.
std::uint64_t version() {
  return kMagic ^ (sizeof(FirmwareSpec) << 48) ^ (sizeof(vocab::MachineConfig) << 40) ^
         (sizeof(vocab::MachineFault) << 32) ^ (sizeof(Fact) << 24) ^ (sizeof(Step) << 16) ^
         (static_cast<std::uint64_t>(NodeType::count) << 8);
}

}  // namespace

std::vector<std::byte> program_bytes(const Program& program) {
  Writer w;
  const std::uint64_t magic = version();
  walk(w, magic);
  walk_program(w, program);
  return std::move(w.bytes);
}

std::optional<Program> program_of_bytes(std::span<const std::byte> bytes) {
  Reader r(bytes);
  std::uint64_t magic = 0;
  walk(r, magic);
  if (magic != version()) return std::nullopt;
  Program program;
  walk_program(r, program);
  if (!r.ok() || !r.at_end()) return std::nullopt;
  return program;
}

}  // namespace protm::contract
