// The items of a picture in words, and their classes in the page's style. Nothing here is escaped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "netmon/core/review/picture.h"

namespace netmon {

std::string_view class_of(Mark mark);

// " bad", " good", or "" for items that need no decision.
std::string_view class_of(const std::optional<Status>& status);

// "new, NOT APPROVED", "gone", "unchanged". The status of a notice is left out.
std::string mark_text(const PictureItem& item);

// The name of the item's process.
std::string name_of(const PictureItem& item);

// "tcp 0.0.0.0:22 [::]:22", "198.51.100.7", "12 peers", "tcp 192.0.2.1:443".
std::string picture_endpoint(const PictureItem& item);

}  // namespace netmon
