"""The records of which a policy is composed, one for each area."""
