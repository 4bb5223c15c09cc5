// SPDX-License-Identifier: GPL-2.0-only
// Typed 32-bit words and their fields: the base of register and firmware-interface layouts.
// A field belongs to one layout and has one value type, so that the wrong register's field, or an
// integer for an enum, does not compile. Bits are written [high:low], as in the vendor's headers.
// Leaves out: 64-bit words (two words, as the bus sees them).
// Source: style.md 2.4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace protm::vocab {

/// Bits [Hi:Lo] of a word laid out by `Layout`, read and written as `Value`.
template <class Layout, unsigned Hi, unsigned Lo = Hi,
          class Value = std::conditional_t<Hi == Lo, bool, std::uint32_t>>
struct Field {
  static_assert(Hi >= Lo && Hi < 32, "bit range is written [Hi:Lo]");
  static constexpr std::uint32_t mask = (0xffff'ffffu >> (31 - (Hi - Lo))) << Lo;
  static constexpr unsigned shift = Lo;
  std::string_view name;
  std::span<const std::string_view> values = {};  // names of the values, index = value
};

/// A 32-bit word of layout `Layout`.
template <class Layout>
class Word {
 public:
  constexpr Word() = default;
  constexpr explicit Word(std::uint32_t raw) : raw_(raw) {}
  [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }

  template <unsigned Hi, unsigned Lo, class V>
  [[nodiscard]] constexpr V operator[](Field<Layout, Hi, Lo, V>) const {
    using F = Field<Layout, Hi, Lo, V>;
    return static_cast<V>((raw_ & F::mask) >> F::shift);
  }
  template <unsigned Hi, unsigned Lo, class V>
  [[nodiscard]] constexpr Word with(Field<Layout, Hi, Lo, V>, std::type_identity_t<V> value) const {
    using F = Field<Layout, Hi, Lo, V>;
    return Word{(raw_ & ~F::mask) | ((static_cast<std::uint32_t>(value) << F::shift) & F::mask)};
  }
  friend constexpr bool operator==(Word, Word) = default;

 private:
  std::uint32_t raw_ = 0;
};

/// A field without its types, for tables and printing.
struct FieldInfo {
  std::string_view name;
  std::uint32_t mask;
  unsigned shift;
  std::span<const std::string_view> values;
};

/// Table of the fields of one layout.
template <class... F>
[[nodiscard]] constexpr auto field_list(F... f) {
  return std::array<FieldInfo, sizeof...(F)>{FieldInfo{f.name, F::mask, F::shift, f.values}...};
}

/// Layout of a word without named fields.
struct RawLayout {
  static constexpr std::array<FieldInfo, 0> fields{};
};

/// True when no two fields share a bit.
[[nodiscard]] constexpr bool fields_apart(std::span<const FieldInfo> fields) {
  std::uint32_t used = 0;
  for (const FieldInfo& f : fields) {
    if ((used & f.mask) != 0) return false;
    used |= f.mask;
  }
  return true;
}

/// "0x00000102 {GPU_PROTECTED_FAULT RESET_COMPLETED}"; undeclared bits end it as "+unknown 0x..".
[[nodiscard]] std::string describe_fields(std::span<const FieldInfo> fields, std::uint32_t raw);

}  // namespace protm::vocab
