"""Documents by typst."""
