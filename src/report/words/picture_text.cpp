#include "report/words/picture_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

std::string_view word_of(Mark mark) {
  switch (mark) {
    case Mark::unchanged:
      return "unchanged";
    case Mark::added:
      return "new";
    case Mark::removed:
      return "gone";
    case Mark::changed:
      return "changed";
    case Mark::unknown:
      return "not known on the other side";
  }
  no_such_enumerator();
}

std::string_view words_of(Status status) {
  switch (status) {
    case Status::unapproved:
      return "NOT APPROVED";
    case Status::approved:
      return "approved";
    case Status::expired:
      return "EXPIRED";
    case Status::expected_missing:
      return "expected, not seen";
    case Status::notice:
      return "notice";
  }
  no_such_enumerator();
}

}  // namespace

std::string_view class_of(Mark mark) {
  switch (mark) {
    case Mark::unchanged:
      return "same";
    case Mark::added:
      return "added";
    case Mark::removed:
      return "removed";
    case Mark::changed:
      return "changed";
    case Mark::unknown:
      return "unknown";
  }
  no_such_enumerator();
}

std::string_view class_of(const std::optional<Status>& status) {
  if (!status) return "";
  switch (*status) {
    case Status::unapproved:
    case Status::expired:
    case Status::expected_missing:
      return " bad";
    case Status::approved:
      return " good";
    case Status::notice:
      return "";
  }
  no_such_enumerator();
}

std::string mark_text(const PictureItem& item) {
  std::string text(word_of(item.mark));
  if (item.status && *item.status != Status::notice)
    text.append(", ").append(words_of(*item.status));
  return text;
}

std::string name_of(const PictureItem& item) {
  return item.process.empty() ? "(process not known)" : item.process;
}

std::string picture_endpoint(const PictureItem& item) {
  if (item.role == Role::inbound || item.role == Role::outbound) {
    const std::string who =
        item.peer ? endpoint_text(Peer{*item.peer, item.peer_port})
                  : fmt::format("{}, port {}", counted(item.count, "peer", "peers"),
                                item.peer_port ? fmt::to_string(*item.peer_port) : "any");
    if (item.role == Role::outbound) return fmt::format("{} {}", to_string(item.protocol), who);
    return item.peer ? *item.peer : counted(item.count, "peer", "peers");
  }
  return fmt::format("{} {}", to_string(item.protocol),
                     fmt::join(local_texts(item.protocol, item.addresses, item.port), " "));
}

}  // namespace netmon
