"""catalogue: models, by topic."""
