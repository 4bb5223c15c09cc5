// SPDX-License-Identifier: GPL-2.0-only
// From lines of the kernel's log to records: WARN, oops, panic, KASAN, lockdep, sleeping in atomic
// context, hung tasks. The words are stable: functions and files, never addresses, numbers or
// lines. Leaves out everything else but the driver's own lines, which inform.
// Source: the formats of kernel/panic.c, mm/kasan/report.c, mm/kmemleak.c, kernel/irq/spurious.c,
// kernel/locking/lockdep.c.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sut-adapters/contract/trace.h"

namespace protm::uml {

struct LogFinding {
  contract::RecordKind kind{};
  std::uint16_t sub = 0;
  std::string words;
};

/// Takes text as it comes and hands out whole lines, without their time stamps.
class LogLines {
 public:
  void add(std::string_view text) { pending_ += text; }
  /// The next whole line; nothing when there is none yet.
  std::optional<std::string> next();

 private:
  std::string pending_;
};

/// What a line says by itself; nothing when it says nothing that a Trace keeps.
[[nodiscard]] std::optional<LogFinding> log_finding(std::string_view line);

/// Lines in their order, for reports that several of them make: who called when the kernel died
/// (`RIP:` comes before the panic), who allocated what kmemleak found (its backtrace), which lock a
/// report of lockdep is about.
class LogReader {
 public:
  /// What is known with this line; nothing when it says nothing that a Trace keeps, or not yet.
  [[nodiscard]] std::optional<LogFinding> take(std::string_view line);

 private:
  enum class Leak : std::uint8_t { none, object, backtrace };
  std::optional<LogFinding> take_leak(std::string_view line);
  std::optional<LogFinding> take_lock(std::string_view line);

  std::string rip_;  ///< function of the last RIP line
  Leak leak_ = Leak::none;
  std::optional<LogFinding> lock_;  ///< a report whose lock is not named yet
};

}  // namespace protm::uml
