# What a package holds. `cmake --install --strip` leaves the debug information behind.

foreach(program IN ITEMS odu odu-runner)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
endforeach()
