// SPDX-License-Identifier: GPL-2.0-only
// Writes the elements of an SVG picture: rectangles, lines, text, each with a class that the style
// sheet colours for light and dark screens, each with an optional tooltip.
// Leaves out: scripts, images, fonts that have to be fetched. Source: SVG 1.1.
#pragma once

#include <string>
#include <string_view>

namespace protm::cli {

/// Text with the characters that XML reserves as entities, and control characters as '?'.
[[nodiscard]] std::string xml_text(std::string_view text);

struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};
/// Where a text begins, or ends.
enum class Anchor { start, end };

class Svg {
 public:
  void rect(const Box& box, std::string_view look, std::string_view tip = {});
  void line(int x1, int y1, int x2, int y2, std::string_view look);
  /// A diamond around (x, y).
  void diamond(int x, int y, int radius, std::string_view look, std::string_view tip = {});
  void text(int x, int y, std::string_view look, std::string_view words,
            Anchor anchor = Anchor::start);
  void open_group(std::string_view name);
  void close_group();
  /// The whole document; `title` and `description` are for readers that cannot see it.
  [[nodiscard]] std::string document(int width, int height, std::string_view style,
                                     std::string_view title, std::string_view description) const;

 private:
  void tail(std::string_view element, std::string_view tip);
  std::string body_;
  int depth_ = 1;
};

}  // namespace protm::cli
