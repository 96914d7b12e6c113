"""events/schemas: the JSON Schema of every event as it travels on the bus, generated from `shared/events`. `--check`
says whether they are current."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from shared.events.base import EventData
from shared.events.catalog import events
from shared.events.envelope import Envelope

FOLDER = Path(__file__).resolve().parents[2] / "events" / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(event: type[EventData]) -> dict[str, Any]:
    """The envelope with this event's type, subject and data."""
    envelope = Envelope.model_json_schema(mode="serialization")
    data = event.model_json_schema(mode="serialization")
    definitions = {**envelope.pop("$defs", {}), **data.pop("$defs", {})}
    # An event names only the fields that it sets, so no field of its data is required but those without a default.
    data["required"] = [name for name, field in event.model_fields.items() if field.is_required()]
    definitions["Data"] = data
    envelope["properties"] |= {
        "type": {"const": event.TYPE},
        "emailed": {"const": event.EMAILED},
        "data": {"$ref": "#/$defs/Data"},
    }
    definitions["Subject"]["properties"]["kind"] = {"const": event.SUBJECT}
    described = (event.__doc__ or "").strip() if event.__doc__ and event.__doc__ != EventData.__doc__ else event.TYPE
    return {
        **envelope,
        "$schema": DRAFT,
        "$id": f"{event.TYPE}.json",
        "title": event.TYPE,
        "description": described,
        "$defs": definitions,
    }


def texts() -> dict[str, str]:
    """File name -> content."""
    return {
        f"{name}.json": json.dumps(schema(event), indent=2, sort_keys=True) + "\n" for name, event in events().items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the event schemas, or check that they are current")
    parser.add_argument("--check", action="store_true")
    document_check = parser.parse_args().check
    wanted = texts()
    there = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    if there == wanted:
        return 0
    stale = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    if document_check:
        print(f"not current: {', '.join(stale)}. Run: python -m infra.build.schemas", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name])
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
