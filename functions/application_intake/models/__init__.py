"""application_intake: models, by topic."""
