"""The sections of cobranza.toml, each with its defaults; secrets come by file, environment or command only."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from cobranza_rules.intake.report_mapping import ReportField, ReportMapping
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS
from cobranza_rules.problems import Problem, ProblemError

SECRET_COMMAND_SECONDS = 30
_CURRENCIES = rf"^({'|'.join(MINOR_UNITS)})?$"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountSection(Section):
    """`statements` names the bank's profile by which its statements are read; their age then counts for how old the bank data is."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    bank: str
    account: Annotated[str, Field(max_length=40)]
    clabe: Annotated[str, Field(pattern=r"^(\d{18})?$")] = ""
    beneficiary: str
    swift: str = ""
    bank_address: str = ""
    statements: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9_-]{0,39})?$")] = ""


class PersonSection(Section):
    """`signature` and `rubric` are pictures, by their paths from the workspace."""

    name: str
    title: str
    title_en: str = ""
    email: str
    phone: str = ""
    signature: Path | None = None
    rubric: Path | None = None


class CompanySection(Section):
    """`letterhead` and `logo` are pictures, by their paths from the workspace."""

    rfc: Annotated[str, Field(pattern=r"^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$")]
    name: str
    address: str
    city: str
    phone: str = ""
    email: str
    website: str = ""
    privacy_notice: str = ""
    letterhead: Path | None = None
    logo: Path | None = None
    accounts: tuple[AccountSection, ...] = ()


class SecretSource(Section):
    """At most one is given. `token_command` prints an OAuth2 access token, and is asked anew for each connection: tokens last an hour."""

    password_file: Path | None = None
    password_env: str = ""
    password_command: str = ""
    token_command: str = ""

    def secret(self, base: Path) -> SecretStr | None:
        """None where nothing is configured. Raises ProblemError where the source cannot be read."""
        try:
            if self.password_file is not None:
                return SecretStr((base / self.password_file).read_text(encoding="utf-8").strip())
            if self.password_env:
                return SecretStr(os.environ[self.password_env])
            if self.password_command:
                return _printed_by(self.password_command)
        except (OSError, KeyError, ValueError, subprocess.SubprocessError):  # ValueError: quotes that are not closed, letters that are none
            source = str(self.password_file) if self.password_file else self.password_env or self.password_command.split()[0]
            raise ProblemError(
                [Problem(_("the password source '{source}' cannot be read", source=source), _("check that it exists and may be read"))]
            ) from None
        return None

    def token(self) -> SecretStr | None:
        """None where no command is configured. Raises ProblemError where it fails or prints nothing, and never says what it has printed."""
        if not self.token_command:
            return None
        try:
            token = _printed_by(self.token_command)
        except (OSError, ValueError, subprocess.SubprocessError):
            token = SecretStr("")
        if not token.get_secret_value():
            what = _("the token command '{source}' gives no token", source=self.token_command.split()[0])
            raise ProblemError([Problem(what, _("run it by hand as the program's user, and see what it says"))])
        return token


def _printed_by(command: str) -> SecretStr:
    done = subprocess.run(  # noqa: S603 (the administrator's own command, split without a shell)
        shlex.split(command), capture_output=True, text=True, timeout=SECRET_COMMAND_SECONDS, check=True
    )
    return SecretStr(done.stdout.strip())


class MailOutSection(SecretSource):
    """`kind` maildir writes each message into the folder `path`; smtp hands it to a server.

    `archive` gets every message to a customer, unseen by the others. `retry_minutes` are the waits after the first, second ... refusal for
    now, the last one from then on, and after `give_up_days` of them a person is told. `per_hour`: messages to customers that are handed to
    the server in any 60 minutes, 0 for no limit. `read_receipt` asks for one (RFC 8098), `delivery_report` for a report of success (RFC 3461).
    """

    kind: Literal["maildir", "smtp"] = "maildir"
    path: Path = Path("outgoing-mail")
    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    timeout_seconds: int = 30
    archive: str = ""
    retry_minutes: Annotated[tuple[Annotated[int, Field(ge=0, le=1440)], ...], Field(min_length=1, max_length=20)] = (5, 15, 60, 240)
    give_up_days: Annotated[int, Field(ge=1, le=30)] = 5
    per_hour: Annotated[int, Field(ge=0)] = 0
    read_receipt: bool = False
    delivery_report: bool = False


class ImapSection(SecretSource):
    """A mailbox of an IMAP server. It is only read."""

    host: str = ""
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    timeout_seconds: int = 30


