"""One row of a customers spreadsheet becomes a record, or problems that name the cell."""

from __future__ import annotations

import re

from cobranza_rules.domain.customer import ContactRecord, ContactRole, CustomerKind, CustomerRecord, DeliveryMode, Given
from cobranza_rules.domain.terms import Adjustment, CountedFrom, Terms
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.credit_days import credit_days
from cobranza_rules.intake.heading_row import Column, Headings, plain
from cobranza_rules.intake.rfc import is_rfc, typed_rfc
from cobranza_rules.intake.sheet_row import LONGEST_EMAIL, SheetRow, is_email
from cobranza_rules.intake.support_words import REQUIRED
from cobranza_rules.intake.terms_cells import COUNTED_FROM, fixed_days
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

FOREIGN_RFC, PUBLIC_RFC = "XEXX010101000", "XAXX010101000"  # Guía de llenado del Anexo 20: residents abroad; sales to the public.
_KINDS = {
    CustomerKind.DOMESTIC: "nacional|n|mexico|mexicano|mexicana|domestic|d|mx",
    CustomerKind.FOREIGN: "extranjero|extranjera|e|foreign|f|exportacion|export",
}
_LANGUAGES = {"es": "es|espanol|spanish|esp|castellano", "en": "en|ingles|english|ing|eng"}
DELIVERIES = {
    DeliveryMode.EMAIL: "correo|correo electronico|email|e mail|mail",
    DeliveryMode.IN_PERSON: "en persona|in person|personal|presencial|fisica|fisico|mostrador|ventanilla",
    DeliveryMode.PORTAL: "portal|portal web|portal de proveedores|web|plataforma|supplier portal",
}
_ADJUSTMENTS = {
    Adjustment.NEXT: "siguiente|dia siguiente|siguiente dia habil|posterior|next",
    Adjustment.PREVIOUS: "anterior|dia anterior|dia habil anterior|previous",
    Adjustment.NONE: "igual|sin cambio|ninguno|none|no",
}
_YES_OR_NO = {"yes": "si|s|x|yes|y|1|verdadero|true", "no": "no|n|0|falso|false"}
_AWAITED = frozenset({"esperar", "sin vencimiento", "wait"})
_NAMED_EMAIL = re.compile(r"[^<>]*<([^<>]*)>")
_MOST_ADDRESSES = 20


def read_row(headings: Headings, row: int, file: str) -> tuple[CustomerRecord, list[Problem]]:
    """With warnings. Raises ProblemError with every problem of the row."""
    return _Row(headings, row, file).record()


