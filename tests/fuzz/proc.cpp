// Parses the texts of /proc. Input: a byte that says which file it is, then the text.
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <string>

#include "linux/namespaces/namespaces.h"
#include "linux/netlink/diag_wire.h"
#include "linux/procfs/cgroup.h"
#include "linux/procfs/proc_parse.h"
#include "linux/procfs/proc_tables.h"
#include "linux/procfs/process_files.h"
#include "linux/programs/code_maps.h"
#include "linux/programs/interpreter.h"
#include "linux/programs/loader_variables.h"
#include "linux/programs/script_grammar.h"
#include "netmon/core/values/text.h"
#include "support/check.h"
#include "support/text_checks.h"

namespace netmon {
namespace {

using fuzz::is_utf8;
using fuzz::require;

constexpr std::size_t kMaxText = 4096;

void require_text(std::string_view text, std::size_t max_bytes) {
  require(is_utf8(text) && text.size() <= max_bytes, "what is kept is bounded UTF-8");
}

std::size_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  return ends + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

void check_stat_line(const ProcStat& stat) {
  std::string line =
      fmt::format("1 ({}) {} {}", stat.comm, stat.ended ? 'Z' : 'S', stat.parent_pid);
  for (int field = 5; field < 22; ++field) line += " -1";
  require(parse_stat(fmt::format("{} {} 0\n", line, stat.start_ticks)) == stat,
          "a stat, written as the kernel would, is read as it was");
}

void check_stat(std::string_view text) {
  if (const auto stat = parse_stat(text)) check_stat_line(*stat);
  check_stat_line({.comm = std::string(text), .parent_pid = 1, .start_ticks = 2});
}

void check_status(std::string_view text) {
  const ProcStatus status = parse_status(text);
  std::string again = fmt::format("Name:\tx\nNSpid:\t1\t{}\n", status.namespaced_pid);
  if (const auto& credentials = status.credentials) {
    again += fmt::format("Uid:\t{}\t{}\t{}\t1\nGid:\t1\t{}\t1\t1\nGroups:\t{}\nCapPrm:\t{:x}\n",
                         credentials->real_uid, *status.effective_uid, credentials->saved_uid,
                         credentials->groups.front(), fmt::join(credentials->groups, " "),
                         credentials->capabilities);
  } else if (status.effective_uid) {
    again += fmt::format("Uid:\t1\t{}\t1\t1\n", *status.effective_uid);
  }
  require(parse_status(again) == status, "a status, written as the kernel would, is the same");
}

// The words that sh(1) makes of a line that only has single quotes, "\'" and unquoted text.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\'') {
      quoted = !quoted;
    } else if (!quoted && line[i] == ' ') {
      words.emplace_back();
    } else {
      if (!quoted && line[i] == '\\') ++i;
      words.back() += line[i];
    }
  }
  return words;
}

void check_cmdline(std::string_view text) {
  const auto joined = join_cmdline(text);
  require(joined.has_value() == (text.find_first_not_of('\0') != std::string_view::npos),
          "there is a command line where there is an argument");
  if (!joined) return;
  require_text(*joined, kMaxText);
  std::vector<std::string> arguments(1);
  for (const char c : text.substr(0, text.find_last_not_of('\0') + 1)) {
    if (c == '\0') {
      arguments.emplace_back();
    } else {
      arguments.back() += c;
    }
  }
  if (arguments.size() == 1 || !is_utf8(text) || joined->size() > kMaxText / 2) return;
  require(shell_words(*joined) == arguments, "a shell gets the arguments back");
}

void check_name(std::string_view text) {
  const std::string_view comm = text.substr(0, 15);
  const std::string name = process_name(comm, text, text.substr(comm.size()));
  require_text(name, kMaxText);
  require(
      is_utf8(comm) && comm.find('\0') == std::string_view::npos ? name.starts_with(comm) : true,
      "a name begins with the comm");
  require(comm.size() == 15 || name.size() <= 4 * comm.size(), "a whole comm is the name");
}