class MailInSection(ImapSection):
    """One mailbox, with any number of folders. `name` tells it from others.

    `authserv_id` is the name that our own mail server writes into Authentication-Results (RFC 8601); without it no sender is trusted.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = "incoming"
    kind: Literal["maildir", "imap", "none"] = "maildir"
    path: Path = Path("incoming-mail")
    folders: Annotated[tuple[str, ...], Field(min_length=1)] = ("INBOX",)
    authserv_id: str = ""


class ArchiveSection(ImapSection):
    """The IMAP folder in which the copies to `mail.out.archive` arrive; without `host` it is a folder of the first IMAP mailbox of `mail.incoming`.

    A message that may have left is looked up in it, and after `grace_minutes` without it a person is asked.
    """

    folder: str = "INBOX"
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 30


class MailSection(Section):
    """`largest_mb`: what a message may weigh, as it goes over the wire; most servers take 20 to 25 MB.

    `reply_tokens` says that the server delivers name+anything@ to the mailbox of name@: then Reply-To names the message that is answered.
    `reference_line` puts the same token below each message, for answers that have lost what says which message they answer.
    """

    address: str
    display_name: str = ""
    largest_mb: Annotated[int, Field(ge=1, le=50)] = 20
    reply_tokens: bool = False
    reference_line: bool = False
    out: MailOutSection = MailOutSection()
    incoming: tuple[MailInSection, ...] = (MailInSection(),)
    archive: ArchiveSection | None = None

    @field_validator("incoming", mode="before")
    @classmethod
    def _several_or_one(cls, given: object) -> object:
        """A single mailbox is a table of its own; of several each is a table of a list."""
        return (given,) if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _told_apart(self) -> MailSection:
        names = [each.name for each in self.incoming]
        for name in names:
            if names.count(name) > 1:
                raise PydanticCustomError("same_name", "two mailboxes have one name", {"name": name})
        return self

    def mailbox(self, name: str) -> MailInSection:
        """The one of that name; where it is configured no more, one that trusts nobody."""
        return next((each for each in self.incoming if each.name == name), MailInSection(kind="none"))


class PdfSection(Section):
    engine: Literal["auto", "wkhtmltopdf", "weasyprint"] = "auto"
    timeout_seconds: int = 60


class DaemonSection(Section):
    poll_seconds: Annotated[int, Field(ge=5)] = 300


class ApprovalsSection(Section):
    """`renew_after`: business days after which a document that still waits is written anew, with the day's date and figures.

    `by_mail` are the roles that are asked by mail for whatever waits for them; None: whoever has to sign, if answers can be trusted.
    """

    renew_after: Annotated[int, Field(ge=1, le=250)] = 10
    by_mail: tuple[str, ...] | None = None


class DigestSection(Section):
    """`to` are roles of `people`; `at` is the time of the company's day from which the digest may be sent."""

    to: tuple[str, ...] = ()
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "08:00"


class AdminpaqSection(Section):
    """How one source's report calls its columns. `match` is a pattern of file names; `columns` maps a field of the program to a heading."""

    match: Annotated[str, Field(min_length=1)]
    columns: dict[ReportField, str] = Field(default_factory=dict)
    currency: Annotated[str, Field(pattern=_CURRENCIES)] = ""


class IntakeSection(Section):
    adminpaq: dict[str, AdminpaqSection] = Field(default_factory=dict)

    def mappings(self) -> tuple[ReportMapping, ...]:
        return tuple(ReportMapping(name, **section.model_dump()) for name, section in self.adminpaq.items())


class BillingSection(Section):
    """With `requests_required` an invoice that answers no request is an exception. `accepted_to` and `refused_to` are roles of `people`.

    Whoever asked is told of a refusal in any case.
    """

    requests_required: bool = False
    accepted_to: tuple[str, ...] = ()
    refused_to: tuple[str, ...] = ()


class SatSection(Section):
    """The SAT's status service: its address, how long an answer may take, the pause between two questions, and how many a call asks at most.

    `pue_days` and `rep_day` are those of domain.tax_days.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+/\S*$")] = (
        "https://consultaqr.facturaelectronica.sat.gob.mx/ConsultaCFDIService.svc"
    )
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 20
    pause_seconds: Annotated[float, Field(ge=0, le=60)] = 0.5
    most: Annotated[int, Field(ge=1, le=10_000)] = 200
    pue_days: Annotated[int, Field(ge=0, le=31)] = 0
    rep_day: Annotated[int, Field(ge=1, le=31)] = 5