class _Row(SheetRow):
    def record(self) -> tuple[CustomerRecord, list[Problem]]:
        code, name = self.required("code", 40), self.required("name", 300)
        kind, rfc = self.kind_and_rfc()
        language = self.choice("language", _LANGUAGES, "es" if kind is CustomerKind.DOMESTIC else "en")
        delivery = self.choice("delivery", DELIVERIES, DeliveryMode.EMAIL)
        record = CustomerRecord(
            code=code,
            name=name,
            rfc=rfc,
            kind=kind,
            language=language,
            credit_days=credit_days(self, "credit_days"),
            delivery=delivery,
            tax_id=self.text("tax_id", 40),
            address=self.text("address", 500),
            contacts=self.contacts(),
            segment=self.text("segment", 40),
            support_required=self.support_required(),
            portal=self.text("portal", 300),
            terms=self.terms(),
            given=self.given(),
        )
        if self.errors:
            raise ProblemError(self.errors)
        if (
            record.tells((ContactRole.INVOICE, "email"))
            and delivery is DeliveryMode.EMAIL
            and not any(contact.email and contact.role is ContactRole.INVOICE for contact in record.contacts)
        ):
            what = _("the customer '{code}' receives invoices by e-mail, but has no address for them", code=code)
            self.warn((ContactRole.INVOICE, "email"), what, _("fill in 'Correo facturas'; until then nothing can be sent"))
        return record, self.warnings

    def kind_and_rfc(self) -> tuple[CustomerKind, str]:
        """A customer abroad may leave the RFC empty: Mexico has one generic RFC for all of them."""
        rfc = typed_rfc(self.text("rfc", 100))
        kind = self.choice("kind", _KINDS, CustomerKind.FOREIGN if rfc == FOREIGN_RFC else CustomerKind.DOMESTIC)
        if not rfc and kind is CustomerKind.FOREIGN:
            return kind, FOREIGN_RFC
        if not rfc:
            self.blame("rfc", _("the cell is empty"), _("fill in the RFC of the customer; only those abroad have none"))
        elif not is_rfc(rfc):
            self.blame(
                "rfc",
                _("'{rfc}' is not an RFC", rfc=shown(rfc)),
                _("copy it from the customer's tax certificate (Constancia de Situación Fiscal)"),
            )
        elif (rfc == FOREIGN_RFC and kind is CustomerKind.DOMESTIC) or (rfc == PUBLIC_RFC and kind is CustomerKind.FOREIGN):
            self.blame("kind", _("the RFC {rfc} does not fit this type of customer", rfc=rfc), _("correct the type or the RFC"))
        return kind, rfc

    def terms(self) -> Terms:
        return Terms(
            0,
            self.choice("counted_from", COUNTED_FROM, CountedFrom.ISSUE),
            self.assumed_after(),
            fixed_days(self, "review"),
            fixed_days(self, "payment"),
            self.choice("end_of_month", _YES_OR_NO, "no") == "yes",
            self.choice("business_days", _YES_OR_NO, "no") == "yes",
            self.choice("adjustment", _ADJUSTMENTS, Adjustment.NONE),
        )

    def assumed_after(self) -> int | None:
        """None where there is no due date before the acknowledgement comes."""
        if plain(self.text("assumed_after", 100)) in _AWAITED:
            return None
        return (
            credit_days(
                self, "assumed_after", _("write the days as a number, or 'esperar' for no due date before the acknowledgement comes")
            )
            or 0
        )

    def given(self) -> frozenset[Given]:
        """A contact's column without a role speaks of invoices and collections alike."""
        found: set[Given] = set()
        for column in self.headings.columns.values():
            if isinstance(column, str):
                found.add(column)
            else:
                role, part = column
                found.update((each, part) for each in ((ContactRole.INVOICE, ContactRole.COLLECTIONS) if role is None else (role,)))
        return frozenset(found)

    def support_required(self) -> tuple[str, ...]:
        found: set[str] = set()
        for part in re.split(r"[;,]", self.text("support_required", 200)):
            kinds = REQUIRED.get(plain(part)) if part.strip() else ()
            if kinds is None:
                what = _("'{text}' is not known here", text=shown(part.strip()))
                allowed = "no, si, orden de compra, remision, aceptacion"
                self.blame("support_required", what, _("write one of: {allowed}", allowed=allowed))
            found.update(kinds or ())
        return tuple(sorted(found))

    def contacts(self) -> tuple[ContactRecord, ...]:
        shared = self.contacts_of(None, ContactRole.INVOICE)
        found: list[ContactRecord] = []
        for role in ContactRole:
            own = self.contacts_of(role, role)
            if not own and role is not ContactRole.FALLBACK:
                own = [ContactRecord(role, one.name, one.email, one.title, one.phone, one.address) for one in shared]
            found.extend(own)
        return tuple(found)

    def contacts_of(self, group: ContactRole | None, role: ContactRole) -> list[ContactRecord]:
        """One contact for each e-mail address in the cell; as many names, parted alike, belong to them in turn."""
        name, title = self.text((group, "name"), 300), self.text((group, "title"), 200)
        phone, address = self.text((group, "phone"), 100), self.text((group, "address"), 500)
        emails = self.emails((group, "email"))
        names = [part.strip() for part in name.split(";")]
        if len(names) != len(emails):
            names = [name] * len(emails)
        if not emails:
            return [ContactRecord(role, name, "", title, phone, address)] if name or phone or address else []
        return [ContactRecord(role, own, email, title, phone, address) for own, email in zip(names, emails, strict=True)]

    def emails(self, column: Column) -> list[str]:
        """Parted by `;`, `,` or a space; `Name <address>` is understood. The same address twice is one."""
        found: dict[str, str] = {}
        for part in re.split(r"[;,]", self.text(column, LONGEST_EMAIL * _MOST_ADDRESSES)):
            named = _NAMED_EMAIL.fullmatch(part.strip())
            for email in [named.group(1).strip()] if named else part.split():
                address = email.removeprefix("mailto:")
                if is_email(address):
                    found.setdefault(address.casefold(), address)
                else:
                    self.blame(
                        column, _("'{email}' is not an e-mail address", email=shown(email)), _("correct it; part several by a semicolon")
                    )
        if len(found) > _MOST_ADDRESSES:
            self.blame(
                column, _("more than {limit} addresses in one cell", limit=_MOST_ADDRESSES), _("leave those who must receive the mail")
            )
        return list(found.values())
