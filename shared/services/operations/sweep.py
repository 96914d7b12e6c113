"""The minute's sweep: what fell due is ended, each by its context's own rule (`due_rules.py`). Late, double and stale
runs are harmless: every rule looks at the state again, and the due row goes away only in the transaction that acts on
it, or when its state does not keep it.

One item that fails does not stop the others, and needs no retry of its own: its row is still there in the next minute.
However many rows of one kind are due, each kind has its turn within a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from shared.domain.core.due_readers import SWEEP
from shared.domain.core.errors import PaymentUnavailable
from shared.ports import BusinessClock, DueItem, Store
from shared.services.contexts import due_rules
from shared.services.core.due_rule import NOTHING, DueRule
from shared.services.core.transitions import RequestContext, find

FORGOTTEN = "nobody waits for it"
TURN = 50
"""So many items of a kind are served before the next kind has its turn."""


@dataclass
class Swept:
    """`done` counts outcomes by "kind: outcome"; `failures` are items left for the next run, with what stopped them."""

    done: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[DueItem, Exception]] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """`make` gives a rule its service (`Wiring.make`)."""

    store: Store
    clock: BusinessClock
    make: Callable[[type[Any]], Any]

    def run(self, call: RequestContext, time_left: Callable[[], bool] = lambda: True, reader: str = SWEEP) -> Swept:
        """Goes through what is due now for one reader, in turns of the kinds, oldest first. `time_left` says whether
        another item may be begun; the rest is counted as `left`.

        Raises `Busy` when the due rows themselves cannot be read: then nothing was looked at, and the message should
        come again.
        """
        swept, silent, made = Swept(), False, dict[type[Any], Any]()
        due = self.store.due(reader, until=self.clock.now())
        rules = due_rules() if due else {}
        swept.failures += [(item, LookupError(item.due.kind)) for item in due if item.due.kind not in rules]
        for rule, item in _in_turns(due, rules):
            if not time_left() or (silent and rule.asks_partner):
                swept.left += 1
                continue
            try:
                swept.done[f"{rule.kind}: {self._serve(rule, item, made, call)}"] += 1
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one item, the others are due as well
                swept.failures.append((item, error))
                # Each further question to a partner that does not answer would cost the run its time.
                silent = silent or isinstance(error, PaymentUnavailable)
        return swept

    def _serve(self, rule: DueRule, item: DueItem, made: dict[type[Any], Any], call: RequestContext) -> str:
        assert rule.service is not None
        assert rule.act is not None
        if rule.service not in made:
            made[rule.service] = self.make(rule.service)
        outcome = rule.act(made[rule.service], item.subject_id, call)
        if outcome == NOTHING:
            return self._forgotten(rule, item)
        for waits, later in rule.later:
            if outcome == waits:
                self.store.postpone_due(item, self.clock.now() + later)
        return outcome

    def _forgotten(self, rule: DueRule, item: DueItem) -> str:
        """A row that the state does not keep goes away, or it would be looked at for ever."""
        found = find(self.store, item.subject_kind, item.subject_id)
        if found is None or rule.keeps(found):
            return NOTHING
        self.store.forget_due(item)
        return FORGOTTEN


def _in_turns(due: Sequence[DueItem], rules: Mapping[str, DueRule]) -> Iterator[tuple[DueRule, DueItem]]:
    """By stage and in the order of the rules, `TURN` items of each kind at a time."""
    kinds: dict[str, list[DueItem]] = {}
    for item in due:
        if item.due.kind in rules:
            kinds.setdefault(item.due.kind, []).append(item)
    order = sorted(((rules[kind], kinds[kind]) for kind in rules if kind in kinds), key=lambda one: one[0].stage)
    for turn in count():
        some = [(rule, items[turn * TURN : (turn + 1) * TURN]) for rule, items in order]
        if not any(items for _, items in some):
            return
        yield from ((rule, item) for rule, items in some for item in items)
