// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/shrink.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "conformance/format/binary_code.h"
#include "conformance/format/program_order.h"
#include "fuzzers/mutator/program_cut.h"
#include "gpu-model/vocab/sim_time.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::fuzz {
namespace {

using contract::FieldInfo;
using contract::FieldType;
using contract::Node;
using contract::Program;
using contract::Step;
using contract::Value;

/// Calls `visit(const FieldInfo&, Value&)` for each field of the node and of what lies in it.
template <class Visit>
void for_each_value(Node& node, const Visit& visit) {
  const auto& fields = contract::node_info(static_cast<contract::NodeType>(node.type)).fields;
  for (std::size_t i = 0; i < node.fields.size(); ++i) {
    visit(fields[i], node.fields[i]);
    for (Node& item : node.fields[i].list) for_each_value(item, visit);
  }
}

template <class Visit>
void for_each_value(Program& program, const Visit& visit) {
  for (Step& step : program.steps) for_each_value(step.op, visit);
}

/// Smaller numbers to try in place of `value`, the smallest first.
std::vector<std::uint64_t> smaller(std::uint64_t value, std::uint64_t round) {
  std::vector<std::uint64_t> out;
  for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{1}, round, value / 2,
                                value / round * round}) {
    if (n < value && std::find(out.begin(), out.end(), n) == out.end()) out.push_back(n);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// What a number of this type should be a multiple of, for a reader.
std::uint64_t round_of(FieldType type, std::uint64_t value) {
  if (type == FieldType::size) return 4096;
  if (type != FieldType::time) return 1;
  if (value > vocab::kSec) return vocab::kSec;
  return value > vocab::kMs ? vocab::kMs : vocab::kUs;
}

bool is_number(FieldType type) {
  return type == FieldType::number || type == FieldType::size || type == FieldType::time;
}

class Shrinker {
 public:
  Shrinker(Program program, const Shows& shows, std::uint32_t most_runs)
      : best_(std::move(program)), shows_(shows), most_runs_(most_runs) {}

  Shrunk run() {
    for (bool more = true; more && !out_of_runs();) {
      const Program before = best_;
      drop_schedule();
      drop_actors();
      drop_steps();
      hand_over();
      join_steps();
      drop_faults();
      join_actors();
      drop_items();
      drop_statements();
      drop_fields();
      plain_start();
      plain_machine();
      plain_triggers();
      small_numbers();
      more = !format::equal(before, best_);
    }
    format::drop_unused_names(best_);
    return Shrunk{std::move(best_), runs_, !out_of_runs()};
  }

 private:
  [[nodiscard]] bool out_of_runs() const { return runs_ >= most_runs_; }

  /// Takes the Program over when it is another one and shows the same.
  bool attempt(Program&& other) {
    if (out_of_runs() || format::equal(other, best_)) return false;
    ++runs_;
    if (!shows_(other)) return false;
    best_ = std::move(other);
    return true;
  }

  /// Applies `edit` to a copy and tries that.
  template <class Edit>
  bool attempt_with(const Edit& edit) {
    Program other = best_;
    edit(other);
    return attempt(std::move(other));
  }

  /// Tries to remove parts of a list of `size()`: from the back, in halves, quarters, single ones.
  template <class Size, class Remove>
  void drop_parts(const Size& size, const Remove& remove) {
    for (std::size_t length = size(); length > 0; length /= 2) {
      for (std::size_t end = size(); end > 0;) {
        const std::size_t first = end > length ? end - length : 0;
        attempt_with([&](Program& p) { remove(p, first, end - first); });
        end = std::min(first, size());
      }
    }
  }

  void drop_actors() {
    for (std::uint32_t actor = static_cast<std::uint32_t>(best_.actors.size()); actor-- > 0;) {
      attempt_with([&](Program& p) {
        std::vector<bool> gone(p.steps.size());
        for (std::size_t i = 0; i < gone.size(); ++i) gone[i] = p.steps[i].actor == actor;
        remove_steps(p, std::move(gone));
        remove_idle_actors(p);
      });
    }
  }

  void drop_steps() {
    drop_parts([&] { return best_.steps.size(); },
               [](Program& p, std::size_t first, std::size_t count) {
                 std::vector<bool> gone(p.steps.size());
                 std::fill_n(gone.begin() + static_cast<std::ptrdiff_t>(first), count, true);
                 remove_steps(p, std::move(gone));
                 remove_idle_actors(p);
               });
  }

  /// Removes step `i`; who waited for its return waits for that of `heir`.
  static void remove_for(Program& p, std::size_t i, std::size_t heir) {
    for (Step& step : p.steps) {
      auto& after = step.when.after;
      if (format::event_argument(after.kind) == contract::EventArg::step && after.arg == i) {
        after.arg = static_cast<std::uint32_t>(heir);
      }
    }
    std::vector<bool> gone(p.steps.size());
    gone[i] = true;
    remove_steps(p, std::move(gone));
    remove_idle_actors(p);
  }

  /// Drops a step that is there for the moment at which it starts or returns: the next one of its
  /// actor starts as it did, and the one before is waited for.
  void hand_over() {
    for (std::size_t i = best_.steps.size(); i-- > 0;) {
      if (i >= best_.steps.size()) continue;  // steps before the last one went with it
      attempt_with([i](Program& p) {
        const auto same = [&](const Step& s) { return s.actor == p.steps[i].actor; };
        const auto here = p.steps.begin() + static_cast<std::ptrdiff_t>(i);
        const auto next = std::find_if(here + 1, p.steps.end(), same);
        const auto before = std::find_if(std::make_reverse_iterator(here), p.steps.rend(), same);
        if (next != p.steps.end() && next->when == contract::Trigger{}) next->when = here->when;
        remove_for(p, i,
                   before == p.steps.rend()
                       ? i
                       : static_cast<std::size_t>(p.steps.rend() - before - 1));
      });
    }
  }

  /// What uses the outcome of a step uses that of an earlier one of its kind.
  void join_steps() {
    for (std::size_t i = best_.steps.size(); i-- > 1;) {
      for (std::size_t other = 0; other < i && i < best_.steps.size(); ++other) {
        if (best_.steps[other].op.type != best_.steps[i].op.type) continue;
        attempt_with([&](Program& p) {
          for_each_value(p, [&](const FieldInfo&, Value& v) {
            if (v.kind == Value::Kind::ref && v.number == i) v.number = other;
          });
          remove_for(p, i, other);
        });
      }
    }
  }

  void drop_schedule() {
    attempt_with([](Program& p) { p.explore = Program{}.explore; });
    drop_parts([&] { return best_.schedule.size(); },
               [](Program& p, std::size_t first, std::size_t count) {
                 const auto begin = p.schedule.begin() + static_cast<std::ptrdiff_t>(first);
                 p.schedule.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
               });
    for (std::size_t i = 0; i < best_.schedule.size(); ++i) {
      attempt_with([i](Program& p) { p.schedule[i].until.count = 1; });
    }
  }

  /// One actor does what two did, where it does not matter that they are two.
  void join_actors() {
    for (std::uint32_t actor = static_cast<std::uint32_t>(best_.actors.size()); actor-- > 1;) {
      for (std::uint32_t other = 0; other < actor && actor < best_.actors.size(); ++other) {
        attempt_with([&](Program& p) {
          for (Step& step : p.steps) {
            if (step.actor == actor) step.actor = other;
          }
          remove_idle_actors(p);
        });
      }
    }
  }

  void drop_faults() {
    drop_parts([&] { return best_.faults.size(); }, remove_faults);
  }

  /// The k-th list that is not empty, in the order of the steps; null behind the last one.
  static Value* list_of(Program& program, std::size_t k) {
    Value* found = nullptr;
    for_each_value(program, [&](const FieldInfo& field, Value& v) {
      if (field.type != FieldType::nodes || v.list.empty()) return;
      if (k-- == 0) found = &v;
    });
    return found;
  }

  void drop_items() {
    for (std::size_t k = 0; list_of(best_, k) != nullptr; ++k) {
      drop_parts(
          [&] {
            const Value* const list = list_of(best_, k);
            return list == nullptr ? std::size_t{0} : list->list.size();
          },
          [k](Program& p, std::size_t first, std::size_t count) {
            auto& list = list_of(p, k)->list;
            const auto begin = list.begin() + static_cast<std::ptrdiff_t>(first);
            list.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
          });
    }
  }

  void drop_statements() {
    drop_parts([&] { return best_.reaches.size(); },
               [](Program& p, std::size_t first, std::size_t count) {
                 const auto begin = p.reaches.begin() + static_cast<std::ptrdiff_t>(first);
                 p.reaches.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
               });
    drop_parts([&] { return best_.then.size(); },
               [](Program& p, std::size_t first, std::size_t count) {
                 const auto begin = p.then.begin() + static_cast<std::ptrdiff_t>(first);
                 p.then.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
               });
  }

  /// Changes each value that is not a list with items, one at a time.
  template <class Change>
  void each_value(const Change& change) {
    std::size_t count = 0;
    for_each_value(best_, [&](const FieldInfo&, Value&) { ++count; });
    for (std::size_t k = 0; k < count; ++k) {
      for (std::uint32_t way = 0; way < change.ways;) {
        const bool taken = attempt_with([&](Program& p) {
          std::size_t at = 0;
          for_each_value(p, [&](const FieldInfo& field, Value& v) {
            if (at++ == k && v.list.empty()) change.apply(field, v, way);
          });
        });
        way = taken ? 0 : way + 1;
      }
    }
  }

  struct DropField {
    static constexpr std::uint32_t ways = 1;
    static void apply(const FieldInfo& field, Value& v, std::uint32_t) {
      if (!field.required) v = Value{};
    }
  };

  struct SmallerNumber {
    static constexpr std::uint32_t ways = 5;
    static void apply(const FieldInfo& field, Value& v, std::uint32_t way) {
      if (v.kind != Value::Kind::number || !is_number(field.type)) return;
      const auto tries = smaller(v.number, round_of(field.type, v.number));
      if (way < tries.size()) v.number = tries[way];
    }
  };

  void drop_fields() { each_value(DropField{}); }

  /// The start of a run as it is when nothing is said about it.
  void plain_start() {
    const Program plain;
    attempt_with([&](Program& p) { p.firmware = plain.firmware; });
    attempt_with([&](Program& p) {
      p.firmware.patched = 0;
      p.firmware.patch = {};
    });
    attempt_with([&](Program& p) {
      p.firmware.said = 0;
      p.firmware.says = {};
    });
    attempt_with([&](Program& p) { p.boot = plain.boot; });
    attempt_with([&](Program& p) { p.heap_present = plain.heap_present; });
    attempt_with([&](Program& p) { p.heap_protected = plain.heap_protected; });
    for (std::size_t i = 0; i < best_.actors.size(); ++i) {
      attempt_with([&](Program& p) { p.actors[i].sys_nice = false; });
      attempt_with([&](Program& p) { p.actors[i].sys_admin = false; });
    }
  }

  void plain_machine() {
    const auto plain = vocab::config_by_name(best_.machine.name);
    if (!plain) return;
    attempt_with([](Program& p) { p.machine = Program{}.machine; });
    attempt_with([&](Program& p) { p.machine = *plain; });
    attempt_with([](Program& p) { p.machine.latency_seed = 0; });
    attempt_with([&](Program& p) { p.machine.csg_slots = plain->csg_slots; });
    attempt_with([&](Program& p) { p.machine.cs_per_csg = plain->cs_per_csg; });
    attempt_with([&](Program& p) { p.machine.as_present = plain->as_present; });
    attempt_with([&](Program& p) { p.machine.coherent = plain->coherent; });
    for (std::size_t i = 0; i < vocab::kLatencyCount; ++i) {
      attempt_with([&](Program& p) {
        p.machine.latency_ns[i] = plain->latency_ns[i];
        p.machine.latencies_named &= ~(std::uint64_t{1} << i);
      });
    }
    for (std::size_t i = 0; i < vocab::kSwitchCount; ++i) {
      attempt_with([&](Program& p) { p.machine.switches[i] = plain->switches[i]; });
    }
  }

  void plain_triggers() {
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      attempt_with([&](Program& p) { p.steps[i].when = contract::Trigger{}; });
      attempt_with([&](Program& p) { p.steps[i].when.delay_ns = 0; });
      attempt_with([&](Program& p) { p.steps[i].when.after.count = 1; });
      small_time([i](Program& p) -> std::uint64_t& { return p.steps[i].when.at_ns; });
      small_time([i](Program& p) -> std::uint64_t& { return p.steps[i].when.delay_ns; });
    }
  }

  template <class Place>
  void small_time(const Place& place) {
    const std::uint64_t now = place(best_);
    for (const std::uint64_t n : smaller(now, round_of(FieldType::time, now))) {
      if (attempt_with([&](Program& p) { place(p) = n; })) return;
    }
  }

  void small_numbers() {
    each_value(SmallerNumber{});
    for (std::size_t i = 0; i < best_.faults.size(); ++i) {
      if (best_.faults[i].host) {
        attempt_with([&](Program& p) { p.faults[i].call.nth = 1; });
        continue;
      }
      attempt_with([&](Program& p) { p.faults[i].machine.nth = 1; });
      attempt_with([&](Program& p) { p.faults[i].machine.times = 1; });
      small_time([i](Program& p) -> std::uint64_t& { return p.faults[i].machine.value_ns; });
      small_time([i](Program& p) -> std::uint64_t& { return p.faults[i].machine.hold_ns; });
    }
  }

  Program best_;
  const Shows& shows_;
  std::uint32_t most_runs_;
  std::uint32_t runs_ = 0;
};

}  // namespace

Shrunk shrink(Program program, const Shows& shows, std::uint32_t most_runs) {
  return Shrinker(std::move(program), shows, most_runs).run();
}

Shrunk shrink_difference(differential::Differential& differential, Program program,
                         const std::string& wanted, std::uint32_t most_runs) {
  const auto shows = [&](const Program& p, std::uint64_t search_events) {
    if (!exec::why_not(differential.candidate(), p).empty()) return false;
    differential::CompareOptions options;
    options.search_events = search_events;
    return shown_by(differential.compare(p, options).verdict) == wanted;
  };
  constexpr std::uint64_t kFull = UINT64_MAX;
  const auto quickly = [&](const Program& p) { return shows(p, differential::kQuickSearch / 8); };
  Shrunk quick = shrink(program, quickly, most_runs);
  if (shows(quick.program, kFull)) return quick;
  return shrink(std::move(program), [&](const Program& p) { return shows(p, kFull); }, most_runs);
}

std::string shown_by(const judge::Verdict& verdict) {
  if (verdict.outcome == judge::Outcome::diverged) return verdict.signature;
  if (verdict.outcome != judge::Outcome::oracle_wrong) return {};
  return "oracle." + judge::words_only(verdict.detail);
}

}  // namespace protm::fuzz
