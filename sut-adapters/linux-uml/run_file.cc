// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/run_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/program_bytes.h"

namespace protm::uml {
namespace {

constexpr std::uint64_t kMagic = 0x6e75722d6d746f72;  // "rotm-run"
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kTextBytes = std::uint64_t{4} << 20;
constexpr std::size_t kWhyBytes = 512;
/// More than the event budget allows; the file is sparse.
constexpr std::uint64_t kMostRecords = 2 * contract::kLimits.event_budget;

std::uint64_t whole_pages(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

struct RunFile::Head {
  std::uint64_t magic;
  std::uint64_t total_bytes;
  std::uint64_t program_at, program_bytes;
  std::uint64_t texts_at, text_bytes;  ///< text_bytes: committed
  std::uint64_t records_at, records;   ///< records: committed
  std::uint64_t cover_at;
  std::uint64_t machine_events;
  RunPlan plan;
  std::uint32_t phase;
  std::uint32_t inside;
  std::uint32_t end;
  std::uint32_t lost;  ///< records that found no room
  char why[kWhyBytes];
};

RunFile::Head* RunFile::head() const { return reinterpret_cast<Head*>(base_); }

RunFile::RunFile(const contract::Program& program, const RunPlan& plan) {
  static_assert(sizeof(Head) <= kPage);
  const auto bytes = contract::program_bytes(program);
  const std::uint64_t texts_at = kPage + whole_pages(bytes.size());
  const std::uint64_t records_at = texts_at + kTextBytes;
  const std::uint64_t cover_at =
      records_at + whole_pages(kMostRecords * sizeof(contract::Record));
  bytes_ = cover_at + whole_pages(plan.cover_bytes);
  fd_ = memfd_create("protm-run", 0);
  if (fd_ < 0 || ftruncate(fd_, static_cast<off_t>(bytes_)) != 0) fail("protm: run file");
  void* const map = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (map == MAP_FAILED) fail("protm: run file");
  base_ = static_cast<std::byte*>(map);
  *head() = Head{.magic = kMagic,
                 .total_bytes = bytes_,
                 .program_at = kPage,
                 .program_bytes = bytes.size(),
                 .texts_at = texts_at,
                 .text_bytes = 0,
                 .records_at = records_at,
                 .records = 0,
                 .cover_at = cover_at,
                 .machine_events = 0,
                 .plan = plan,
                 .phase = static_cast<std::uint32_t>(Phase::prepared),
                 .inside = 0,
                 .end = 0,
                 .lost = 0,
                 .why = {}};
  std::memcpy(part(kPage), bytes.data(), bytes.size());
}

std::optional<RunFile> RunFile::open(const char* path) {
  RunFile file;
  struct stat info {};
  file.fd_ = ::open(path, O_RDWR | O_CLOEXEC);
  if (file.fd_ < 0 || fstat(file.fd_, &info) != 0) return std::nullopt;
  file.bytes_ = static_cast<std::size_t>(info.st_size);
  if (file.bytes_ < sizeof(Head)) return std::nullopt;
  void* const map = mmap(nullptr, file.bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd_, 0);
  if (map == MAP_FAILED) return std::nullopt;
  file.base_ = static_cast<std::byte*>(map);
  const Head& h = *file.head();
  if (h.magic != kMagic || h.total_bytes != file.bytes_) return std::nullopt;
  return file;
}

RunFile::RunFile(RunFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      base_(std::exchange(other.base_, nullptr)),
      bytes_(other.bytes_),
      texts_(other.texts_) {}

RunFile::~RunFile() {
  if (base_ != nullptr) munmap(base_, bytes_);
  if (fd_ >= 0) close(fd_);
}

std::optional<contract::Program> RunFile::program() const {
  return contract::program_of_bytes({part(head()->program_at), head()->program_bytes});
}

RunPlan RunFile::plan() const { return head()->plan; }

std::span<std::uint8_t> RunFile::cover() const {
  return {reinterpret_cast<std::uint8_t*>(part(head()->cover_at)), head()->plan.cover_bytes};
}

void RunFile::commit(const contract::Trace& trace) {
  Head& h = *head();
  texts_ = std::max<std::size_t>(texts_, 1);
  for (; texts_ < trace.texts.size(); ++texts_) {
    const std::string& text = trace.texts[texts_];
    if (h.text_bytes + text.size() + 1 > kTextBytes) {
      ++h.lost;
      continue;
    }
    std::memcpy(part(h.texts_at + h.text_bytes), text.c_str(), text.size() + 1);
    h.text_bytes += text.size() + 1;
  }
  h.machine_events = trace.machine_events;
  h.end = static_cast<std::uint32_t>(trace.end);
  while (h.records < trace.records.size()) {
    if (h.records == kMostRecords) {
      ++h.lost;
      return;
    }
    std::memcpy(part(h.records_at + h.records * sizeof(contract::Record)),
                &trace.records[h.records], sizeof(contract::Record));
    // One thread writes, and the reader looks when it has ended: the order of stores is enough.
    *const_cast<volatile std::uint64_t*>(&h.records) = h.records + 1;
  }
}

void RunFile::set_phase(Phase phase) { head()->phase = static_cast<std::uint32_t>(phase); }

void RunFile::set_inside(bool inside) {
  *const_cast<volatile std::uint32_t*>(&head()->inside) = inside ? 1 : 0;
}

void RunFile::set_why(std::string_view why) {
  const std::size_t n = std::min(why.size(), kWhyBytes - 1);
  std::memcpy(head()->why, why.data(), n);
  head()->why[n] = '\0';
}

Phase RunFile::phase() const { return static_cast<Phase>(head()->phase); }

bool RunFile::inside() const { return head()->inside != 0; }

std::string RunFile::why() const { return {head()->why, strnlen(head()->why, kWhyBytes)}; }

contract::Trace RunFile::trace() const {
  const Head& h = *head();
  contract::Trace trace;
  const auto* at = reinterpret_cast<const char*>(part(h.texts_at));
  const char* const end = at + h.text_bytes;
  while (at < end) {
    trace.texts.emplace_back(at);
    at += trace.texts.back().size() + 1;
  }
  trace.records.resize(h.records);
  std::memcpy(trace.records.data(), part(h.records_at), h.records * sizeof(contract::Record));
  for (contract::Record& r : trace.records) {
    if (r.text >= trace.texts.size()) r.text = 0;
  }
  trace.machine_events = h.machine_events;
  trace.end = static_cast<contract::RunEnd>(h.end);
  return trace;
}

}  // namespace protm::uml
