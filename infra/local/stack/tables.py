"""The tables as `infra/data.yaml` declares them, made in whatever DynamoDB a client reaches: nobody writes keys and
indexes twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

DATA = Path(__file__).parents[2] / "data.yaml"
LOGICAL = {"core": "CoreTable", "ledger": "LedgerTable", "inbox": "InboxTable"}


def create_tables(client: Any) -> None:
    """Makes `core`, `ledger` and `inbox`."""
    resources = yaml_parse(DATA.read_text())["Resources"]
    for name, logical in LOGICAL.items():
        declared = resources[logical]["Properties"]
        wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
        client.create_table(TableName=name, **{part: declared[part] for part in wanted if part in declared})
