"""reservations: models, by topic."""
