"""`cobranza.toml` as typed settings. Secrets never stand in it: a file, an environment variable or a command names them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cobranza_rules.config_accounting import AccountingSection, CashSection, DiscountsSection, PaymentPlansSection
from cobranza_rules.config_case import WriteOffSection
from cobranza_rules.config_evidence import EvidenceSection, InterestSection, PrivacySection, TimestampSection
from cobranza_rules.config_sections import (
    ApprovalsSection,
    BillingSection,
    CompanySection,
    DaemonSection,
    DigestSection,
    IntakeSection,
    MailSection,
    PdfSection,
    PersonSection,
    SatSection,
)
from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

FILE_NAME = "cobranza.toml"


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
    evidence: EvidenceSection = EvidenceSection()
    timestamp: TimestampSection | None = None
    intake: IntakeSection = IntakeSection()
    billing: BillingSection = BillingSection()
    discounts: DiscountsSection = DiscountsSection()
    payment_plans: PaymentPlansSection = PaymentPlansSection()
    accounting: AccountingSection = AccountingSection()
    cash: CashSection = CashSection()
    privacy: PrivacySection = PrivacySection()
    interest: InterestSection = InterestSection()
    write_off: WriteOffSection = WriteOffSection()
    sat: SatSection = SatSection()

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
        named = {
            "digest.to": self.digest.to,
            "billing.accepted_to": self.billing.accepted_to,
            "billing.refused_to": self.billing.refused_to,
            "approvals.by_mail": self.approvals.by_mail or (),
            "discounts.approver": (self.discounts.approver,) if "approver" in self.discounts.model_fields_set else (),
        }
        for place, roles in named.items():
            for role in roles:
                if role not in self.people:
                    raise PydanticCustomError("unknown_role", "no such role", {"role": role, "place": place})
        if self.approvals.by_mail and not self.answers_are_trusted:
            raise PydanticCustomError("untrusted_answers", "no answer could be trusted", {"place": "approvals.by_mail"})
        return self

    @property
    def answers_are_trusted(self) -> bool:
        """Whether a mailbox is read, and our own mail server says of each message who has sent it."""
        return any(each.kind != "none" and each.authserv_id.strip() for each in self.mail.incoming)

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

    @property
    def tax_days(self) -> TaxDays:
        return TaxDays(self.sat.pue_days, self.sat.rep_day)

    def as_company(self) -> Company:
        return Company(
            accounts=tuple(BankAccount(**account.model_dump()) for account in self.company.accounts),
            people=tuple(Person(role=role, **person.model_dump(exclude={"signature", "rubric"})) for role, person in self.people.items()),
            **self.company.model_dump(exclude={"accounts", "letterhead", "logo"}),
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
            unknown,
            _("give it a block [people.{role}], or name another", role=found["ctx"]["role"]),
            str(file),
            place=found["ctx"]["place"],
        )
    if found["type"] == "open_secret":
        opened = _("a password or token would go to this address for everybody to read")
        return Problem(opened, _("give the authority's https address"), str(file), place=found["ctx"]["place"])
    if found["type"] == "untrusted_answers":
        untrusted = _("an answer by mail could not be trusted: nothing says who has sent it")
        hint = _("set mail.incoming.authserv_id to the name that your own mail server writes into Authentication-Results")
        return Problem(untrusted, hint, str(file), place=found["ctx"]["place"])
    if found["type"] == "same_name":
        what = _("two mailboxes are called '{name}'", name=found["ctx"]["name"])
        return Problem(what, _("give each block of mail.incoming a 'name' of its own"), str(file), place="mail.incoming")
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
    if kind == "less_than_equal":
        return _("it must be at most {most}", most=context["le"])
    if kind == "string_too_long":
        return _("it must have at most {most} characters", most=context["max_length"])
    if kind == "too_short":
        return _("at least {least} expected here", least=context["min_length"])
    if kind == "too_long":
        return _("at most {most} expected here", most=context["max_length"])
    if kind == "value_error" and found["loc"] == ("timezone",):
        return _("unknown time zone '{name}'", name=found["input"])
    return _WANTED.get(kind.partition("_")[0], str(found["msg"]))
