#include "linux/crossview/proc_view.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "linux/procfs/files.h"
#include "linux/procfs/proc_tables.h"
#include "netmon/core/values/error.h"

namespace netmon {
namespace {

// A line of /proc/net/tcp6 has 170 bytes; the table may grow while it is read.
constexpr std::size_t kMaxBytes = 2 * kMaxWholeTableRows * 256;
constexpr std::size_t kMaxListenerBytes = 16 * kMebibyte;

ProcTable parse_view(std::string_view text, Protocol protocol) {
  return protocol == Protocol::packet ? parse_packet_table(text) : parse_inet_table(text, protocol);
}

// Whether the last of these whole lines is that of a listener, or the headings.
bool ends_in_listener(std::string_view lines) {
  const std::size_t before = lines.find_last_of('\n', lines.size() - 2);
  if (before == std::string_view::npos) return true;
  const ProcTable last = parse_view(lines.substr(before), Protocol::tcp);
  return !last.sockets.empty() && last.sockets.back().state == State::listen;
}

// Reads as long as pages end in a listener. The kernel returns whole lines, one page at each call.
ReadResult read_listeners(const std::string& path) {
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  if (!file.fd) return {{}, file.error};
  std::string text;
  while (text.size() < kMaxListenerBytes) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(file.fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if (got == 0) break;
    const std::string_view lines(buffer.data(), static_cast<std::size_t>(got));
    text += lines;
    if (!ends_in_listener(lines)) break;
  }
  return {std::move(text), 0};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Adds the table's rows to the view. Returns why it could not be read; "" where it was.
std::string read_table(ProcView& view, const std::string& folder, const ViewTable& table,
                       ViewDepth depth) {
  const std::string path = folder + "/" + table.file;
  const bool whole = depth == ViewDepth::all;
  const ReadResult file =
      whole ? read_file(AT_FDCWD, path.c_str(), kMaxBytes) : read_listeners(path);
  // A kernel without such sockets has no table for them; "dev" is always there.
  if (file.error == ENOENT && exists(folder + "/dev")) return {};
  const std::string name = std::string("/proc/net/") + table.file;
  if (file.error != 0) return name + ": " + errno_text(file.error);
  if (file.text.size() >= (whole ? kMaxBytes : kMaxListenerBytes)) return name + " is too long";
  ProcTable parsed = parse_view(file.text, table.protocol);
  if (parsed.malformed_lines > 0) return name + " has lines that netmon does not understand";
  for (Socket& row : parsed.sockets) {
    if (whole || row.state == State::listen) view.rows.push_back(row);
  }
  return {};
}

}  // namespace

ProcView read_proc_view(const std::string& folder, const ViewPlan& plan) {
  ProcView view;
  view.plan = plan;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (plan[i] != ViewDepth::none) {
      view.failures[i] = read_table(view, folder, kViewTables[i], plan[i]);
    }
  }
  return view;
}

}  // namespace netmon
