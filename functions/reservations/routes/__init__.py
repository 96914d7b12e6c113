"""reservations: routes, by topic."""
