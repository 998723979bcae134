#include "linux/procfs/proc_parse.h"

#include <algorithm>
#include <array>
#include <utility>

#include "linux/procfs/scan.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

void append_argument(std::string& out, std::string_view argument) {
  if (!out.empty()) out += ' ';
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string_view::npos) {
    out += argument;
    return;
  }
  out += '\'';
  for (const char c : argument) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
}

// The real, effective, saved and file system id; absent where one is missing.
std::optional<std::array<std::uint32_t, 4>> take_ids(std::string_view line) {
  std::array<std::uint32_t, 4> ids{};
  for (std::uint32_t& id : ids) {
    const auto number = parse_number<std::uint32_t>(take_word(line));
    if (!number) return std::nullopt;
    id = *number;
  }
  return ids;
}

std::vector<std::uint32_t> take_numbers(std::string_view line) {
  std::vector<std::uint32_t> numbers;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (const auto number = parse_number<std::uint32_t>(word)) numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace

std::optional<ProcStat> parse_stat(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(close + 1);
  const std::string_view state = take_word(rest);
  const auto parent_pid = parse_number<std::uint32_t>(take_word(rest));
  for (int field = 5; field < 20; ++field) take_word(rest);
  const auto threads = parse_number<std::uint32_t>(take_word(rest));  // with the leader itself
  take_word(rest);
  const auto start_ticks = parse_number<std::uint64_t>(take_word(rest));
  if (!parent_pid || !start_ticks) return std::nullopt;
  const bool ended = (state == "Z" || state == "X") && threads.value_or(0) <= 1;
  return ProcStat{std::string(text.substr(open + 1, close - open - 1)), *parent_pid, *start_ticks,
                  ended};
}

ProcStatus parse_status(std::string_view text) {
  ProcStatus status;
  std::optional<std::array<std::uint32_t, 4>> uids;
  std::optional<std::array<std::uint32_t, 4>> gids;
  std::optional<std::uint64_t> permitted;
  std::vector<std::uint32_t> groups;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view key = take_until(line, ':');
    if (key == "Uid") {
      uids = take_ids(line);
    } else if (key == "Gid") {
      gids = take_ids(line);
    } else if (key == "Groups") {
      groups = take_numbers(line);
    } else if (key == "NSpid") {
      const std::vector<std::uint32_t> pids = take_numbers(line);
      status.namespaced_pid = pids.empty() ? 0 : pids.back();
    } else if (key == "CapPrm") {
      permitted = parse_number<std::uint64_t>(take_word(line), 16);
    }
  }
  if (uids) status.effective_uid = (*uids)[1];
  if (!uids || !gids || !permitted) return status;
  groups.push_back((*gids)[1]);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  status.credentials = {(*uids)[0], (*uids)[2], std::move(groups), *permitted, false};
  return status;
}

std::optional<std::string> join_cmdline(std::string_view text) {
  // Programs that overwrite their arguments with a title leave NULs after it.
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  if (text.find('\0') == std::string_view::npos) return sanitize(text);
  std::string joined;
  while (!text.empty()) append_argument(joined, take_until(text, '\0'));
  return sanitize(joined);
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
}

std::string process_name(std::string_view comm, std::string_view exe, std::string_view script) {
  if (comm.size() == kCommBytes) {
    for (const std::string_view candidate : {base_name(exe), base_name(script)}) {
      if (candidate.starts_with(comm)) return sanitize(candidate);
    }
  }
  return sanitize(comm);
}

FileName parse_file_name(std::string_view name) {
  constexpr std::string_view kDeleted = " (deleted)";
  const bool deleted = name.ends_with(kDeleted);
  if (deleted) name.remove_suffix(kDeleted.size());
  return {name, deleted};
}

ExeLink parse_exe_link(std::string_view target) {
  const FileName name = parse_file_name(target);
  return {sanitize(name.path), name.deleted};
}

std::optional<std::uint64_t> bracketed_number(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || !text.ends_with(']')) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.empty() || text.front() != '[') return std::nullopt;
  return parse_number<std::uint64_t>(text.substr(1, text.size() - 2));
}

std::vector<std::uint32_t> registered_sockets(std::string_view fdinfo) {
  std::vector<std::uint32_t> inodes;
  bool among_files = false;
  while (!fdinfo.empty()) {
    std::string_view line = take_until(fdinfo, '\n');
    const std::string_view key = take_word(line);  // "UserFiles:", then "0:" for each slot in use
    if (key == "UserFiles:") {
      among_files = true;
    } else if (!parse_number<std::uint32_t>(key.substr(0, key.find(':')))) {
      among_files = false;
    } else if (among_files) {
      const auto inode = bracketed_number(take_word(line), "socket:");
      if (inode && *inode <= UINT32_MAX) inodes.push_back(static_cast<std::uint32_t>(*inode));
    }
  }
  return inodes;
}

UserNames::UserNames(std::string_view passwd) {
  while (!passwd.empty()) {
    std::string_view line = take_until(passwd, '\n');
    const std::string_view name = take_until(line, ':');
    take_until(line, ':');  // password
    const auto uid = parse_number<std::uint32_t>(take_until(line, ':'));
    if (uid && !name.empty()) names_.emplace(*uid, sanitize(name));  // the first entry counts
  }
}

std::string UserNames::name_of(std::uint32_t uid) const {
  const auto found = names_.find(uid);
  return found == names_.end() ? std::to_string(uid) : found->second;
}

}  // namespace netmon
