"""What a Lambda needs around its one call: settings, wiring, HTTP, pages, workers, logs."""
