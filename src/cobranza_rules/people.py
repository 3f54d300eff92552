"""Who does something: a person of the company, named by role or e-mail address, who must hold the role that is asked for."""

from __future__ import annotations

from cobranza_rules.domain.company import Company, Person
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError


def person_named(company: Company, who: str) -> Person:
    """Raises ProblemError where the settings know nobody of that role or address."""
    found = person_or_problem(company, who)
    if isinstance(found, Problem):
        raise ProblemError([found])
    return found


def person_or_problem(company: Company, who: str) -> Person | Problem:
    """For a command that tells this mistake together with its others."""
    for person in company.people:
        if who in (person.role, person.email):
            return person
    roles = ", ".join(person.role for person in company.people)
    return Problem(_("nobody is known as '{who}'", who=who), _("name a role or an address of cobranza.toml: {roles}", roles=roles))
