# Each layer is a library with public headers in include/netmon/LAYER and private ones in src/LAYER. A
# file can include "netmon/LAYER/…" only where its target links that layer, and "LAYER/…" only within
# the layer and its tests: any other header is not found. For that purpose each layer's two folders are
# linked into trees of their own.
set(NETMON_HEADERS ${PROJECT_BINARY_DIR}/headers)

function(netmon_link_headers folder link)
  get_filename_component(parent ${link} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${folder} ${link} SYMBOLIC)
endfunction()

# netmon_layer(LAYER SOURCES...): defines the library netmon_LAYER. It can use only the layers that it
# links.
function(netmon_layer layer)
  netmon_link_headers(${PROJECT_SOURCE_DIR}/include/netmon/${layer}
                      ${NETMON_HEADERS}/offered/${layer}/netmon/${layer})
  netmon_link_headers(${PROJECT_SOURCE_DIR}/src/${layer} ${NETMON_HEADERS}/own/${layer}/${layer})
  add_library(netmon_${layer} STATIC ${ARGN})
  target_include_directories(netmon_${layer} PUBLIC ${NETMON_HEADERS}/offered/${layer})
  netmon_own_headers(netmon_${layer} ${layer})
  target_link_libraries(netmon_${layer} PUBLIC fmt::fmt PRIVATE netmon_warnings)
  netmon_unite_folders(netmon_${layer} ${ARGN})
endfunction()

# netmon_unite_folders(TARGET SOURCES...): makes a unity build compile the files of each folder as one.
# CMake's default, groups of eight files, would regroup all later files when a file is added.
function(netmon_unite_folders target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS ARGN)
    get_filename_component(folder ${source} DIRECTORY)
    string(MAKE_C_IDENTIFIER "${target}/${folder}" group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
endfunction()

# netmon_own_headers(TARGET LAYERS...): lets a target include the private headers of these layers.
function(netmon_own_headers target)
  foreach(layer IN LISTS ARGN)
    target_include_directories(${target} PRIVATE ${NETMON_HEADERS}/own/${layer})
  endforeach()
endfunction()
