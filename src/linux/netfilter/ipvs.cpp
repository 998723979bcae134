#include "linux/netfilter/ipvs.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "linux/procfs/files.h"
#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxTableBytes = 4 * kMebibyte;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

std::optional<std::uint32_t> hexadecimal_in(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, 16);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// "C0000201:0050", and "[2001:0db8:…]:0050".
std::optional<Endpoint> endpoint_in(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = hexadecimal_in(text.substr(colon + 1));
  std::string_view address = text.substr(0, colon);
  if (!port || *port > UINT16_MAX) return std::nullopt;
  Endpoint endpoint{.port = static_cast<std::uint16_t>(*port)};
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
    const auto ipv6 = parse_ip_address(address);
    if (!ipv6) return std::nullopt;
    endpoint.address = *ipv6;
    return endpoint;
  }
  const auto number = hexadecimal_in(address);
  if (address.size() != 8 || !number) return std::nullopt;
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes.at(i) = static_cast<std::uint8_t>(*number >> (24 - 8 * i));
  }
  endpoint.address = IpAddress::ipv4(bytes);
  return endpoint;
}

class Services {
 public:
  explicit Services(ReachRead& reach) : reach_(reach) {}

  // False where it is not understood.
  bool take(std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 2) return words.empty();
    if (words[0] == "->") return take_server(words[1]);
    service_.reset();
    mark_.clear();
    if (words[0] == "FWM") {
      mark_ = fmt::format("ipvs mark 0x{:x}", hexadecimal_in(words[1]).value_or(0));
      return true;
    }
    const auto endpoint = endpoint_in(words[1]);
    if (!endpoint) return false;
    const bool tcp = words[0] == "TCP";
    if (!tcp && words[0] != "UDP") {
      mark_ = fmt::format("ipvs {} {}", sanitize(words[0]), text_of(*endpoint));
      return true;
    }
    service_ = Forward{.protocol = tcp ? Protocol::tcp : Protocol::udp,
                       .address = endpoint->address,
                       .ports = {endpoint->port, endpoint->port}};
    // A persistent service of port 0 takes all.
    if (endpoint->port == 0) service_->ports = {0, 65535};
    return true;
  }

 private:
  static std::string text_of(const Endpoint& endpoint) {
    return endpoint_text(to_string(endpoint.address), fmt::to_string(endpoint.port));
  }

  bool take_server(std::string_view text) {
    const auto server = endpoint_in(text);
    if (!server) return false;
    if (!service_ && mark_.empty()) return false;
    if (!service_) {
      reach_.facts.push_back({0, ReachKind::rule, mark_, "to " + text_of(*server)});
      return true;
    }
    Forward forward = *service_;
    forward.target = text_of(*server);
    reach_.forwards.push_back(std::move(forward));
    return true;
  }

  ReachRead& reach_;
  std::optional<Forward> service_;
  std::string mark_;  // what stands for a service that is no forward of TCP or UDP
};

}  // namespace

// Three lines of a heading, then a line a service, and one a server below it.
void parse_ipvs(std::string_view text, ReachRead& reach) {
  Services services(reach);
  for (std::size_t number = 0; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (number < 3) continue;
    if (reach.forwards.size() < kMaxForwards && services.take(line)) continue;
    reach.failures.push_back({GapCode::filters_not_read, "ipvs: services that are not understood"});
    return;
  }
}

void read_ipvs(ReachRead& reach, int proc_net) {
  parse_ipvs(read_file(proc_net, "ip_vs", kMaxTableBytes).text, reach);
}

}  // namespace netmon
