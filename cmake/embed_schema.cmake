# netmon_embed_schema(TARGET DIRECTORY): turns schema/NNNN_*.sql into a translation unit. A new or
# edited file makes CMake configure again. The numbers must run from 0001 without a gap, because the
# N-th file leads to user_version N.
function(netmon_embed_schema target directory)
  file(GLOB migrations CONFIGURE_DEPENDS ${directory}/[0-9][0-9][0-9][0-9]_*.sql)
  list(SORT migrations)
  set(entries "")
  set(number 0)
  foreach(migration IN LISTS migrations)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${migration})
    get_filename_component(name ${migration} NAME)
    math(EXPR number "${number} + 1")
    if(NOT name MATCHES "^0*${number}_")
      message(FATAL_ERROR "schema/${name}: the migrations are not numbered one by one")
    endif()
    file(READ ${migration} sql)
    string(APPEND entries "    Migration{\"${name}\", R\"~SQL~(${sql})~SQL~\"},\n")
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"store/sqlite/migrations.h\"

#include <array>

namespace netmon {
namespace {
constexpr std::array kMigrations{
@entries@};
}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace netmon
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
