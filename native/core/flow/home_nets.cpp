#include "core/flow/home_nets.hpp"

namespace mld {

HomeNets::HomeNets(const std::vector<Network>& networks) {
  for (const Network& network : networks) {
    AddressBytes mask{};
    for (unsigned bit = 0; bit < network.bits; ++bit) {
      mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | (0x80u >> (bit % 8)));
    }
    Masked masked{words_of(network.address), words_of(mask), network.ip_version};
    for (unsigned i = 0; i < 2; ++i) masked.value.w[i] &= masked.mask.w[i];
    networks_.push_back(masked);
  }
}

bool HomeNets::contains(const AddressWords& address, std::uint32_t ip_version) const {
  for (const Masked& network : networks_) {
    if (network.ip_version == ip_version &&
        (address.w[0] & network.mask.w[0]) == network.value.w[0] &&
        (address.w[1] & network.mask.w[1]) == network.value.w[1]) {
      return true;
    }
  }
  return false;
}

bool is_group_address(const AddressWords& address, std::uint32_t ip_version) {
  const std::uint32_t first = static_cast<std::uint32_t>(address.w[0] & 0xff);
  if (ip_version == 6) return first == 0xff;
  return (first & 0xf0) == 0xe0 || (address.w[0] & 0xffffffffu) == 0xffffffffu;
}

}  // namespace mld
