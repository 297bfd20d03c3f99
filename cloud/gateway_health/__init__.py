"""What gateways found about themselves: a disk that takes no more, the last self-test of each."""
