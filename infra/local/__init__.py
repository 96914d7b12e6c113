"""The same template on a laptop: MiniStack for AWS, a gateway, a Stripe simulator, a mailbox and a clock that can be
moved."""
