"""accounts: models, by topic."""
