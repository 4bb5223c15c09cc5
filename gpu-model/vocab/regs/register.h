// SPDX-License-Identifier: GPL-2.0-only
// A register: offset, name, access, reset value, source, and the layout of its word.
// Tables of registers are checked when they are compiled: sorted, aligned, no duplicate offset,
// no overlapping fields. 64-bit registers are two rows, _LO and _HI, as the bus sees them.
// Leaves out: what a register does (gpu-model/src).
// Source: style.md 2.4.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "gpu-model/vocab/field.h"

namespace protm::vocab {

/// ro: writes ignored; wo: reads give zero; w1c: a written 1 clears; cmd: a write starts something.
enum class Access : std::uint8_t { ro, wo, rw, w1c, cmd };
[[nodiscard]] std::string_view access_name(Access access);

/// One register whose word has layout `Layout`.
template <class Layout>
struct Reg {
  std::uint32_t offset;
  std::string_view name;
  Access access;
  std::uint32_t reset;
  std::string_view source;
};

/// A register without its layout's type, for tables.
struct RegInfo {
  std::uint32_t offset;
  std::string_view name;
  Access access;
  std::uint32_t reset;
  std::string_view source;
  std::span<const FieldInfo> fields;
};

template <class L>
[[nodiscard]] constexpr RegInfo info(const Reg<L>& r) {
  return {r.offset, r.name, r.access, r.reset, r.source, std::span<const FieldInfo>(L::fields)};
}

/// True when the table is sorted, aligned, free of duplicates and of overlapping fields.
template <std::size_t N>
[[nodiscard]] consteval bool well_formed(const std::array<RegInfo, N>& table) {
  for (std::size_t i = 0; i < N; ++i) {
    if (table[i].offset % 4 != 0) return false;
    if (i != 0 && table[i].offset <= table[i - 1].offset) return false;
    if (table[i].name.empty() || table[i].source.empty()) return false;
    if (!fields_apart(table[i].fields)) return false;
  }
  return true;
}

}  // namespace protm::vocab
