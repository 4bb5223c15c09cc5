// SPDX-License-Identifier: GPL-2.0-only
// The project's catalogue against the plain list of ids, conformance/catalogue-ids.txt.
#include <doctest/doctest.h>

#include "conformance/format/text_file.h"
#include "conformance/runner/catalogue_check.h"

namespace protm::runner {
namespace {

/// Ids that are still without an entry. Nothing may be added here: a new point comes as an entry.
const std::vector<std::string> kMissing{};

TEST_CASE("catalogue: each id of the list has an entry, and no entry is missing in the list") {
  const auto text = format::read_text_file("conformance/catalogue-ids.txt");
  REQUIRE(text.has_value());
  const std::vector<std::string> listed = ids_of_list(*text);
  CHECK(listed.size() >= 302);
  const auto entries = format::read_catalogue_file("conformance/catalogue.yaml");
  REQUIRE(entries.has_value());
  for (const std::string& wrong : check_ids(*entries, listed, kMissing)) FAIL_CHECK(wrong);
}

TEST_CASE("check_ids: each thing that does not fit is said") {
  std::vector<format::CatalogueEntry> entries(4);
  entries[0].id = "A-1";
  entries[1].id = "A-10";
  entries[2].id = "B-1";
  entries[3].id = "BASE-1";
  const std::vector<std::string> listed = ids_of_list("# list\nA-1\nA-2\nA-10\n\nA-3\nL-A-1");
  CHECK(listed == std::vector<std::string>{"A-1", "A-2", "A-10", "A-3", "L-A-1"});
  const std::vector<std::string> missing{"A-2", "A-1", "A-4"};
  CHECK(check_ids(entries, listed, missing) ==
        std::vector<std::string>{
            "entry B-1 is not in the list of ids",
            "id A-3 stands behind A-10",
            "id A-3 has no entry",
            "id L-A-1 has no entry",
            "id A-1 has an entry and is said to lack one",
            "id A-4 lacks an entry and is in no list",
        });
}

}  // namespace
}  // namespace protm::runner
