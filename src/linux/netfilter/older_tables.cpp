#include "linux/netfilter/older_tables.h"

#include <fmt/format.h>

#include <sstream>

#include "linux/procfs/files.h"
#include "netmon/core/values/error.h"

namespace netmon {

std::vector<std::string> older_table_names(int proc_net, const OlderTables& tables,
                                           std::vector<ReachFailure>& failures) {
  const ReadResult file = read_file(proc_net, tables.names);
  if (file.error != 0 && file.error != ENOENT) {
    failures.push_back({GapCode::filters_not_read,
                        fmt::format("tables of {}: {}", tables.word, errno_text(file.error))});
  }
  std::vector<std::string> names;
  std::istringstream text(file.text);
  for (std::string name; text >> name;) {
    if (name.size() < XT_TABLE_MAXNAMELEN) names.push_back(name);
  }
  return names;
}

}  // namespace netmon
