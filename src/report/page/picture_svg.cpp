#include "report/page/picture_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "netmon/core/values/enumerator.h"
#include "netmon/core/values/text.h"
#include "netmon/report/text_fit.h"
#include "report/text/markup.h"
#include "report/words/picture_text.h"

namespace netmon {
namespace {

// All in user units of the SVG. kLetter is the greatest width of a letter of the page's monospaced
// font at the size used here.
constexpr int kWidth = 980;
constexpr int kTop = 34;
constexpr int kGap = 6;
constexpr int kPlainHeight = 24;
constexpr int kMarkedHeight = 40;
constexpr int kSignWidth = 26;
constexpr double kLetter = 7.4;

struct Lane {
  int x = 0;
  int width = 0;
};
constexpr Lane kInbound{4, 224};
constexpr Lane kListener{268, 276};
constexpr Lane kHost{582, 56};
constexpr Lane kOutbound{676, 300};

struct Node {
  const PictureItem* item = nullptr;
  Lane lane;
  int y = 0;
  int height = 0;
};

bool is_marked(const PictureItem& item) { return item.mark != Mark::unchanged; }

int height_of(const PictureItem& item) { return is_marked(item) ? kMarkedHeight : kPlainHeight; }

std::size_t columns_of(const Lane& lane) {
  return static_cast<std::size_t>((lane.width - kSignWidth - 6) / kLetter);
}

std::string text_line(const Lane& lane, int y, std::string_view text, std::string_view css) {
  const std::string cut = cut_to(escape_controls(text), columns_of(lane), Cut::middle);
  return fmt::format(R"(<text x="{}" y="{}"{}>{}</text>)", lane.x + kSignWidth, y, css,
                     html_text(cut));
}

// A circle with a plus, a square with a minus, a diamond with a tilde, a ring with a question mark.
std::string sign_of(const Node& node) {
  const int x = node.lane.x + 13;
  const int y = node.y + node.height / 2;
  const auto letter = [&](std::string_view sign) {
    return fmt::format(R"(<text class="sign" x="{}" y="{}">{}</text>)", x, y + 4, sign);
  };
  switch (node.item->mark) {
    case Mark::unchanged:
      return "";
    case Mark::added:
      return fmt::format(R"(<circle class="badge" cx="{}" cy="{}" r="8"/>)", x, y) + letter("+");
    case Mark::removed:
      return fmt::format(R"(<rect class="badge" x="{}" y="{}" width="16" height="16"/>)", x - 8,
                         y - 8) +
             letter("−");
    case Mark::changed:
      return fmt::format(R"(<path class="badge" d="M{} {}l10 10l-10 10l-10 -10z"/>)", x, y - 10) +
             letter("~");
    case Mark::unknown:
      return fmt::format(R"(<circle class="ring" cx="{}" cy="{}" r="8"/>)", x, y) + letter("?");
  }
  no_such_enumerator();
}

std::string_view role_text(Role role) {
  switch (role) {
    case Role::inbound:
      return "connects in:";
    case Role::outbound:
      return "is connected to:";
    case Role::raw:
      return "raw socket:";
    case Role::listener:
    case Role::client:
      return "listens:";
    case Role::forward:
      return "is forwarded:";
    case Role::network:
      return "";
  }
  no_such_enumerator();
}

std::string node_svg(const Node& node) {
  const PictureItem& item = *node.item;
  const std::string endpoint = picture_endpoint(item);
  // The listener next to an inbound peer shows the process.
  const std::string process = item.role == Role::inbound ? "" : name_of(item);
  const std::string all = process.empty() ? endpoint : endpoint + " " + process;
  std::string out =
      fmt::format(R"(<g class="node {}{}"><title>{}: {}</title>)", class_of(item.mark),
                  class_of(item.status), html_text(all), html_text(mark_text(item)));
  out += fmt::format(R"(<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="4"/>)",
                     node.lane.x, node.y, node.lane.width, node.height);
  out += sign_of(node);
  if (is_marked(item)) {
    const std::string second =
        process.empty() ? mark_text(item) : fmt::format("{}: {}", process, mark_text(item));
    out += text_line(node.lane, node.y + 16, endpoint, R"( class="strong")");
    out += text_line(node.lane, node.y + 32, second, "");
  } else {
    out += text_line(node.lane, node.y + 16, all, "");
  }
  return out + "</g>\n";
}

std::string edge_svg(const PictureItem& item, int x1, int y1, int x2, int y2) {
  const int middle = (x1 + x2) / 2;
  return fmt::format(R"(<path class="edge {}{}" d="M{} {}C{} {} {} {} {} {}"/>)",
                     class_of(item.mark), class_of(item.status), x1, y1, middle, y1, middle, y2, x2,
                     y2) +
         "\n";
}

int center(const Node& node) { return node.y + node.height / 2; }

// Items that need a decision come first, then other marked ones.
int rank_of(const PictureItem& item) {
  if (!class_of(item.status).empty() && item.status != Status::approved) return 0;
  return is_marked(item) ? 1 : 2;
}

// The content of the picture as text, for readers who do not see it.
std::string words_html(const std::vector<const PictureItem*>& items) {
  std::string out = fmt::format("<details><summary>The same in words ({})</summary>\n<ul>\n",
                                counted(items.size(), "item", "items"));
  for (const PictureItem* item : items) {
    out += fmt::format(
        "<li>{} <code>{}</code>{}: {}</li>\n", role_text(item->role),
        html_text(picture_endpoint(*item)),
        name_of(*item).empty() ? "" : ", <code>" + html_text(name_of(*item)) + "</code>",
        html_text(mark_text(*item)));
  }
  return out + "</ul></details>\n";
}

// The picture of one scope.
class Panel {
 public:
  explicit Panel(const std::vector<const PictureItem*>& items);
  [[nodiscard]] std::string svg(const std::string& title) const;

