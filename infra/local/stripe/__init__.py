"""A stateful stand-in for Stripe's test mode: wire format, hosted pay page, signed webhooks, and faults on demand.

Start it with `python -m infra.local.stripe`; `README.md` beside this file lists what it does and its controls.
"""
