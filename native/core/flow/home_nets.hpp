// Which addresses are at home, and which are nobody's.
#pragma once
#include <vector>

#include "core/flow/hash.hpp"
#include "core/flow/options.hpp"

namespace mld {

/// The networks of `homeNets`, as masks.
class HomeNets {
 public:
  explicit HomeNets(const std::vector<Network>& networks);
  bool contains(const AddressWords& address, std::uint32_t ip_version) const;

 private:
  struct Masked {
    AddressWords value;
    AddressWords mask;
    std::uint32_t ip_version;
  };
  std::vector<Masked> networks_;
};

/// Multicast (224.0.0.0/4, ff00::/8) or limited broadcast (255.255.255.255).
bool is_group_address(const AddressWords& address, std::uint32_t ip_version);

}  // namespace mld
