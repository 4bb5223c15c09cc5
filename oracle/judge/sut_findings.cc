// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/sut_findings.h"

#include <algorithm>
#include <array>
#include <map>

#include "sut-adapters/contract/lock_words.h"
#include "sut-adapters/contract/power_warn.h"

namespace protm::judge {

using namespace contract;

namespace {

// Words of contract's OopsKind, in its order.
constexpr std::array<std::string_view, 3> kOops{"null access", "use after free", "bad call"};
// Words of LockMisuse, in its order, from 1.
constexpr std::array<std::string_view, 9> kLocks{
    "",           "lock order",     "self deadlock",          "unlock by other", "sleep in atomic",
    "read write inversion", "flush of dependent", "freed while locked", "held at return"};

template <std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, std::uint16_t index) {
  return index < N ? words[index] : std::string_view("unknown");
}

/// Words of a role, as they may stand behind "sut/<kind>:".
std::string role_of(const Trace& trace, const Record& r) {
  std::string out;
  for (const char ch : trace.text(r.text)) out += ch == ' ' ? '-' : ch;
  return out;
}

Finding sut(std::string_view kind, const Trace& trace, std::size_t record, std::string_view field,
            std::string detail) {
  const Record& r = trace.records[record];
  const std::string role = role_of(trace, r);
  std::string id = "sut/" + std::string(kind);
  if (!role.empty()) id += ":" + role;
  return Finding{.from = FindingClass::sut,
                 .rule = id,
                 .slug = id,
                 .at_ns = r.time_ns,
                 .event = std::string(record_name(r)),
                 .field = std::string(field),
                 .detail = std::move(detail),
                 .oracle_record = std::nullopt,
                 .candidate_record = record};
}

/// The chain of locks that the record before a misuse tells, in brackets; nothing when it has none.
std::string before(const Trace& trace, std::size_t misuse) {
  if (misuse == 0 || trace.records[misuse - 1].kind != RecordKind::kernel_log) return {};
  const std::string_view text = trace.text(trace.records[misuse - 1].text);
  return text.starts_with(kLocksBefore) ? " (" + std::string(text) + ")" : std::string();
}

std::map<std::string, std::uint64_t> warns_of(const Trace& trace) {
  std::map<std::string, std::uint64_t> out;
  for (const Record& r : trace.records) {
    if (r.kind == RecordKind::kernel_warn) ++out[std::string(trace.text(r.text))];
  }
  return out;
}

}  // namespace

const std::vector<SutClass>& sut_classes() {
  static const std::vector<SutClass> classes{
      {"sut/oops", "the driver uses no NULL pointer and no dead object"},
      {"sut/warn", "the driver triggers no WARN that the oracle does not, and none of a refcount"},
      {"sut/lock", "locks are taken in one order, by those who may, and given back"},
      {"sut/stuck", "every call returns, and what is runnable or waited for moves on"},
      {"sut/livelock", "the run ends within its budget of machine events"},
      {"sut/crash", "the candidate's process does not die by a signal"},
      {"sut/protocol", "the candidate's process stays until the end state is taken"},
      {"sut/leak", "nothing is left after unbind and the last close"},
  };
  return classes;
}

std::vector<Finding> sut_findings(const Trace& trace, const Trace* expected) {
  std::vector<Finding> out;
  std::map<std::string, std::uint64_t> allowed;
  if (expected != nullptr) allowed = warns_of(*expected);
  bool explained = false;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    const std::string text(trace.text(r.text));
    switch (r.kind) {
      case RecordKind::kernel_oops:
        out.push_back(sut("oops", trace, i, word(kOops, r.sub),
                          std::string(word(kOops, r.sub)) + ": " + text));
        explained = true;
        break;
      case RecordKind::kernel_warn: {
        std::uint64_t& left = allowed[text];
        // What the kernel says of a driver's reference counts, or of its use of registers that have
        // no power, is no driver's choice.
        if (text.starts_with("refcount ") || text == contract::kNoPowerWarn) {
          out.push_back(sut("warn", trace, i, "warn", text));
        } else if (expected != nullptr && left == 0) {
          out.push_back(sut("warn", trace, i, "warn", "unexpected WARN: " + text));
        } else if (left > 0) {
          --left;
        }
        break;
      }
      case RecordKind::lock_misuse:
        out.push_back(sut("lock", trace, i, word(kLocks, r.sub),
                          std::string(word(kLocks, r.sub)) + ": " + text + before(trace, i)));
        explained = explained || r.sub == static_cast<std::uint16_t>(LockMisuse::self_deadlock);
        break;
      case RecordKind::leak:
        if (r.a != 0) {
          out.push_back(sut("leak", trace, i, "live",
                            std::to_string(r.a) + " of '" + text + "' too many at the end"));
        }
        break;
      case RecordKind::sut_stuck:
        out.push_back(sut("stuck", trace, i, "stuck", text));
        explained = true;
        break;
      case RecordKind::sut_crash:
        out.push_back(sut("crash", trace, i, "crash", "the candidate's process died: " + text));
        explained = true;
        break;
      case RecordKind::sut_protocol:
        out.push_back(sut("protocol", trace, i, "protocol", "the candidate's process " + text));
        explained = true;
        break;
      case RecordKind::sut_livelock: explained = true; break;  // needs the oracle's event count
      default: break;
    }
  }
  if (trace.end == RunEnd::stopped && !explained) {
    out.push_back(Finding{.from = FindingClass::sut,
                          .rule = "sut/stuck",
                          .slug = "sut/stuck",
                          .at_ns = end_ns(trace),
                          .event = "run",
                          .field = "stopped",
                          .detail = "the run stopped, and no record says why",
                          .oracle_record = std::nullopt,
                          .candidate_record = std::nullopt});
  }
  return out;
}

}  // namespace protm::judge
