// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/fw_image_reader.h"

#include <algorithm>
#include <cstring>

#include "gpu-model/src/fw_image_builder.h"
#include "gpu-model/vocab/fw_image.h"

namespace protm::gpu {

namespace img = vocab::fw_image;

namespace {

std::uint32_t word_at(std::span<const std::byte> image, std::size_t offset) {
  std::uint32_t value = 0;
  if (offset + sizeof value <= image.size()) {
    std::memcpy(&value, image.data() + offset, sizeof value);
  }
  return value;
}

}  // namespace

void read_image_sections(std::span<const std::byte> image,
                         std::pmr::vector<ImageSection>& sections) {
  if (word_at(image, img::kOffMagic) != img::kMagic) return;
  const std::size_t table_end = word_at(image, img::kOffSize);
  if (table_end > image.size()) return;
  std::size_t offset = img::kHeaderSize;
  while (offset + 4 <= table_end) {
    const std::uint32_t head = word_at(image, offset);
    const std::uint32_t size = img::entry_size(head);
    if (size < 4 || size % 4 != 0 || offset + size > table_end) return;
    const std::size_t body = offset + 4;
    offset += size;
    if (img::entry_type(head) != img::kTypeIface || size < 4 + img::kIfaceName) continue;
    const std::uint32_t va = word_at(image, body + img::kIfaceVaStart);
    const std::uint32_t va_end = word_at(image, body + img::kIfaceVaEnd);
    const std::uint32_t data = word_at(image, body + img::kIfaceDataStart);
    const std::uint32_t data_end = word_at(image, body + img::kIfaceDataEnd);
    if (va_end < va || data_end < data || data_end > image.size()) return;
    if (data_end - data > va_end - va) return;
    sections.push_back(
        {word_at(image, body + img::kIfaceFlags), va, va_end - va, data, data_end - data});
  }
}

void read_odd_words(std::span<const std::byte> image, std::span<const ImageSection> sections,
                    std::pmr::vector<img::OddWord>& words) {
  for (const ImageSection& s : sections) {
    if (s.va > kSaysVa || kSaysVa - s.va >= s.data_size) continue;
    std::size_t at = std::size_t{s.data_start} + (kSaysVa - s.va);
    if (word_at(image, at) != kSaysMark) return;
    const std::uint32_t count = std::min(word_at(image, at + 4), img::kOddWords);
    for (std::uint32_t i = 0; i < count; ++i) {
      at += 8;
      words.push_back({word_at(image, at), word_at(image, at + 4)});
    }
    return;
  }
}

}  // namespace protm::gpu
