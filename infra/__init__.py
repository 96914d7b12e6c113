"""Templates, packaging, lint rules and the local stack: what surrounds the code that is deployed."""
