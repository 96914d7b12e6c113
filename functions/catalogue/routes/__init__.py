"""catalogue: routes, by topic."""
