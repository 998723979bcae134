#include "netmon/core/values/secrets.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/model/arguments.h"
#include "netmon/core/values/enumerator.h"

namespace netmon {
namespace {

using namespace std::string_view_literals;

constexpr auto kMask = "***"sv;
constexpr char kGap = Arguments::kGap;

// The ends of the names of options, variables, headers and JSON members whose value is a secret.
// Case, '-' and '_' are ignored.
constexpr std::array kSecretNames{"password"sv,   "passwd"sv,     "passphrase"sv,  "secret"sv,
                                  "secretid"sv,   "token"sv,      "apikey"sv,      "accesskey"sv,
                                  "privatekey"sv, "secretkey"sv,  "storepass"sv,   "keypass"sv,
                                  "bearer"sv,     "credential"sv, "credentials"sv, "proxyauth"sv};

// Programs with a short option that takes a secret.
enum class Program : std::uint8_t {
  other,
  curl,
  mysql,        // -pSECRET, attached: -p alone makes it prompt
  sshpass,      // -p, ssh's password
  shadowsocks,  // -k
  mosquitto,    // -P
  ldap,         // -w
  registry,     // docker, podman and their like, whose -p is a port
  login,        // "docker login", whose -p is a password
};
constexpr std::array<std::pair<std::string_view, Program>, 29> kPrograms{
    {{"mysql", Program::mysql},
     {"mariadb", Program::mysql},
     {"mysqldump", Program::mysql},
     {"mariadb-dump", Program::mysql},
     {"mysqladmin", Program::mysql},
     {"mysqlimport", Program::mysql},
     {"sshpass", Program::sshpass},
     {"curl", Program::curl},
     {"ss-server", Program::shadowsocks},
     {"ss-local", Program::shadowsocks},
     {"ss-redir", Program::shadowsocks},
     {"ss-tunnel", Program::shadowsocks},
     {"ssserver", Program::shadowsocks},
     {"sslocal", Program::shadowsocks},
     {"mosquitto_sub", Program::mosquitto},
     {"mosquitto_pub", Program::mosquitto},
     {"mosquitto_rr", Program::mosquitto},
     {"ldapsearch", Program::ldap},
     {"ldapadd", Program::ldap},
     {"ldapmodify", Program::ldap},
     {"ldapdelete", Program::ldap},
     {"ldapwhoami", Program::ldap},
     {"ldappasswd", Program::ldap},
     {"docker", Program::registry},
     {"podman", Program::registry},
     {"buildah", Program::registry},
     {"skopeo", Program::registry},
     {"nerdctl", Program::registry},
     {"helm", Program::registry}}};

constexpr std::string_view secret_option(Program program) {
  switch (program) {
    case Program::mysql:
    case Program::sshpass:
    case Program::login:
      return "-p";
    case Program::shadowsocks:
      return "-k";
    case Program::mosquitto:
      return "-P";
    case Program::ldap:
      return "-w";
    case Program::other:
    case Program::curl:
    case Program::registry:
      return {};
  }
  no_such_enumerator();
}
constexpr std::array kCurlUsers{"--proxy-user"sv, "--user"sv, "-u"sv, "-U"sv};

// Tokens that are recognised by their form: how they begin, and the least length that follows.
struct Shape {
  std::string_view start;
  std::size_t length;
};
constexpr std::array<Shape, 13> kShapes{{{"AKIA", 16},
                                         {"ASIA", 16},
                                         {"ghp_", 20},
                                         {"gho_", 20},
                                         {"ghu_", 20},
                                         {"ghs_", 20},
                                         {"ghr_", 20},
                                         {"github_pat_", 20},
                                         {"glpat-", 16},
                                         {"xoxa-", 10},
                                         {"xoxb-", 10},
                                         {"xoxp-", 10},
                                         {"sk-", 16}}};

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_word_char(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_name_char(char c) { return is_word_char(c) || c == '.'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_control(char c) { return c == ';' || c == '&' || c == '|'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letter(char a, char b) { return lower(a) == lower(b); }

bool ends_in(std::string_view name, std::string_view word) {
  for (; !word.empty(); word.remove_suffix(1), name.remove_suffix(1)) {
    while (!name.empty() && (name.back() == '-' || name.back() == '_')) name.remove_suffix(1);
    if (name.empty() || lower(name.back()) != word.back()) return false;
  }
  return true;
}

// "pass", "sig" and "pwd" end many harmless words, so they must be whole words; and "pwd" alone is
// a folder.
bool ends_in_short_word(std::string_view name) {
  const std::size_t start = name.find_last_of("-_.") + 1;  // npos + 1 is 0
  const auto is = [word = name.substr(start)](std::string_view wanted) {
    return std::ranges::equal(word, wanted, same_letter);
  };
  return is("pass") || is("sig") || (is("pwd") && start > 1 && is_alphanumeric(name[start - 2]));
}

bool names_a_secret(std::string_view name) {
  return ends_in_short_word(name) ||
         std::ranges::any_of(kSecretNames, [&](auto word) { return ends_in(name, word); });
}

// One pass from the left over all arguments. An argument may contain a command line, a header or
// JSON ("nested"): then quotes and blanks end a value in it; otherwise only the end of the argument
// does.
class Search {
 public:
  explicit Search(const Arguments& arguments) : text_(arguments.text()) {}

  std::vector<TextRange> run() {
    while (at_ < text_.size()) step();
    return std::move(found_);
  }

 private:
  void step() {
    const std::size_t start = at_;
    if (starts_item(start)) {
      note_program();
      if (find_programs_option()) return;
    }
    const bool starts_name = is_name_char(text_[start]) && !is_name_char(before(start));
    if (find_shape(start)) return;
    if (starts_name && find_named(start)) return;
    if (text_.substr(start).starts_with("://") && find_login(start + 3)) return;
    pass_over(text_[start]);
  }

  void pass_over(char c) {
    ++at_;
    if (c == kGap) {
      argument_ = at_;
      nested_ = false;
    } else if (is_space(c) || is_quote(c)) {
      nested_ = true;
    }
    if (is_control(c) && nested_) program_ = Program::other;
  }

  [[nodiscard]] char before(std::size_t at) const { return at == 0 ? kGap : text_[at - 1]; }
  [[nodiscard]] char at(std::size_t at) const { return at < text_.size() ? text_[at] : kGap; }

  [[nodiscard]] bool ends_item(char c) const {
    return c == kGap || (nested_ && (is_space(c) || is_quote(c) || is_control(c)));
  }
  [[nodiscard]] bool starts_item(std::size_t at) const {
    return ends_item(before(at)) && !ends_item(text_[at]);
  }

  // The first position from `from` on where `stops` holds, or the end of the argument.
  template <typename Stops>
  [[nodiscard]] std::size_t find(std::size_t from, Stops stops) const {
    while (from < text_.size() && text_[from] != kGap && !stops(text_[from])) ++from;
    return from;
  }
  [[nodiscard]] std::size_t end_of_argument(std::size_t from) const {
    return find(from, [](char) { return false; });
  }
  [[nodiscard]] std::size_t end_of_item(std::size_t from) const {
    return find(from, [&](char c) { return ends_item(c); });
  }
  [[nodiscard]] std::size_t end_of_word(std::size_t from) const {
    return find(from, [](char c) { return !is_word_char(c); });
  }
  [[nodiscard]] std::size_t skip_blanks(std::size_t from) const {
    return find(from, [](char c) { return !is_space(c); });
  }
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }

  // Replaced text is read as its mask: it opens no quote and starts no argument.
  bool take(std::size_t begin, std::size_t end) {
    if (begin < end && between(begin, end) != kMask) found_.push_back({begin, end});
    while (at_ < begin) pass_over(text_[at_]);
    at_ = std::max(at_, end);
    return true;
  }

  // Takes a value that begins here, possibly in quotes of its own, up to its end.
  bool take_value(std::size_t begin, bool in_query) {
    if (!nested_) {
      return take(begin, find(begin, [&](char c) { return in_query && (c == '&' || c == '#'); }));
    }
    if (at(begin) == '\\') ++begin;
    if (!is_quote(at(begin))) return take(begin, end_of_item(begin));
    const char quote = text_[begin++];
    const std::size_t end = find(begin, [&](char c) { return c == quote; });
    take(begin, end);
    // To a shell, "abc"def is one word.
    const bool goes_on = at(end) == quote && is_alphanumeric(at(end + 1));
    return !goes_on || take(end + 1, end_of_item(end + 1));
  }

  void note_program() {
    const auto ends = [](char c) { return is_space(c) || is_quote(c) || is_control(c); };
    const std::string_view item = between(at_, find(at_, ends));
    const std::string_view name = item.substr(item.find_last_of('/') + 1);  // npos + 1 is 0
    for (const auto& [known, program] : kPrograms) {
      if (name == known) program_ = program;
    }
    if (program_ == Program::registry && item == "login") program_ = Program::login;
  }

  bool find_programs_option() {
    if (program_ == Program::other || text_[at_] != '-') return false;
    const std::size_t end = end_of_item(at_);
    const std::string_view item = between(at_, end);
    if (program_ == Program::curl) return find_curl_user(item, end);
    const std::string_view option = secret_option(program_);
    if (option.empty() || !item.starts_with(option)) return false;
    const bool apart = item.size() == option.size();
    if (apart && program_ == Program::mysql && !is_quote(at(end))) return false;  // it prompts
    const Program program = std::exchange(program_, Program::other);
    const std::size_t value = apart && program != Program::mysql ? next_item(end) : at_ + 2;
    return take_value(value, false);
  }

  // "-u user:password", "-uuser:password", "--user=user:password".
  bool find_curl_user(std::string_view item, std::size_t end) {
    for (const std::string_view option : kCurlUsers) {
      if (!item.starts_with(option)) continue;
      std::size_t value = at_ + option.size();
      if (value == end) {
        value = next_item(end);
      } else if (text_[value] == '=') {
        ++value;
      } else if (option.starts_with("--")) {
        return false;
      }
      if (nested_ && is_quote(at(value))) ++value;
      const std::size_t last = nested_ ? end_of_item(value) : end_of_argument(value);
      const std::size_t colon = find(value, [](char c) { return c == ':'; });
      return colon < last && take(colon + 1, last);
    }
    return false;
  }

  // The value after an option that stands alone: in this argument, or in the next one.
  [[nodiscard]] std::size_t next_item(std::size_t end) const {
    return at(end) == kGap ? std::min(end + 1, text_.size()) : skip_blanks(end);
  }

  bool find_shape(std::size_t start) {
    if (is_alphanumeric(before(start)) || before(start) == '_') return false;
    const std::string_view rest = text_.substr(start);
    if (rest.starts_with("-----BEGIN ")) return find_private_key(start);
    if (rest.starts_with("eyJ") && before(start) != '-') return find_json_web_token(start);
    for (const Shape& shape : kShapes) {
      if (!rest.starts_with(shape.start)) continue;
      const std::size_t end = end_of_word(start);
      return end - start >= shape.start.size() + shape.length && take(start, end);
    }
    return false;
  }

  // RFC 7519: three parts, the first of which begins with an encoded "{\"".
  bool find_json_web_token(std::size_t start) {
    constexpr std::size_t kMinHeader = 10;
    const std::size_t header = end_of_word(start);
    if (header - start < kMinHeader || at(header) != '.') return false;
    const std::size_t payload = end_of_word(header + 1);
    return payload > header + 1 && at(payload) == '.' && take(start, end_of_word(payload + 1));
  }

  // PEM, RFC 7468. A key without an end extends to the end of the text.
  bool find_private_key(std::size_t start) {
    constexpr std::size_t kMaxLabel = 64;
    constexpr auto kEnd = "-----END "sv;
    if (text_.substr(start, kMaxLabel).find("PRIVATE KEY") == std::string_view::npos) {
      return false;
    }
    const std::size_t end = text_.find(kEnd, start);
    const std::size_t dashes =
        end == std::string_view::npos ? end : text_.find("-----", end + kEnd.size());
    return take(start, dashes == std::string_view::npos ? text_.size() : dashes + 5);
  }

  // "--password=x", "--password x", "PGPASSWORD=x", "X-Api-Key: x", "\"token\": \"x\"".
  bool find_named(std::size_t start) {
    const std::size_t end = find(start, [](char c) { return !is_name_char(c); });
    const std::string_view name = between(start, end);
    const bool is_login = ends_in(name, "authorization");
    const bool is_user = text_.substr(0, start).ends_with("//");  // handled by find_login()
    if (is_user || (!is_login && !names_a_secret(name))) return false;
    const std::size_t sign = find_sign(end);
    if (sign == end_of_text()) return name.front() == '-' && !is_login && find_apart(start, end);
    const std::size_t value = skip_blanks(sign + 1);
    if (is_login) return find_credentials(value);
    if (nested_ && is_quote(before(start)) && !is_quote(at(end)) && !is_quote(at(value))) {
      return take(value, find(value, [quote = before(start)](char c) { return c == quote; }));
    }
    return take_value(value, before(start) == '?' || before(start) == '&');
  }

  // The '=' or ':' after a name, which may be in quotes.
  [[nodiscard]] std::size_t find_sign(std::size_t end) const {
    std::size_t sign = end + (at(end) == '\\' ? 1U : 0U);
    if (is_quote(at(sign))) ++sign;
    sign = skip_blanks(sign);
    const bool is_sign = at(sign) == '=' || (at(sign) == ':' && at(sign + 1) != '/');
    return is_sign ? sign : end_of_text();
  }

  [[nodiscard]] std::size_t end_of_text() const { return text_.size(); }

  // The value after "--password". Text that begins with "--" is the next option: then this one
  // prompts for its value.
  bool find_apart(std::size_t start, std::size_t end) {
    const bool alone = start == argument_ && at(end) == kGap;
    if (!alone && !(nested_ && is_space(at(end)))) return false;
    const std::size_t value = next_item(end);
    if (text_.substr(value).starts_with("--")) return false;
    if (!alone) return take_value(value, false);
    return take(value, end_of_argument(value));
  }

  // After "Authorization:": "Bearer x", "Basic x", or only the credentials.
  bool find_credentials(std::size_t value) {
    const std::size_t scheme = end_of_word(value);
    const std::size_t blanks = skip_blanks(scheme);
    if (blanks > scheme) value = blanks;
    return take(value, find(value, [&](char c) { return c == '\n' || (nested_ && is_quote(c)); }));
  }

  // The password in the "user:password@" of a URL whose authority begins here. A URL with an
  // unescaped '/' in the password is invalid but accepted by some programs, so only digits after
  // the colon are taken for a port.
  bool find_login(std::size_t begin) {
    constexpr std::size_t kMaxLogin = 512;  // bounds the search when there are many URLs
    std::string_view rest = text_.substr(begin, kMaxLogin);
    const auto ends = [](char c) { return c == kGap || is_space(c) || is_quote(c); };
    rest =
        rest.substr(0, static_cast<std::size_t>(std::ranges::find_if(rest, ends) - rest.begin()));
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::size_t colon = authority.find(':');
    if (colon == std::string_view::npos) return false;
    const bool is_port =
        authority.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    const std::size_t sign = (is_port ? authority : rest).rfind('@');
    if (sign == std::string_view::npos || sign < colon) return false;
    while (at_ < begin + colon) {
      if (!find_shape(at_)) pass_over(text_[at_]);
    }
    return take(begin + colon + 1, begin + sign);
  }

  std::string_view text_;
  std::vector<TextRange> found_;
  std::size_t at_ = 0;
  std::size_t argument_ = 0;  // where the current argument begins
  bool nested_ = false;       // it holds a blank or a quote before `at_`
  Program program_ = Program::other;
};

}  // namespace

std::string mask_secrets(std::string_view command_line) {
  std::string text(command_line);
  while (true) {
    const Arguments arguments(text);
    const auto found = Search(arguments).run();
    if (found.empty()) return text;
    // What a secret concealed from the search, above all a quote in it, may be visible now.
    text = arguments.replaced(found, kMask);
  }
}

}  // namespace netmon