void check_links(std::string_view text) {
  require_text(parse_exe_link(text).path, kMaxText);
  const std::string deleted = std::string(text) + " (deleted)";
  require(parse_exe_link(deleted) == ExeLink{sanitize(text), true},
          "the mark of a deleted file is taken off");
  const auto number = bracketed_number(text, "socket:");
  if (number) {
    require(bracketed_number(fmt::format("socket:[{}]", *number), "socket:") == number,
            "a number in brackets is read as it was");
  }
}

void check_fdinfo(std::string_view text) {
  require(registered_sockets(text).size() <= count_lines(text), "a slot is a line");
}

void check_cgroup(std::string_view text) {
  const CgroupMembership membership = parse_cgroup(text);
  require_text(membership.unit, 256);
  require_text(membership.container, 256);
  require(membership.container.find_first_of("/\n") == std::string::npos &&
              membership.unit.find_first_of("/\n") == std::string::npos,
          "a unit and a container are one component of a path");
}

std::string hex_endpoint(const Endpoint& endpoint, Family family) {
  std::string text;
  for (std::size_t at = 0; at < (family == Family::ipv4 ? 4U : 16U); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, endpoint.address.bytes.data() + at, sizeof word);
    text += fmt::format("{:08X}", word);
  }
  return fmt::format("{}:{:04X}", text, endpoint.port);
}

std::string table_line(const Socket& socket) {
  if (socket.protocol == Protocol::packet) {
    return fmt::format("0 3 3 {:04x} {} 1 0 {} {}\n", socket.link_protocol, socket.device_index,
                       socket.uid.value_or(0), socket.inode);
  }
  std::uint8_t state = 0;
  while (state_of(socket.protocol, state) != socket.state) ++state;
  Endpoint local = socket.local;
  if (socket.protocol == Protocol::raw)
    local.port = static_cast<std::uint16_t>(socket.link_protocol);
  const Family family = local.address.family;
  return fmt::format("  1: {} {} {:02X} 0:0 0:0 0 {} 0 {} 2\n", hex_endpoint(local, family),
                     hex_endpoint(socket.remote, family), state, socket.uid.value_or(0),
                     socket.inode);
}

void check_table(std::string_view text, const ProcTable& table, Protocol protocol) {
  const std::size_t lines = count_lines(text);
  require(table.sockets.size() + table.malformed_lines + 1 == std::max<std::size_t>(lines, 1),
          "a line is a socket or malformed");
  for (const Socket& socket : table.sockets) {
    const std::string again = "headings\n" + table_line(socket);
    const ProcTable reread = protocol == Protocol::packet ? parse_packet_table(again)
                                                          : parse_inet_table(again, protocol);
    require(reread.sockets == std::vector{socket},
            "a line, written as the kernel would, is the same");
  }
}

void check_inet_tables(std::string_view text) {
  for (const Protocol protocol :
       {Protocol::tcp, Protocol::udp, Protocol::udplite, Protocol::raw, Protocol::icmp}) {
    check_table(text, parse_inet_table(text, protocol), protocol);
  }
}

void check_packet_table(std::string_view text) {
  check_table(text, parse_packet_table(text), Protocol::packet);
}

void check_counts(std::string_view text) {
  count_sockets(text);
  const auto range = parse_port_range(text);
  if (!range) return;
  require(range->low <= range->high, "a range is not turned");
  require(parse_port_range(fmt::format("{}\t{}\n", range->low, range->high)) == range,
          "a range is read as it was");
}

std::string mount_line(const NetnsFile& file) {
  std::string mount_point;
  for (const char c : file.path) {
    const bool escaped = c == ' ' || c == '\t' || c == '\n' || c == '\\';
    mount_point += escaped ? fmt::format("\\{:03o}", c) : std::string(1, c);
  }
  return fmt::format("1 1 0:4 net:[{}] {} rw shared:1 - nsfs nsfs rw\n", file.id, mount_point);
}

