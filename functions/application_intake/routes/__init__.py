"""application_intake: routes, by topic."""
