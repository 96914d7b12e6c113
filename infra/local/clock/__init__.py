"""Business time on the local stack, and moving it (`make clock`)."""
