#include "linux/netfilter/ipvs.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "linux/procfs/files.h"
#include "linux/procfs/scan.h"
#include "netmon/core/values/endpoint_text.h"
#include "netmon/core/values/ip_address.h"
#include "netmon/core/values/text.h"

namespace netmon {
namespace {

constexpr std::size_t kMaxTableBytes = 4 * kMebibyte;
constexpr int kHexadecimal = 16;

// Reads an endpoint such as "C0000201:0050" or "[2001:0db8:…]:0050".
std::optional<Endpoint> endpoint_in(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), kHexadecimal);
  std::string_view address = text.substr(0, colon);
  if (!port) return std::nullopt;
  Endpoint endpoint{.port = *port};
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
    const auto ipv6 = parse_ip_address(address);
    if (!ipv6) return std::nullopt;
    endpoint.address = *ipv6;
    return endpoint;
  }
  const auto number = parse_number<std::uint32_t>(address, kHexadecimal);
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

  // Takes one line. Returns false where it cannot be parsed.
  bool take(std::string_view line) {
    const std::string_view kind = take_word(line);
    const std::string_view what = take_word(line);
    if (what.empty()) return kind.empty();
    if (kind == "->") return take_server(what);
    service_.reset();
    mark_.clear();
    if (kind == "FWM") {
      const auto mark = parse_number<std::uint32_t>(what, kHexadecimal);
      mark_ = fmt::format("ipvs mark 0x{:x}", mark.value_or(0));
      return true;
    }
    const auto endpoint = endpoint_in(what);
    if (!endpoint) return false;
    const bool tcp = kind == "TCP";
    if (!tcp && kind != "UDP") {
      mark_ = fmt::format("ipvs {} {}", sanitize(kind), text_of(*endpoint));
      return true;
    }
    service_ = Forward{.protocol = tcp ? Protocol::tcp : Protocol::udp,
                       .address = endpoint->address,
                       .ports = {endpoint->port, endpoint->port}};
    // A persistent service with port 0 takes all ports.
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
  std::string mark_;  // the name of a service that is no forward of TCP or UDP; else ""
};

}  // namespace

// The table has three lines of headings, then one line for each service, followed by one for each
// of its servers.
void parse_ipvs(std::string_view text, ReachRead& reach) {
  Services services(reach);
  for (std::size_t number = 0; !text.empty(); ++number) {
    const std::string_view line = take_until(text, '\n');
    if (number < 3) continue;
    if (reach.forwards.size() < kMaxForwards && services.take(line)) continue;
    reach.failures.push_back(
        {GapCode::filters_not_read, "ipvs: a service could not be parsed, or there are too many"});
    return;
  }
}

void read_ipvs(ReachRead& reach, int proc_net) {
  parse_ipvs(read_file(proc_net, "ip_vs", kMaxTableBytes).text, reach);
}

}  // namespace netmon
