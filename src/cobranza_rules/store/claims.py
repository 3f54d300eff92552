"""What was claimed before for open invoices, waiting replies and queues, by rule or rung."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, Claims
from cobranza_rules.store.chunks import Within
from cobranza_rules.store.driver_rows import Dates, all_fetched
from cobranza_rules.store.tables import ActionRow, ClaimRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, RECEIVED = (row.__table__.c for row in (ActionRow, ClaimRow, ReceivedRow))
STILL_TO_LEAVE = frozenset({"planned", "awaiting_signature", "approved"})  # States of plan.states.State


def claims_of(
    session: Session,
    subject: Scope,
    among: Within,
    renamed: Mapping[str, str],
    without: Collection[int] = (),
    *,
    without_open: bool = False,
) -> Mapping[int, Mapping[str, Claims]]:
    """By subject and rule, of the subjects whose ids are `among` those that are asked for.

    What is closed has claims too, but nobody asks for them any more: they are not read, however many there are. `renamed` gives the present
    id of a rule by a former one. The claims of the actions `without` are left out; `without_open` leaves out what is still to leave: a
    forecast follows those actions itself.
    """
    # Only of what is still open does the state of the action say anything that the claim does not say itself.
    state = select(ACTION.state).where(ACTION.id == CLAIM.action_id).scalar_subquery()
    open_state = case((CLAIM.sent_on.is_(None), state))
    query = select(CLAIM.subject_id, CLAIM.rule_id, CLAIM.sent_on, CLAIM.undone, open_state).where(
        CLAIM.subject == subject.value, CLAIM.live, among(CLAIM.subject_id)
    )
    if without:
        query = query.where(CLAIM.action_id.not_in(without))
    claims: dict[int, dict[str, Claims]] = defaultdict(dict)
    of_date = Dates()
    for subject_id, claimed_by, kept, undone, of_action in all_fetched(session, query):
        if without_open and of_action in STILL_TO_LEAVE:
            continue
        own, sent_on = claims[subject_id], of_date[kept]
        rule_id = renamed.get(claimed_by, claimed_by)
        uncertain = of_action == "uncertain"
        known = own.get(rule_id)
        own[rule_id] = (
            _only(sent_on, bool(undone), uncertain) if known is None else known.and_one(sent_on, undone=bool(undone), uncertain=uncertain)
        )
    return claims


def open_replies_among(within: Within) -> Within:
    """Which replies are open and of customers that are `within`."""
    return lambda column: column.in_(select(RECEIVED.id).where(RECEIVED.state == "open", within(RECEIVED.customer_id)))


@lru_cache(maxsize=4096)
def _only(sent_on: dt.date | None, undone: bool, uncertain: bool) -> Claims:
    """Most subjects have one claim of a rule, and there are few of them that differ."""
    return NOTHING_CLAIMED.and_one(sent_on, undone=bool(undone), uncertain=uncertain)
