"""One folder, one Lambda: `handler.py` (decorate, parse, one call, map), `models.py` (its requests and answers),
`pages/` (its HTML)."""
