"""A workspace folder and everything that it configures: the one place where adapters are chosen, each made when it is first needed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cobranza_rules.clock import Clock, FixedClock, SystemClock
from cobranza_rules.config import FILE_NAME, Settings, read_settings
from cobranza_rules.domain.company import Company, CompanyPictures
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive

if TYPE_CHECKING:
    from cobranza_rules.intake.bank.accounts import OurAccounts
    from cobranza_rules.intake.bank.profile import BankProfile
    from cobranza_rules.letters.pdf import PdfEngine
    from cobranza_rules.letters.template_folder import TemplateFolder
    from cobranza_rules.mail.archive_mailbox import Archive
    from cobranza_rules.mail.mailbox import Mailbox
    from cobranza_rules.mail.patterns import Patterns
    from cobranza_rules.mail.reading_process import MessageReader
    from cobranza_rules.mail.signed_token import TokenKey
    from cobranza_rules.mail.sink import Sink
    from cobranza_rules.rules.engine import Engine
    from cobranza_rules.rules.model import RuleSet
    from cobranza_rules.sat.port import StatusService
    from cobranza_rules.timestamps.authority import TimestampAuthority
    from cobranza_rules.warm import Warm

REPLIES = "replies.yaml"
TOKEN_KEY = Path("secrets", "token-key")


@dataclass
class Workspace:
    """Of a daemon's it is `warm` what the tick before has left."""

    base: Path
    settings: Settings
    clock: Clock
    warm: Warm | None = None

    @cached_property
    def company(self) -> Company:
        return self.settings.as_company()

    @cached_property
    def pictures(self) -> CompanyPictures:
        """Raises ProblemError where one that the settings name is missing or not fit for a letter."""
        from cobranza_rules.letters.company_pictures import read_pictures

        return read_pictures(self.settings, self.base)

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The company's people by role."""
        return {role: person.email for role, person in self.settings.people.items()}

    @cached_property
    def database(self) -> Database:
        opened = open_database if self.warm is None else self.warm.database
        return opened(self.settings.database, self.base)

    @cached_property
    def archive(self) -> DocumentArchive:
        return DocumentArchive(self.base / self.settings.documents)

    @cached_property
    def draft_files(self) -> list[tuple[str, bytes]]:
        """The rules files on the disk, by their names as the user knows them. Raises ProblemError where there are none."""
        from cobranza_rules.rule_files import rules_in

        return rules_in(self.base / self.settings.rules, self.base)

    @cached_property
    def rules(self) -> RuleSet:
        """The rules in force: those that were last published.

        Raises ProblemError where there are none, or with everything that is wrong, templates and roles included.
        """
        from cobranza_rules.rulebook.versions import rules_in_force

        with self.database.reading() as session:
            rules = self.of_this_company(rules_in_force(session))
        self.must_know_what_they_name(rules)
        return rules

    def of_this_company(self, rules: RuleSet) -> RuleSet:
        """The same rules with what the settings say of the company: its days for taxes, and the accounts whose statements are expected."""
        return rules.with_tax_days(self.settings.tax_days).with_watched_accounts(self.company.watched_accounts)

    def must_know_what_they_name(self, rules: RuleSet) -> None:
        """Raises ProblemError for templates that are missing and roles that nobody holds.

        A template that names what its rule does not know is told when rules are checked; in a run it keeps back its own messages only.
        """
        from cobranza_rules.rules.document import check_against

        problems = check_against(
            rules,
            letter_templates=set(self.templates.letters()),
            mail_templates=set(self.templates.mails()),
            notice_templates=set(self.templates.notices()),
            roles=set(self.settings.people),
        )
        if errors := [problem for problem in problems if not problem.warning]:
            raise ProblemError(errors)

    @cached_property
    def bank_profiles(self) -> dict[str, BankProfile]:
        """How statements of banks are read. Raises ProblemError with everything that is wrong in any profile, or in what accounts name."""
        from cobranza_rules.bank_profiles import profiles_in, unknown_profiles

        profiles = profiles_in(self.base / self.settings.rules, self.base)
        if problems := unknown_profiles(self.company.accounts, profiles):
            raise ProblemError(problems)
        return profiles

    def our_accounts(self, chosen: str = "") -> OurAccounts:
        """Those of the company; `chosen` is what a person named for statements that do not name theirs."""
        from cobranza_rules.intake.bank.accounts import OurAccounts

        return OurAccounts(self.company.accounts, chosen)

    @cached_property
    def engine(self) -> Engine:
        from cobranza_rules.engines import open_engine

        if self.warm is not None:
            return self.warm.engine(self.settings.engine, self.rules)
        return open_engine(self.settings.engine, self.rules.conditions())

    @cached_property
    def templates(self) -> TemplateFolder:
        from cobranza_rules.letters.template_folder import TemplateFolder

        return TemplateFolder(self.base / self.settings.templates)

    @cached_property
    def pdf(self) -> PdfEngine:
        from cobranza_rules.letters.pdf import choose_engine

        return choose_engine(self.settings.pdf.engine, self.settings.pdf.timeout_seconds)

    @cached_property
    def sink(self) -> Sink:
        from cobranza_rules.mail.adapters import open_sink

        return open_sink(self.settings.mail.out, self.base)

    @cached_property
    def token_key(self) -> TokenKey:
        """Without it no token that was sent before is known again; what it names is then found by other means, or by a person."""
        from cobranza_rules.mail.signed_token import read_or_make_key

        return read_or_make_key(self.base / TOKEN_KEY)

    @cached_property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """Raises ProblemError where the settings of one are not enough to open it."""
        from cobranza_rules.mail.adapters import open_mailboxes

        return open_mailboxes(self.settings.mail.incoming, self.base)

    @cached_property
    def message_reader(self) -> MessageReader:
        from cobranza_rules.mail.reading_process import MessageReader

        return MessageReader()

    @cached_property
    def archive_mailbox(self) -> Archive | None:
        """Where copies of our messages arrive; None where none is configured."""
        from cobranza_rules.mail.adapters import open_archive

        return open_archive(self.settings.mail, self.base)

    @cached_property
    def status_service(self) -> StatusService:
        """Raises ProblemError where the extra `sat` is not installed."""
        from cobranza_rules.sat.satcfdi_service import SatcfdiService

        return SatcfdiService(self.settings.sat.url, self.settings.sat.timeout_seconds)

    @cached_property
    def timestamp_authority(self) -> TimestampAuthority | None:
        """None where none is configured. Raises ProblemError where its certificates or its secret cannot be read."""
        from cobranza_rules.timestamps.adapters import open_authority

        return open_authority(self.settings.timestamp, self.base)

    @cached_property
    def patterns(self) -> Patterns:
        from cobranza_rules.mail.patterns_file import read_patterns

        file = self.base / self.settings.rules / REPLIES
        return read_patterns(str(self.settings.rules / REPLIES), file.read_bytes())

    def close(self) -> None:
        """Lets go of what was opened; what never was is not opened for it. What is kept warm stays, without a connection."""
        if self.warm is not None:
            self.warm.rest()
        for name in ("sink", "pdf", "message_reader", *(() if self.warm is not None else ("engine", "database"))):
            held = self.__dict__.pop(name, None)
            close = getattr(held, "close", None)
            if close is not None:
                close()


def open_workspace(base: Path, on: dt.date | None = None, warm: Warm | None = None) -> Workspace:
    """Raises ProblemError where there is no workspace or its settings are wrong."""
    settings = read_settings(base / FILE_NAME)
    zone = settings.timezone
    real = SystemClock(zone)
    return Workspace(base, settings, real if on is None else FixedClock(on, zone, real), warm)
