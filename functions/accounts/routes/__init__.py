"""accounts: routes, by topic."""
