"""What every function imports: domain rules, services over ports, adapters, events, runtime. Never imports
`functions`."""
