// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/field.h"

#include <bit>
#include <cstdio>

namespace protm::vocab {
namespace {

std::string hex(std::uint32_t value, const char* format) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

std::string describe_fields(std::span<const FieldInfo> fields, std::uint32_t raw) {
  std::string out = hex(raw, "0x%08x");
  std::uint32_t known = 0;
  std::string inner;
  for (const FieldInfo& f : fields) {
    known |= f.mask;
    const std::uint32_t value = (raw & f.mask) >> f.shift;
    const bool named = value < f.values.size();
    if (value == 0 && !named) continue;
    if (!inner.empty()) inner += ' ';
    inner += f.name;
    if (named) {
      inner += '=';
      inner += f.values[value];
    } else if (std::popcount(f.mask) > 1) {
      inner += '=';
      inner += std::to_string(value);
    }
  }
  if (!fields.empty() && (raw & ~known) != 0) {
    if (!inner.empty()) inner += ' ';
    inner += "+unknown " + hex(raw & ~known, "0x%x");
  }
  if (!inner.empty()) out += " {" + inner + "}";
  return out;
}

}  // namespace protm::vocab
