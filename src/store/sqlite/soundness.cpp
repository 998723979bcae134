#include "store/sqlite/soundness.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "netmon/core/values/text.h"
#include "store/chain/verify.h"
#include "store/sqlite/schema_check.h"

namespace netmon {
namespace {

void require_none(const Source& source, const std::vector<Flaw>& flaws) {
  if (flaws.empty()) return;
  std::string cause = fmt::format("{} {}", flaws.front().subject, flaws.front().what);
  if (flaws.size() > 1) cause += fmt::format(" (one of {} flaws)", flaws.size());
  throw Error(source.path.string(), escape_controls(cause), ExitCode::integrity);
}

}  // namespace

void require_sound_database(const Source& source, const Progress& progress) {
  const Verification found = source.read(
      source.path.string(), [&] { return verify_database(source.database, {}, progress); });
  require_none(source, found.schema);
  require_none(source, found.chain);
  require_none(source, found.rows);
}

void require_sound_chains(const Source& source) {
  source.read(source.path.string(), [&] {
    const SchemaVerdict schema = verify_schema(source.database);
    if (!schema.tables_sound) require_none(source, schema.flaws);
    require_none(source, verify_chains(source.database).flaws);
  });
}

void require_sound_rows(const Source& source, std::int64_t id) {
  source.read(source.path.string(), [&] {
    if (const auto flaw = verify_rows(source.database, id)) {
      require_none(source, {*flaw});
    }
  });
}

}  // namespace netmon
