// Asio's own code, compiled once: every other unit sees declarations only.
#include <boost/asio/impl/src.hpp>
