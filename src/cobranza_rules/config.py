"""`cobranza.toml` as typed settings. Secrets never stand in it: a file, an environment variable or a command names them."""

from __future__ import annotations

import os
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.intake.report_mapping import ReportField, ReportMapping
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import MINOR_UNITS
from cobranza_rules.problems import Problem, ProblemError

FILE_NAME = "cobranza.toml"
SECRET_COMMAND_SECONDS = 30
_CURRENCIES = rf"^({'|'.join(MINOR_UNITS)})?$"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountSection(Section):
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    bank: str
    account: str
    clabe: Annotated[str, Field(pattern=r"^(\d{18})?$")] = ""
    beneficiary: str
    swift: str = ""
    bank_address: str = ""


class PersonSection(Section):
    name: str
    title: str
    email: str
    phone: str = ""


class CompanySection(Section):
    rfc: Annotated[str, Field(pattern=r"^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$")]
    name: str
    address: str
    city: str
    phone: str = ""
    email: str
    website: str = ""
    privacy_notice: str = ""
    accounts: tuple[AccountSection, ...] = ()


class SecretSource(Section):
    """Exactly one of the three is given where a secret is needed."""

    password_file: Path | None = None
    password_env: str = ""
    password_command: str = ""

    def secret(self, base: Path) -> SecretStr | None:
        """None where nothing is configured. Raises ProblemError where the source cannot be read."""
        try:
            if self.password_file is not None:
                return SecretStr((base / self.password_file).read_text(encoding="utf-8").strip())
            if self.password_env:
                return SecretStr(os.environ[self.password_env])
            if self.password_command:
                done = subprocess.run(  # noqa: S603 (the administrator's own command, split without a shell)
                    shlex.split(self.password_command), capture_output=True, text=True, timeout=SECRET_COMMAND_SECONDS, check=True
                )
                return SecretStr(done.stdout.strip())
        except (OSError, KeyError, subprocess.SubprocessError):
            source = str(self.password_file) if self.password_file else self.password_env or self.password_command.split()[0]
            raise ProblemError(
                [Problem(_("the password source '{source}' cannot be read", source=source), _("check that it exists and may be read"))]
            ) from None
        return None


class MailOutSection(SecretSource):
    """`kind` maildir writes each message into the folder `path`; smtp hands it to a server."""

    kind: Literal["maildir", "smtp"] = "maildir"
    path: Path = Path("outgoing-mail")
    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    timeout_seconds: int = 30


class MailInSection(SecretSource):
    """`authserv_id` is the name that our own mail server writes into Authentication-Results (RFC 8601); without it no sender is trusted."""

    kind: Literal["maildir", "imap", "none"] = "maildir"
    path: Path = Path("incoming-mail")
    host: str = ""
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    folder: str = "INBOX"
    authserv_id: str = ""
    timeout_seconds: int = 30


class MailSection(Section):
    address: str
    display_name: str = ""
    out: MailOutSection = MailOutSection()
    incoming: MailInSection = MailInSection()


class PdfSection(Section):
    engine: Literal["auto", "wkhtmltopdf", "weasyprint"] = "auto"
    timeout_seconds: int = 60


class DaemonSection(Section):
    poll_seconds: Annotated[int, Field(ge=5)] = 300


class ApprovalsSection(Section):
    """`renew_after`: business days after which a document that still waits is written anew, with the day's date and figures."""

    renew_after: Annotated[int, Field(ge=1, le=250)] = 10


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


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="COBRANZA_", env_nested_delimiter="__")

    language: Literal["es", "en"] = "es"
    timezone: str = "America/Mexico_City"
    mode: Literal["shadow", "supervised", "automatic"] = "supervised"
    engine: Literal["durable", "native", "both"] = "durable"
    database: str = "sqlite:///cobranza.db"
    documents: Path = Path("documents")
    rules: Path = Path("rules")
    templates: Path = Path("templates")
    rubric: Literal["automatic", "gate"] = "automatic"
    company: CompanySection
    people: dict[str, PersonSection] = Field(default_factory=dict)
    mail: MailSection
    pdf: PdfSection = PdfSection()
    daemon: DaemonSection = DaemonSection()
    approvals: ApprovalsSection = ApprovalsSection()
    digest: DigestSection = DigestSection()
    intake: IntakeSection = IntakeSection()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # "Mexico" names a folder of zones.
            raise ValueError(f"unknown time zone '{name}'") from None
        return name

    @model_validator(mode="after")
    def _known_roles(self) -> Settings:
        for role in self.digest.to:
            if role not in self.people:
                raise PydanticCustomError("unknown_role", "no such role", {"role": role})
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands above the file: a server's secrets and database need no edit of a shared file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    def as_company(self) -> Company:
        return Company(
            accounts=tuple(BankAccount(**account.model_dump()) for account in self.company.accounts),
            people=tuple(Person(role=role, **person.model_dump()) for role, person in self.people.items()),
            **self.company.model_dump(exclude={"accounts"}),
        )


def read_settings(file: Path) -> Settings:
    """Raises ProblemError with every setting that is wrong."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProblemError(
            [
                Problem(
                    _("there is no cobranza.toml here"),
                    _("go to a workspace, name one with --workspace, or make one with 'cobranza init'"),
                    str(file),
                )
            ]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProblemError([Problem(_("not valid TOML: {detail}", detail=str(error)), _("correct the line"), str(file))]) from None
    try:
        return Settings(**raw)
    except ValidationError as error:
        raise ProblemError([_as_problem(file, dict(found)) for found in error.errors()]) from None


_WANTED = {
    "int": _("a whole number is expected here"),
    "bool": _("true or false is expected here"),
    "string": _("a text is expected here"),
    "list": _("a list is expected here"),
    "tuple": _("a list is expected here"),
    "model": _("a section is expected here"),
    "dict": _("a section is expected here"),
}


def _as_problem(file: Path, found: dict[str, Any]) -> Problem:
    place = ".".join(str(part) for part in found["loc"] if part != "[key]")  # How pydantic says that the key itself is wrong
    if found["type"] == "unknown_role":
        unknown = _("nobody has the role '{role}'", role=found["ctx"]["role"])
        return Problem(
            unknown, _("give it a block [people.{role}], or name another", role=found["ctx"]["role"]), str(file), place="digest.to"
        )
    if found["type"] == "missing":
        return Problem(_("the setting is missing"), _("add it; docs/configuration.md lists all settings"), str(file), place=place)
    if found["type"] == "extra_forbidden":
        return Problem(_("there is no such setting"), _("check its spelling in docs/configuration.md"), str(file), place=place)
    return Problem(_("not a valid value: {detail}", detail=_wanted(found)), _("see docs/configuration.md"), str(file), place=place)


def _wanted(found: dict[str, Any]) -> Sentence | str:
    """What pydantic wants, in a sentence of ours; its own words for what a settings file does not bring about. Never the value: a secret may be it."""
    kind, context = found["type"], found.get("ctx", {})
    if kind == "literal_error":
        return _("one of these is expected: {names}", names=context["expected"].replace(" or ", ", "))
    if kind == "string_pattern_mismatch":
        return _("it does not have the form {pattern}", pattern=context["pattern"])
    if kind == "greater_than_equal":
        return _("it must be at least {least}", least=context["ge"])
    if kind == "value_error" and found["loc"] == ("timezone",):
        return _("unknown time zone '{name}'", name=found["input"])
    return _WANTED.get(kind.partition("_")[0], str(found["msg"]))
