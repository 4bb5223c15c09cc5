// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/register_map.h"

#include <algorithm>
#include <cstdio>

#include "gpu-model/vocab/ids.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "gpu-model/vocab/regs/pwr_control.h"

namespace protm::vocab {
namespace {

constexpr RegInfo kFlushIdInfo = info(kLatestFlushId);
constexpr RegInfo kDoorbellInfo = info(kDoorbell);

const RegInfo* in_table(std::span<const RegInfo> table, std::uint32_t offset) {
  const auto at =
      std::lower_bound(table.begin(), table.end(), offset,
                       [](const RegInfo& row, std::uint32_t value) { return row.offset < value; });
  return at != table.end() && at->offset == offset ? &*at : nullptr;
}

std::optional<std::uint32_t> named(std::span<const RegInfo> table, std::string_view name) {
  for (const RegInfo& row : table) {
    if (row.name == name) return row.offset;
  }
  return std::nullopt;
}

/// Splits "AS_COMMAND(3)"; an index of digits only.
std::optional<std::uint32_t> split_index(std::string_view& name) {
  const auto open = name.find('(');
  if (open == std::string_view::npos || name.back() != ')') return std::nullopt;
  const std::string_view digits = name.substr(open + 1, name.size() - open - 2);
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  std::uint32_t value = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  name = name.substr(0, open);
  return value;
}

}  // namespace

std::string_view access_name(Access access) {
  switch (access) {
    case Access::ro:
      return "RO";
    case Access::wo:
      return "WO";
    case Access::rw:
      return "RW";
    case Access::w1c:
      return "W1C";
    case Access::cmd:
      return "CMD";
  }
  return {};
}

RegRef find_register(std::uint32_t offset) {
  if (offset >= kDoorbellBase) {
    const std::uint32_t page = (offset - kDoorbellBase) / kDoorbellStride;
    if (page >= kDoorbellPages || (offset - kDoorbellBase) % kDoorbellStride != 0) return {};
    return {&kDoorbellInfo, page, true};
  }
  if (offset == kFlushIdInfo.offset) return {&kFlushIdInfo, 0, false};
  if (offset >= kAsBase && offset < kAsBase + kMaxAs * kAsStride) {
    const RegInfo* reg = in_table(kAsBlock, (offset - kAsBase) % kAsStride);
    return {reg, (offset - kAsBase) / kAsStride, reg != nullptr};
  }
  for (std::span<const RegInfo> table :
       {std::span<const RegInfo>(kGpuControl), std::span<const RegInfo>(kJobControl),
        std::span<const RegInfo>(kMmuControl), std::span<const RegInfo>(kPwrControl)}) {
    if (const RegInfo* reg = in_table(table, offset)) return {reg, 0, false};
  }
  return {};
}

std::optional<std::uint32_t> register_offset(std::string_view name) {
  if (const auto index = split_index(name)) {
    if (name == kDoorbellInfo.name && *index < kDoorbellPages) return doorbell_offset(*index);
    const auto offset = named(kAsBlock, name);
    if (offset && *index < kMaxAs) return kAsBase + *index * kAsStride + *offset;
    return std::nullopt;
  }
  if (name == kFlushIdInfo.name) return kFlushIdInfo.offset;
  if (const auto offset = named(kGpuControl, name)) return offset;
  if (const auto offset = named(kJobControl, name)) return offset;
  if (const auto offset = named(kPwrControl, name)) return offset;
  return named(kMmuControl, name);
}

std::string register_name(std::uint32_t offset) {
  const RegRef ref = find_register(offset);
  if (ref.reg == nullptr) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", offset);
    return text.data();
  }
  std::string name(ref.reg->name);
  if (ref.indexed) name += "(" + std::to_string(ref.index) + ")";
  return name;
}

std::string describe(std::uint32_t offset, std::uint32_t value) {
  const RegRef ref = find_register(offset);
  std::string out = register_name(offset) + "=";
  return out + describe_fields(ref.reg == nullptr ? std::span<const FieldInfo>() : ref.reg->fields,
                               value);
}

}  // namespace protm::vocab
