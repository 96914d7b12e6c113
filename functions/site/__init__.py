"""Home, how it works, assets, API docs; and the answer for every address that no other room owns."""
