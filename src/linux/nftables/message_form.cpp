#include "linux/nftables/message_form.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "linux/reach/dump.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxDepth = 8;        // nesting of attributes
constexpr std::size_t kMaxValueBytes = 64;  // of a register's value; libnftnl stores as many

// A form has one character for each attribute, from number 1 on. A number is 'b', 'h', 'u' or 'q'
// for 1, 2, 4 or 8 bytes; 's' and 'z' are texts that end with NUL, 'v' is the value of a register,
// and '.' is anything. A capital letter names the form of nested attributes. A '!' at the end
// allows no other attributes: libnftnl 1.2.4 compares the numbers of a set element's attributes
// with NFTA_SET_MAX instead of NFTA_SET_ELEM_MAX, and writes past its table at one in between.
struct Form {
  char letter;
  std::string_view fields;
};
constexpr std::array kForms{
    Form{'A', "suuq..u"sv},             // NFTA_TABLE_…
    Form{'B', "sqsHuusC.uu."sv},        // NFTA_CHAIN_…
    Form{'C', "qq"sv},                  // NFTA_COUNTER_…
    Form{'D', "vV"sv},                  // NFTA_DATA_…
    Form{'F', "ssTuq.u"sv},             // NFTA_FLOWTABLE_…
    Form{'G', "uK"sv},                  // NFTA_SET_DESC_…
    Form{'H', "uusN"sv},                // NFTA_HOOK_…
    Form{'I', "DDuqq.E.sDL!"sv},        // NFTA_SET_ELEM_…
    Form{'J', "ssMu"sv},                // NFTA_SET_ELEM_LIST_…
    Form{'O', "u"sv},                   // NFTA_SET_FIELD_…
    Form{'P', "uu"sv},                  // NFTA_RULE_COMPAT_…
    Form{'R', "ssqLPq..uuu"sv},         // NFTA_RULE_…
    Form{'S', "ssuuuuuuGuqu..uqEL"sv},  // NFTA_SET_…
    Form{'T', "uuN"sv},                 // NFTA_FLOWTABLE_HOOK_…
    Form{'V', "usu"sv},                 // NFTA_VERDICT_…
};
// Lists: the letter of the list, and the form of each of its elements.
constexpr std::array kLists{std::pair('K', 'O'), std::pair('L', 'E'), std::pair('M', 'I'),
                            std::pair('N', 's')};

struct Expression {
  std::string_view name;
  std::string_view fields;
};
constexpr std::array kExpressions{
    Expression{"bitwise", "uuuDDuD"},
    Expression{"byteorder", "uuuuu"},
    Expression{"cmp", "uuD"},
    Expression{"connlimit", "uu"},
    Expression{"counter", "qq."},
    Expression{"ct", "uubu"},
    Expression{"dup", "uu"},
    Expression{"dynset", "suuuuqE.uL"},
    Expression{"exthdr", "ubuuuuu"},
    Expression{"fib", "uuu"},
    Expression{"flow_offload", "s"},
    Expression{"fwd", "uuu"},
    Expression{"hash", "uuuuuuu"},
    Expression{"immediate", "uD"},
    Expression{"last", "uq."},
    Expression{"limit", "qquuu."},
    Expression{"log", "hsuhuu"},
    Expression{"lookup", "suuuu"},
    Expression{"masq", "uuu"},
    Expression{"match", "zu."},
    Expression{"meta", "uuu"},
    Expression{"nat", "uuuuuuu"},
    Expression{"notrack", ""},
    Expression{"numgen", "uuuu"},
    Expression{"objref", "ususu"},
    Expression{"osf", "ubu"},
    Expression{"payload", "uuuuuuuu"},
    Expression{"queue", "hhhu"},
    Expression{"quota", "qu.q"},
    Expression{"range", "uuDD"},
    Expression{"redir", "uuu"},
    Expression{"reject", "ub"},
    Expression{"rt", "uu"},
    Expression{"socket", "uuu"},
    Expression{"synproxy", "hbu"},
    Expression{"target", "zu."},
    Expression{"tproxy", "uuu"},
    Expression{"tunnel", "uu"},
    Expression{"xfrm", "uubu"},
};

bool fits(char kind, Bytes value, std::size_t depth);

bool fields_fit(std::string_view fields, Bytes value, std::size_t depth) {
  const bool allows_others = !fields.ends_with('!');
  if (!allows_others) fields.remove_suffix(1);
  bool all = true;
  const bool whole = for_each_attribute(Reader(value), [&](std::uint16_t type, Bytes part) {
    // Attributes that are newer than this form are skipped, by libnftnl too.
    const bool known = type >= 1 && type <= fields.size();
    all = all && (known ? fits(fields[type - 1U], part, depth) : allows_others);
  });
  return whole && all;
}

bool list_fits(char kind, Bytes value, std::size_t depth) {
  bool all = true;
  const bool whole = for_each_attribute(Reader(value), [&](std::uint16_t type, Bytes part) {
    all = all && type == NFTA_LIST_ELEM && fits(kind, part, depth);
  });
  return whole && all;
}

bool expression_fits(Bytes value, std::size_t depth) {
  std::string name;
  Bytes data;
  const bool whole = for_each_attribute(Reader(value), [&](std::uint16_t type, Bytes part) {
    if (type == NFTA_EXPR_NAME && fits('z', part, depth)) name = text_in(part);
    if (type == NFTA_EXPR_DATA) data = part;
  });
  const auto* const known = std::ranges::find(kExpressions, name, &Expression::name);
  return whole && known != kExpressions.end() && fields_fit(known->fields, data, depth);
}

bool number_fits(char kind, std::size_t size) {
  return (kind == 'b' && size == 1) || (kind == 'h' && size == 2) || (kind == 'u' && size == 4) ||
         (kind == 'q' && size == 8);
}

bool fits(char kind, Bytes value, std::size_t depth) {
  if (depth == 0) return false;
  switch (kind) {
    case '.':
      return true;
    case 'b':
    case 'h':
    case 'u':
    case 'q':
      return number_fits(kind, value.size());
    case 's':
    case 'z':
      // libnftnl reads each text up to its NUL.
      return !value.empty() && value.back() == std::byte{0};
    case 'v':
      return value.size() <= kMaxValueBytes;
    case 'E':
      return expression_fits(value, depth - 1);
    default:
      break;
  }
  const auto* const list = std::ranges::find(kLists, kind, &std::pair<char, char>::first);
  if (list != kLists.end()) return list_fits(list->second, value, depth - 1);
  const auto* const form = std::ranges::find(kForms, kind, &Form::letter);
  return form != kForms.end() && fields_fit(form->fields, value, depth - 1);
}

char form_of(std::uint16_t type) {
  switch (type & 0xffU) {
    case NFT_MSG_NEWTABLE:
      return 'A';
    case NFT_MSG_NEWCHAIN:
      return 'B';
    case NFT_MSG_NEWFLOWTABLE:
      return 'F';
    case NFT_MSG_NEWSET:
      return 'S';
    case NFT_MSG_NEWSETELEM:
      return 'J';
    case NFT_MSG_NEWRULE:
      return 'R';
    default:
      return '?';
  }
}

}  // namespace

bool has_known_form(const nlmsghdr& message) {
  const Bytes payload = payload_of(message);
  if (payload.size() < sizeof(nfgenmsg)) return false;
  const Bytes attributes = payload.subspan(NLMSG_ALIGN(sizeof(nfgenmsg)));
  return fits(form_of(message.nlmsg_type), attributes, kMaxDepth);
}

}  // namespace netmon
