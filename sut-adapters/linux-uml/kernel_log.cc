// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/kernel_log.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "sut-adapters/contract/object.h"

namespace protm::uml {
namespace {

using contract::LockMisuse;
using contract::OopsKind;
using contract::RecordKind;

constexpr std::string_view kSource = ".c:";
const std::string kPanic = "panic ";
/// Frames of a kmemleak backtrace above whoever asked for memory begin with one of these.
constexpr std::array<std::string_view, 12> kAllocators{
    "save_stack_trace", "stack_trace_save", "set_track",  "__alloc_object", "__create_object",
    "kmemleak_",        "__kmalloc",        "kmalloc",    "kmem_cache_",    "__kvmalloc",
    "kstrdup",          "kmemdup"};
constexpr std::string_view kOffset = "+0x";
constexpr std::string_view kMemleak = "kmemleak: ";

bool contains(std::string_view line, std::string_view words) {
  return line.find(words) != std::string_view::npos;
}

/// The word around position `at`.
std::string_view word_at(std::string_view line, std::size_t at) {
  const std::size_t before = line.find_last_of(" (", at);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = line.find_first_of(" )", at);
  return line.substr(begin, end == std::string_view::npos ? end : end - begin);
}

/// "panthor_mmu.c panthor_vm_free": where a WARN stands, without line and offset.
std::string place_in(std::string_view line) {
  std::string out;
  if (const std::size_t at = line.find(kSource); at != std::string_view::npos) {
    const std::string_view word = word_at(line, at);
    const std::string_view file = word.substr(0, word.find(':'));
    out = file.substr(file.rfind('/') + 1);
  }
  if (const std::size_t at = line.find(kOffset); at != std::string_view::npos) {
    const std::string_view word = word_at(line, at);
    if (!out.empty()) out += ' ';
    out += word.substr(0, word.find(kOffset));
  }
  return out;
}

std::string without_numbers(std::string_view line) {
  std::string out;
  std::size_t i = 0;
  while (i < line.size()) {
    const bool starts = std::isdigit(static_cast<unsigned char>(line[i])) != 0 &&
                        (i == 0 || std::isalnum(static_cast<unsigned char>(line[i - 1])) == 0);
    if (!starts) {
      out += line[i++];
      continue;
    }
    while (i < line.size() && std::isalnum(static_cast<unsigned char>(line[i])) != 0) ++i;
    out += 'N';
  }
  return out;
}

std::uint16_t sub(OopsKind kind) { return static_cast<std::uint16_t>(kind); }
std::uint16_t sub(LockMisuse kind) { return static_cast<std::uint16_t>(kind); }

std::optional<LogFinding> lock_finding(std::string_view line) {
  struct Row {
    std::string_view words;
    LockMisuse kind;
  };
  constexpr std::array kRows{
      Row{"possible circular locking dependency", LockMisuse::abba},
      Row{"possible recursive locking", LockMisuse::self_deadlock},
      Row{"inconsistent lock state", LockMisuse::abba},
      Row{"bad unlock balance", LockMisuse::unlock_by_other},
      Row{"sleeping function called from invalid context", LockMisuse::sleep_in_atomic},
      Row{"scheduling while atomic", LockMisuse::sleep_in_atomic},
      Row{"held lock freed", LockMisuse::freed_while_locked},
      Row{"lock held when returning to user space", LockMisuse::held_at_return},
      Row{"Invalid wait context", LockMisuse::sleep_in_atomic},
  };
  for (const Row& row : kRows) {
    if (contains(line, row.words)) {
      return LogFinding{RecordKind::lock_misuse, sub(row.kind), std::string(row.words)};
    }
  }
  return std::nullopt;
}

/// Reports of lockdep whose lock stands in one of the next lines.
bool names_lock(std::string_view line) {
  return contains(line, "locking") || contains(line, "inconsistent lock state") ||
         contains(line, "Invalid wait context");
}

}  // namespace

std::optional<std::string> LogLines::next() {
  const std::size_t end = pending_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  if (line.starts_with('[')) {
    const std::size_t close = line.find("] ");
    if (close != std::string::npos) line.erase(0, close + 2);
  }
  return line;
}

std::optional<LogFinding> log_finding(std::string_view line) {
  if (auto lock = lock_finding(line)) return lock;
  if (line.starts_with("BUG: KASAN: ") || line.starts_with("UBSAN: ")) {
    const bool freed = contains(line, "use-after-free");
    std::string words(line.substr(line.starts_with("UBSAN") ? 0 : 5));
    words = words.substr(0, words.find(" in ")) + " " + place_in(line);
    return LogFinding{RecordKind::kernel_oops,
                      sub(freed ? OopsKind::use_after_free : OopsKind::bad_call), words};
  }
  if (line.starts_with("WARNING: ") || contains(line, ": WARNING: ")) {
    std::string place = place_in(line);
    if (place.empty()) place = without_numbers(line);
    return LogFinding{RecordKind::kernel_warn, 0, place};
  }
  if (contains(line, "refcount_t: ")) {
    return LogFinding{RecordKind::kernel_warn, 0,
                      std::string(line.substr(line.find("refcount_t: ")))};
  }
  if (contains(line, "Kernel panic - not syncing: ")) {
    const bool fault = contains(line, "Kernel mode fault") || contains(line, "Segfault");
    return LogFinding{RecordKind::kernel_oops, sub(fault ? OopsKind::null_access
                                                         : OopsKind::bad_call),
                      kPanic + without_numbers(line.substr(line.find(": ") + 2))};
  }
  if (line.starts_with("irq ") && contains(line, ": nobody cared")) {
    return LogFinding{RecordKind::kernel_warn, 0, "interrupt that nobody cared for"};
  }
  if (line.starts_with("INFO: task ") && contains(line, "blocked for more than")) {
    return LogFinding{RecordKind::sut_stuck, 0, "hung task"};
  }
  if (contains(line, "DMA-API: ")) {
    return LogFinding{RecordKind::kernel_warn, 0, without_numbers(line)};
  }
  if (contains(line, "panthor ")) {
    return LogFinding{RecordKind::kernel_log, 0, without_numbers(line)};
  }
  return std::nullopt;
}

std::optional<LogFinding> LogReader::take_leak(std::string_view line) {
  const std::string_view words = line.substr(kMemleak.size());
  const bool next_object = words.starts_with("unreferenced object ");
  if (next_object || contains(words, " new suspected memory leaks")) {
    const bool nameless = leak_ == Leak::backtrace;
    leak_ = next_object ? Leak::object : Leak::none;
    // Its backtrace was empty, or of allocators only.
    if (nameless) return LogFinding{RecordKind::leak, 0, "kmemleak unknown"};
  } else if (contains(words, "comm \"swapper/")) {
    leak_ = Leak::none;  // made while the kernel itself booted
  } else if (leak_ == Leak::object && contains(words, "backtrace")) {
    leak_ = Leak::backtrace;
  } else if (leak_ == Leak::backtrace && contains(words, kOffset)) {
    const std::string function = place_in(words);
    const auto allocates = [&](std::string_view name) { return function.starts_with(name); };
    if (std::any_of(kAllocators.begin(), kAllocators.end(), allocates)) return std::nullopt;
    leak_ = Leak::none;
    return LogFinding{RecordKind::leak, 0, "kmemleak " + function};
  }
  return std::nullopt;
}

/// `(&pirq->mask_lock#3){?.+.}-{2:2}, at: panthor_job_irq_raw_handler+0x38/0x110`
std::optional<LogFinding> LogReader::take_lock(std::string_view line) {
  const std::size_t open = line.find('(');
  const std::size_t close = line.find("){");
  const bool names = open < close && close != std::string_view::npos && contains(line, ", at: ");
  if (!names && !line.starts_with("stack backtrace:")) return std::nullopt;
  LogFinding found = *lock_;
  lock_.reset();
  if (names) {
    const std::string_view lock = line.substr(open + 1, close - open - 1);
    found.words += " " + std::string(lock.substr(0, lock.find('#'))) + " " + place_in(line);
  }
  return found;
}

std::optional<LogFinding> LogReader::take(std::string_view line) {
  if (line.starts_with(kMemleak)) return take_leak(line);
  if (lock_) return take_lock(line);
  if (const std::size_t at = line.find("RIP: "); at != std::string_view::npos) {
    const std::string_view word = word_at(line, line.find(':', at + 5));
    rip_ = word.substr(word.find(':') + 1);
    rip_ = rip_.substr(0, rip_.find(kOffset));
  }
  auto found = log_finding(line);
  if (found && found->words.starts_with(kPanic) && !rip_.empty()) {
    found->words = "panic in " + rip_;
  }
  if (found && found->kind == RecordKind::lock_misuse && names_lock(line)) {
    lock_ = std::move(found);
    return std::nullopt;
  }
  return found;
}

}  // namespace protm::uml
