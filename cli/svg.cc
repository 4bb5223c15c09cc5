// SPDX-License-Identifier: GPL-2.0-only
#include "cli/svg.h"

namespace protm::cli {
namespace {

std::string attribute(std::string_view name, int value) {
  return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}
std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml_text(value) + "\"";
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

void Svg::tail(std::string_view element, std::string_view tip) {
  if (tip.empty()) {
    body_ += "/>\n";
    return;
  }
  body_ += "><title>" + xml_text(tip) + "</title></" + std::string(element) + ">\n";
}

void Svg::rect(const Box& box, std::string_view look, std::string_view tip) {
  body_ += std::string(2 * std::size_t(depth_), ' ') + "<rect" + attribute("class", look) +
           attribute("x", box.x) + attribute("y", box.y) + attribute("width", box.width) +
           attribute("height", box.height);
  tail("rect", tip);
}

void Svg::line(int x1, int y1, int x2, int y2, std::string_view look) {
  body_ += std::string(2 * std::size_t(depth_), ' ') + "<line" + attribute("class", look) +
           attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2);
  tail("line", {});
}

void Svg::diamond(int x, int y, int radius, std::string_view look, std::string_view tip) {
  const auto point = [](int px, int py) { return std::to_string(px) + "," + std::to_string(py); };
  body_ += std::string(2 * std::size_t(depth_), ' ') + "<polygon" + attribute("class", look) +
           attribute("points", point(x - radius, y) + " " + point(x, y - radius) + " " +
                                   point(x + radius, y) + " " + point(x, y + radius));
  tail("polygon", tip);
}

void Svg::text(int x, int y, std::string_view look, std::string_view words, Anchor anchor) {
  body_ += std::string(2 * std::size_t(depth_), ' ') + "<text" + attribute("class", look) +
           attribute("x", x) + attribute("y", y);
  if (anchor == Anchor::end) body_ += attribute("text-anchor", "end");
  body_ += ">" + xml_text(words) + "</text>\n";
}

void Svg::open_group(std::string_view name) {
  body_ += std::string(2 * std::size_t(depth_), ' ') + "<g" + attribute("data-name", name) + ">\n";
  ++depth_;
}

void Svg::close_group() {
  --depth_;
  body_ += std::string(2 * std::size_t(depth_), ' ') + "</g>\n";
}

std::string Svg::document(int width, int height, std::string_view style, std::string_view title,
                          std::string_view description) const {
  const std::string size = std::to_string(width) + " " + std::to_string(height);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) +
         attribute("height", height) + attribute("viewBox", "0 0 " + size) +
         " role=\"img\" aria-labelledby=\"title description\">\n  <title id=\"title\">" +
         xml_text(title) + "</title>\n  <desc id=\"description\">" + xml_text(description) +
         "</desc>\n  <style>" + std::string(style) + "  </style>\n  <rect class=\"ground\"" +
         attribute("width", width) + attribute("height", height) + "/>\n" + body_ + "</svg>\n";
}

}  // namespace protm::cli
