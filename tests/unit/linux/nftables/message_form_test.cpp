#include "linux/nftables/message_form.h"

#include <doctest/doctest.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace netmon {
namespace {

std::string attribute(unsigned type, const std::string& value) {
  const nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()),
                    static_cast<std::uint16_t>(type)};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  bytes += value;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

std::string text(const std::string& value) { return value + '\0'; }

std::string message_of(std::uint16_t type, const std::string& attributes) {
  const std::string payload = std::string(sizeof(nfgenmsg), '\0') + attributes;
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + payload.size());
  header.nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8U | type);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + payload;
}

// A rule with one expression, as the kernel sends it.
std::string rule_with(const std::string& name, const std::string& data) {
  const std::string expression =
      attribute(NFTA_EXPR_NAME, text(name)) + attribute(NFTA_EXPR_DATA | NLA_F_NESTED, data);
  return message_of(NFT_MSG_NEWRULE,
                    attribute(NFTA_RULE_TABLE, text("t")) + attribute(NFTA_RULE_CHAIN, text("c")) +
                        attribute(NFTA_RULE_EXPRESSIONS | NLA_F_NESTED,
                                  attribute(NFTA_LIST_ELEM | NLA_F_NESTED, expression)));
}

// A set's element with one attribute, as the kernel sends it.
std::string element_with(unsigned type, const std::string& value) {
  return message_of(NFT_MSG_NEWSETELEM, attribute(NFTA_SET_ELEM_LIST_TABLE, text("t")) +
                                            attribute(NFTA_SET_ELEM_LIST_SET, text("s")) +
                                            attribute(NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED,
                                                      attribute(NFTA_LIST_ELEM | NLA_F_NESTED,
                                                                attribute(type, value))));
}

const nlmsghdr& message_in(const std::string& bytes) {
  return *reinterpret_cast<const nlmsghdr*>(bytes.data());
}

bool known(const std::string& bytes) { return has_known_form(message_in(bytes)); }

// Whether libnftnl returns from parsing each of the messages, tested in a separate process.
bool comes_back(const std::vector<std::string>& messages) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(9);
    for (const std::string& bytes : messages) {
      nftnl_rule* const rule = nftnl_rule_alloc();
      nftnl_rule_nlmsg_parse(&message_in(bytes), rule);
      nftnl_rule_free(rule);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

constexpr std::array kNames{
    "bitwise", "byteorder", "cmp",    "connlimit",    "counter", "ct",        "dup",    "dynset",
    "exthdr",  "fib",       "hash",   "flow_offload", "fwd",     "immediate", "last",   "limit",
    "log",     "lookup",    "masq",   "match",        "meta",    "nat",       "numgen", "objref",
    "osf",     "payload",   "queue",  "quota",        "range",   "redir",     "reject", "rt",
    "socket",  "synproxy",  "target", "tproxy",       "tunnel",  "xfrm",      "notrack"};

}  // namespace

TEST_CASE("a rule in the kernel's own form is known, and one of another size is not") {
  const std::string number(4, '\1');
  CHECK(known(rule_with("meta", attribute(NFTA_META_DREG, number))));
  CHECK_FALSE(known(rule_with("meta", attribute(NFTA_META_DREG, number + number))));
  CHECK_FALSE(known(rule_with("unheard", "")));
  std::string cut = rule_with("meta", attribute(NFTA_META_DREG, number));
  const std::uint32_t length = message_in(cut).nlmsg_len - 2;
  std::memcpy(cut.data(), &length, sizeof length);
  CHECK_FALSE(known(cut));
}

TEST_CASE("a rule may have attributes that are not known yet, and an element of a set may not") {
  const std::string number(4, '\1');
  CHECK(known(rule_with("meta", attribute(17, number))));
  CHECK(known(element_with(NFTA_SET_ELEM_FLAGS, number)));
  CHECK_FALSE(known(element_with(17, number)));
}

TEST_CASE("libnftnl comes back from every attribute whose form is known") {
  std::size_t refused = 0;
  for (const char* const name : kNames) {
    for (unsigned type = 1; type <= 11; ++type) {
      std::vector<std::string> messages;
      // Texts without a terminator, numbers of each size, and attributes with a wrong length.
      for (const char* const value : {"", "a", "ab", "abc", "abcd", "abcdefgh", "abcdefghi"}) {
        const std::string bytes = rule_with(name, attribute(type, value));
        if (known(bytes)) {
          messages.push_back(bytes);
        } else {
          ++refused;
        }
      }
      CAPTURE(name);
      CAPTURE(type);
      CHECK(comes_back(messages));
    }
  }
  CHECK(refused > 500);
}

}  // namespace netmon
