"""The product as people use it, over HTTP: `make demo`, and the steps that tests and benchmarks share."""
