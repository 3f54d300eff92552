"""A person's wrong data are put right wherever they are live; of the wrong value nothing is kept but its hash, and why it was wrong.

What the case file says was sent to an address in the past stays: it says what was done. A list that brings the wrong value again does not undo the
correction (booking.asked_of_data).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.data_request import PERSON_FIELDS, DataRequestKind, value_hash
from cobranza_rules.intake.sheet_row import is_email
from cobranza_rules.language import _
from cobranza_rules.privacy.persons import Person, person_called
from cobranza_rules.privacy.register import register_request
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import ContactRow

LONGEST = 1_000  # Characters of a value
REQUEST_COLUMNS = {name: f"contact_{name}" for name in PERSON_FIELDS}


@dataclass(frozen=True, slots=True)
class Corrector:
    """`who` is the address of the person of the company who does it."""

    keeper: Bookkeeper
    who: str
    today: dt.date

    def correct(self, called: str, values: Mapping[str, str], why: str) -> int:
        """`values` by PERSON_FIELDS, without those that stay. Returns how many places were put right. Raises ProblemError with all that is wrong."""
        right = {name: value.strip() for name, value in values.items()}
        problems = [*_wrong(right), *without_reason(why)]
        try:
            person = person_called(self.keeper.session, called)
            problems += self._cannot(person, right)
        except ProblemError as error:
            problems += error.problems
        if problems:
            raise ProblemError(problems)
        told: dict[int, list[list[str]]] = defaultdict(list)
        count = 0
        for row in person.contacts:
            for name in self._wrong_in(row, right):
                digest = value_hash(name, getattr(row, name))
                register_request(self.keeper, DataRequestKind.CORRECTED, row, (name, digest), why, self.who, self.today)
                told[row.customer_id].append([row.role, name, digest])
                count += 1
            self._put(row, right)
        count += self._put_right_requests(person, right, told)
        for customer_id, corrected in sorted(told.items()):
            data = {"who": self.who, "why": why.strip(), "corrected": corrected, "fields": sorted({each[1] for each in corrected})}
            self.keeper.note(customer_id, "data_corrected", self.today, data)
        return count

    def _wrong_in(self, row: ContactRow, right: Mapping[str, str]) -> list[str]:
        return [name for name, value in right.items() if getattr(row, name) != value]

    def _put(self, row: ContactRow, right: Mapping[str, str]) -> None:
        if right.get("email", row.email) != row.email:
            row.bounced_on = None  # It was the other address that bounced.
        for name, value in right.items():
            setattr(row, name, value)

    def _put_right_requests(self, person: Person, right: Mapping[str, str], told: dict[int, list[list[str]]]) -> int:
        count = 0
        for row in person.requests:
            for name, value in right.items():
                if (old := getattr(row, REQUEST_COLUMNS[name])) and old != value:
                    setattr(row, REQUEST_COLUMNS[name], value)
                    told[row.customer_id or 0].append(["billing_request", name, value_hash(name, old)])
                    count += 1
            if "email" in right:
                row.contact_bounced_on = None
        return count

    def _cannot(self, person: Person, right: Mapping[str, str]) -> list[Problem]:
        blocked = [row for row in person.contacts if row.blocked_on is not None]
        if blocked:
            what = _("the data of this person are blocked since {day}: they are not changed any more", day=blocked[0].blocked_on)
            return [Problem(what, _("'cobranza customer unblock' takes that back, where the person asks for it"))]
        wrong = any(self._wrong_in(row, right) for row in person.contacts)
        wrong = wrong or any(
            getattr(row, REQUEST_COLUMNS[name]) not in ("", value) for row in person.requests for name, value in right.items()
        )
        if right and not wrong:
            return [Problem(_("nothing is wrong: this is what is held already"), _("'cobranza customer export' shows what is held"))]
        return []


def _wrong(right: Mapping[str, str]) -> list[Problem]:
    problems = []
    if not right:
        problems.append(Problem(_("it is not said what is right"), _("give --name, --email, --phone, --title or --address")))
    if (email := right.get("email")) and not is_email(email):
        problems.append(Problem(_("'{text}' is no e-mail address", text=email[:80]), _("write it as name@company.com")))
    if any(len(value) > LONGEST for value in right.values()):
        problems.append(Problem(_("a value has {most} characters at most", most=LONGEST), _("shorten it")))
    if "name" in right and not right["name"] and not right.get("email"):
        problems.append(Problem(_("a person needs a name or an e-mail address"), _("to take a person out: cobranza customer block")))
    return problems


def without_reason(why: str) -> list[Problem]:
    if why.strip():
        return []
    return [Problem(_("what is done with people's data needs its reason"), _("say who asked for it, and when: --why"))]
