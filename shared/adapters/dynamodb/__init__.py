"""The three tables. `items.py` owns every key; `docs/data-model.md` lists each access pattern."""
