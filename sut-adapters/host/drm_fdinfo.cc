// SPDX-License-Identifier: GPL-2.0-only
// fdinfo of the render node: the keys, and the memory of the file's buffers.
// Source: drm_file.c drm_show_fdinfo(), drm_show_memory_stats().
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "sut-adapters/host/drm_files.h"

namespace protm::host {

namespace {

/// "key:<tab>8 KiB", in the largest unit up to MiB that the number is a multiple of.
void print_size(std::pmr::string& text, const char* key, std::uint64_t bytes) {
  constexpr std::uint64_t kStep = 1024;
  const char* const units[] = {"", " KiB", " MiB"};
  std::size_t unit = 0;
  while (unit + 1 < std::size(units) && bytes != 0 && bytes % kStep == 0) {
    bytes /= kStep;
    ++unit;
  }
  char number[32];
  std::snprintf(number, sizeof number, "%llu", static_cast<unsigned long long>(bytes));
  text.append(key).append(":\t").append(number).append(units[unit]).append("\n");
}

}  // namespace

std::int64_t DrmFiles::fdinfo(int fd, std::span<std::byte> into) {
  const auto it = fds_.find(fd);
  if (it == fds_.end() || it->second == 0) return -ENOENT;
  const OpenFile& file = files_.at(it->second);
  std::pmr::string text(ctx_.memory);
  if (file.kind == FileKind::drm && !kernel_.drm_instance_unplugged(file.drm->instance)) {
    const contract::DrmDriverOps& ops = *file.drm->node->ops;
    text.append("drm-driver:\t").append(ops.name).append("\n");
    for (const char* const key : ops.fdinfo_keys) text.append(key).append(":\t0\n");
    const GemTable::MemoryStats stats = parts_.gems.memory_stats(file.drm->handles);
    print_size(text, "drm-total-memory", stats.total);
    print_size(text, "drm-shared-memory", stats.shared);
    if (stats.resident != 0) print_size(text, "drm-resident-memory", stats.resident);
  }
  const std::size_t bytes = std::min(text.size(), into.size());
  std::memcpy(into.data(), text.data(), bytes);
  return static_cast<std::int64_t>(bytes);
}

}  // namespace protm::host