void check_mounts(std::string_view text) {
  const auto files = parse_netns_mounts(text);
  for (const NetnsFile& file : files) {
    const auto again = parse_netns_mounts(mount_line(file));
    require(again.size() == 1 && again[0].path == file.path && again[0].id == file.id,
            "a mount, written as the kernel would, is read as it was");
  }
  std::set<std::uint64_t> ids{1};
  for (const NetnsFile& file : files) {
    if (file.id != 0) ids.insert(file.id);
  }
  auto namespaces = group_namespaces({.own = {.pid = 1, .id = 1}, .processes = {}, .files = files});
  assign_scopes(namespaces);
  require(namespaces.front().own, "one's own namespace is the first");
  require(namespaces.size() - ids.size() <= 1, "a namespace is there once");
  for (const Netns& netns : namespaces) {
    require_text(netns.scope.name, 255);
    require(parse_scope(to_string(netns.scope)) == netns.scope, "a scope is read as it was");
  }
}

void check_passwd(std::string_view text) {
  const UserNames names(text);
  for (const std::uint32_t uid : {0U, 1U, 1000U, 65534U}) {
    require_text(names.name_of(uid), kMaxText);
    require(!names.name_of(uid).empty(), "every user has a name");
  }
}

void check_maps(std::string_view text) {
  const CodeMaps code = parse_code_maps(text);
  std::string again;
  for (const MappedFile& file : code.files) {
    require(file.inode != 0 && file.path.find('\n') == std::string::npos, "a mapping is of a file");
    require(maps_file(text, file.device, file.inode), "what is mapped as code is mapped");
    again += fmt::format("{} r-xp 0 {:x}:{:x} {} {}\n", file.range, ::major(file.device),
                         ::minor(file.device), file.inode, file.path);
  }
  require(parse_code_maps(again).files == code.files,
          "a map, written as the kernel would, is the same");
}

void check_environ(std::string_view text) {
  const auto variables = parse_loader_variables(text);
  require(variables.size() <= 64, "no more variables than are kept");
  for (const LoaderVariable& variable : variables) {
    require_text(variable.name, 64);
    require(is_utf8(variable.value), "a value is text");
  }
}

// The first byte selects the interpreter.
void check_script(std::string_view text) {
  if (text.empty()) return;
  const auto which =
      static_cast<unsigned char>(text[0]) % (static_cast<unsigned>(Interpreter::awk) + 1);
  const ScriptSearch found =
      find_script(static_cast<Interpreter>(which), "program", text.substr(1));
  if (!found.script) return;
  require(found.understood, "a script is named by arguments that were understood");
  require(found.script->kind == ScriptKind::code || !found.script->name.empty(),
          "a file has a name");
  require(found.script->name.size() + found.script->code.size() <= 2 * text.size() + 16,
          "nothing is made up");
}

void check_marks(std::string_view text) {
  InterpreterMarks whole;
  whole.add(text);
  InterpreterMarks parts;
  for (std::size_t at = 0; at < text.size(); at += 7) parts.add(text.substr(at, 7));
  require(whole.found() == parts.found(), "a mark is found however the file is cut");
}

void check_paths(std::string_view text) {
  const std::string plain = plain_path(text);
  require(plain.starts_with("/") && plain_path(plain) == plain,
          "a plain path is absolute, and stays");
  require(plain.find("//") == std::string::npos && (plain + "/").find("/../") == std::string::npos,
          "a plain path has no detours");
}

using Check = void (*)(std::string_view text);
constexpr std::array<Check, 17> kChecks{
    check_stat,   check_status,      check_cmdline,      check_name,   check_links,  check_fdinfo,
    check_cgroup, check_inet_tables, check_packet_table, check_counts, check_mounts, check_passwd,
    check_maps,   check_environ,     check_script,       check_marks,  check_paths};

}  // namespace
}  // namespace netmon

// The first byte is a letter, so people can read the corpus: 'a' is a stat, and so on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto which = static_cast<std::uint8_t>(data[0] - 'a') % netmon::kChecks.size();
  netmon::kChecks.at(which)(netmon::fuzz::text_of(data + 1, size - 1));
  return 0;
}