 private:
  // A listener with the peers that connect to it.
  struct Block {
    const PictureItem* listener = nullptr;  // null for peers without a listener in the picture
    std::vector<const PictureItem*> peers;
  };
  static std::vector<Block> blocks_of(const std::vector<const PictureItem*>& items);
  void lay_out_block(const Block& block);
  int stack(const PictureItem& item, const Lane& lane, int y);

  std::vector<Node> nodes_;
  std::string edges_;
  int bottom_ = kTop;
};

std::vector<Panel::Block> Panel::blocks_of(const std::vector<const PictureItem*>& items) {
  std::vector<Block> blocks;
  for (const PictureItem* item : items) {
    if (item->role == Role::listener || item->role == Role::raw || item->role == Role::forward) {
      blocks.push_back({item, {}});
    }
  }
  for (const PictureItem* item : items) {
    if (item->role != Role::inbound) continue;
    const auto serves = [&](const Block& block) {
      return block.listener != nullptr && block.listener->role == Role::listener &&
             block.listener->protocol == item->protocol && block.listener->port == item->port;
    };
    auto found = std::ranges::find_if(blocks, [&](const Block& block) {
      return serves(block) && block.listener->process == item->process;
    });
    if (found == blocks.end()) found = std::ranges::find_if(blocks, serves);
    if (found == blocks.end()) found = blocks.insert(blocks.end(), Block{});
    found->peers.push_back(item);
  }
  return blocks;
}

// Adds a node at `y` and returns the y below it.
int Panel::stack(const PictureItem& item, const Lane& lane, int y) {
  nodes_.push_back({&item, lane, y, height_of(item)});
  return y + nodes_.back().height + kGap;
}

void Panel::lay_out_block(const Block& block) {
  const int top = bottom_;
  int target_x = kHost.x;
  int target_y = top + kPlainHeight / 2;
  if (block.listener != nullptr) {
    bottom_ = stack(*block.listener, kListener, top);
    target_x = kListener.x;
    target_y = center(nodes_.back());
    edges_ += edge_svg(*block.listener, kListener.x + kListener.width, target_y, kHost.x, target_y);
  }
  int y = top;
  for (const PictureItem* peer : block.peers) {
    y = stack(*peer, kInbound, y);
    edges_ +=
        edge_svg(*peer, kInbound.x + kInbound.width, center(nodes_.back()), target_x, target_y);
  }
  bottom_ = std::max(bottom_, y);
}

Panel::Panel(const std::vector<const PictureItem*>& items) {
  for (const Block& block : blocks_of(items)) lay_out_block(block);
  int y = kTop;
  for (const PictureItem* item : items) {
    if (item->role != Role::outbound) continue;
    y = stack(*item, kOutbound, y);
    edges_ += edge_svg(*item, kHost.x + kHost.width, center(nodes_.back()), kOutbound.x,
                       center(nodes_.back()));
  }
  bottom_ = std::max(bottom_, y);
}

std::string Panel::svg(const std::string& title) const {
  std::string out = fmt::format(
      R"(<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="What listens on {2}, who connects to it, and whom it connects to. The same follows in words.">)",
      kWidth, bottom_ + 4, html_text(title));
  const auto head = [&](const Lane& lane, std::string_view text) {
    out += fmt::format(R"(<text class="head" x="{}" y="20">{}</text>)", lane.x + lane.width / 2,
                       html_text(text));
  };
  head(kInbound, "who connects in →");
  head(kListener, "what listens");
  head(kHost, cut_to(escape_controls(title), 16, Cut::middle));
  head(kOutbound, "→ whom it connects to");
  out += "\n" + edges_;
  out += fmt::format(R"(<rect class="host" x="{}" y="{}" width="{}" height="{}" rx="6"/>)", kHost.x,
                     kTop - 4, kHost.width, bottom_ - kTop + 4);
  out += "\n";
  for (const Node& node : nodes_) out += node_svg(node);
  return out + "</svg>\n";
}

}  // namespace

std::string picture_svg(const Picture& picture, const std::string& host) {
  std::map<Scope, std::vector<const PictureItem*>> by_scope;
  for (const PictureItem& item : picture.items) by_scope[item.scope].push_back(&item);
  std::string out;
  for (auto& [scope, items] : by_scope) {
    std::ranges::stable_sort(items, {}, [](const PictureItem* item) { return rank_of(*item); });
    const std::string title = scope.kind == ScopeKind::host ? host : to_string(scope);
    out += fmt::format(
        "<figure><figcaption>{}</figcaption><div class=\"scroll\" tabindex=\"0\" "
        "role=\"region\" aria-label=\"picture of {}\">{}</div>{}</figure>\n",
        scope.kind == ScopeKind::host ? "On the host" : html_text("In " + title), html_text(title),
        Panel(items).svg(title), words_html(items));
  }
  return out;
}

}  // namespace netmon
